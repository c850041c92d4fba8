import { setTimeout as pause } from "node:timers/promises";

import type { CompiledPattern } from "#shared/kit/event-pattern/compile-pattern.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";

import type { Checkpoints } from "./checkpoints.ts";
import { failureReason } from "./failure-reason.ts";
import type { InvocationOutcome } from "./invoker.ts";
import { processBatch } from "./stream-batch.ts";
import type { StreamRecord } from "./stream-record.ts";
import type { StreamSource } from "./stream-source.ts";
import { Waker } from "./waker.ts";

export interface StreamReaderOptions {
  /** Whose checkpoints these are. */
  readonly functionName: string;
  /** Any of these lets a record through; none at all lets every record through. */
  readonly filters: readonly CompiledPattern[];
  readonly batchSize: number;
  readonly retryAttempts: number;
  readonly maxRecordAgeHours: number;
  readonly source: StreamSource;
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
  readonly logger: Logger;
  invoke(records: readonly StreamRecord[]): Promise<InvocationOutcome>;
  /** Keeps a record that no attempt could process. Resolves when it is durable. */
  giveUp(record: StreamRecord, reason: string, attempts: number): Promise<void>;
}

/** An idle shard is asked this often, ever less, unless it is poked. */
const idleMsMin = 5;
const idleMsMax = 50;
/** The shortest time from one look to the next: every look keeps the database from writing. */
const lookGapMs = 3;
/** The longest pause while the stream cannot be read. */
const troubleMsMax = 5_000;

/** Reads one shard for one function, in order. */
export class StreamReader {
  readonly shard: string;
  readonly #options: StreamReaderOptions;
  readonly #checkpointName: string;
  readonly #waker: Waker;
  #position: string | undefined;
  #isFinished = false;
  #idleMs = idleMsMin;
  /** When somebody last said that there is something to read, and when the last look began. */
  #wantedSince = 0;
  #lookedAt = 0;
  #isStopped = false;
  #settling: (() => void)[] = [];
  #run: Promise<void> | undefined;

  constructor(shard: string, options: StreamReaderOptions) {
    this.shard = shard;
    this.#options = options;
    this.#checkpointName = `${options.functionName} ${options.source.streamArn}`;
    this.#waker = new Waker(options.clock);
  }

  /** The last record done with; undefined before the first. */
  get position(): string | undefined {
    return this.#position;
  }

  /** Whether an earlier run, or this one, has come to the end of the shard. */
  get isFinished(): boolean {
    return this.#options.checkpoints.read(this.#checkpointName, this.shard).isFinished;
  }

  start(): void {
    this.#position = this.#options.checkpoints.read(
      this.#checkpointName,
      this.shard,
    ).sequenceNumber;
    this.#run ??= this.#readAll();
  }

  /** Something was written: look at once. */
  poke(): void {
    this.#wantedSince = performance.now();
    this.#waker.wake();
  }

  /** Resolves when a look that began after this call found nothing more, or the shard has ended. */
  settle(): Promise<void> {
    return new Promise((resolve) => {
      this.#settling.push(resolve);
      this.poke();
      void this.#run?.then(resolve);
    });
  }

  /** Ends after the invocation that is in flight. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#waker.wake();
    await this.#run;
  }

  async #readAll(): Promise<void> {
    let troubleMs = idleMsMin;
    while (!this.#isStopped && !this.#isFinished) {
      try {
        await this.#readPage();
        troubleMs = idleMsMin;
      } catch (error) {
        this.#recover(error);
        await this.#waker.wait(troubleMs);
        troubleMs = Math.min(troubleMsMax, troubleMs * 2);
      }
    }
  }

  async #readPage(): Promise<void> {
    const { source, clock } = this.#options;
    const settling = this.#settling;
    this.#settling = [];
    this.#lookedAt = performance.now();
    let page;
    try {
      page = await source.read(this.shard, this.#position, this.#wantedSince);
    } catch (error) {
      this.#settling.unshift(...settling);
      throw error;
    }
    if (page.records.length === 0) {
      for (const settle of settling) settle();
      if (page.isLast) await this.#save(this.#position, true);
      else await this.#idle();
      return;
    }
    this.#settling.unshift(...settling);
    this.#idleMs = idleMsMin;
    const wanted = page.records.filter((record) => this.#isWanted(record));
    for (let start = 0; start < wanted.length; start += this.#options.batchSize) {
      const batch = wanted.slice(start, start + this.#options.batchSize);
      const finished = await processBatch(batch, {
        ...this.#options,
        clock,
        advance: (record) => this.#save(record.dynamodb.SequenceNumber, false),
        pause: (ms) => this.#pause(ms),
      });
      if (!finished || this.#isStopped) return;
    }
    if (page.end !== this.#position) await this.#save(page.end, false);
  }

  async #idle(): Promise<void> {
    const how = await this.#waker.wait(this.#idleMs);
    this.#idleMs = how === "woken" ? idleMsMin : Math.min(idleMsMax, this.#idleMs * 2);
    const leftMs = this.#lookedAt + lookGapMs - performance.now();
    if (leftMs > 0 && !this.#isStopped) await pause(leftMs);
  }

  /** Pokes do not shorten the pause before a repeat, only stopping does. */
  async #pause(ms: number): Promise<boolean> {
    const untilMs = this.#options.clock.nowMs() + ms;
    for (let leftMs = ms; leftMs > 0 && !this.#isStopped;) {
      await this.#waker.wait(leftMs);
      leftMs = untilMs - this.#options.clock.nowMs();
    }
    return !this.#isStopped;
  }

  #isWanted(record: StreamRecord): boolean {
    const { filters } = this.#options;
    return filters.length === 0 || filters.some((filter) => filter.matches(record));
  }

  async #save(sequenceNumber: string | undefined, isFinished: boolean): Promise<void> {
    const { checkpoints } = this.#options;
    await checkpoints.write(this.#checkpointName, this.shard, { sequenceNumber, isFinished });
    this.#position = sequenceNumber;
    this.#isFinished = isFinished;
  }

  #recover(error: unknown): void {
    const { logger, functionName } = this.#options;
    const fields = { function: functionName, shard: this.shard };
    if (error instanceof Error && error.name === "TrimmedDataAccessException") {
      // What lay between is gone; a reconcile finds what it changed. Go on with the oldest kept.
      logger.error("stream.records-lost", { ...fields, after: this.#position });
      this.#position = undefined;
    } else {
      logger.warn("stream.read-failed", { ...fields, reason: failureReason(error) });
    }
  }
}

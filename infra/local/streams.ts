import type { Logger } from "#shared/ports/logger.ts";

import { failureReason } from "./failure-reason.ts";
import { StreamReader, type StreamReaderOptions } from "./stream-reader.ts";
import { Waker } from "./waker.ts";

/** How often new shards are looked for. The embedded database has one shard that never ends. */
const shardLookMs = 30_000;

/** Reads all shards of the table's stream for one function: a shard begins when its parent is done. */
export class StreamConsumer {
  readonly #options: StreamReaderOptions;
  readonly #readers = new Map<string, StreamReader>();
  readonly #waker: Waker;
  readonly #logger: Logger;
  #isStopped = false;
  #run: Promise<void> | undefined;

  constructor(options: StreamReaderOptions) {
    this.#options = options;
    this.#logger = options.logger;
    this.#waker = new Waker(options.clock);
  }

  /** Resolves when the readers of the shards there are now have begun. */
  async start(): Promise<void> {
    await this.#startReaders();
    this.#run ??= this.#watchShards();
  }

  poke(): void {
    for (const reader of this.#readers.values()) reader.poke();
  }

  async settle(): Promise<void> {
    await Promise.all([...this.#readers.values()].map((reader) => reader.settle()));
  }

  /** The last record done with, where the stream is one shard; undefined before the first. */
  position(): string | undefined {
    const [reader, ...others] = this.#readers.values();
    return others.length === 0 ? reader?.position : undefined;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#waker.wake();
    await Promise.all([...this.#readers.values()].map((reader) => reader.stop()));
    await this.#run;
  }

  async #watchShards(): Promise<void> {
    while (!this.#isStopped) {
      await this.#waker.wait(shardLookMs);
      if (this.#isStopped) return;
      try {
        await this.#startReaders();
      } catch (error) {
        const fields = { function: this.#options.functionName, reason: failureReason(error) };
        this.#logger.warn("stream.shards-unknown", fields);
      }
    }
  }

  async #startReaders(): Promise<void> {
    const shards = await this.#options.source.shards();
    const listed = new Set(shards.map(({ id }) => id));
    for (const { id, parentId } of shards) {
      if (this.#isStopped || this.#readers.has(id)) continue;
      const parent = parentId === undefined ? undefined : this.#readers.get(parentId);
      // A parent that is no longer listed was trimmed, so nothing of it is left to read.
      if (parentId !== undefined && listed.has(parentId) && parent?.isFinished !== true) continue;
      const reader = new StreamReader(id, this.#options);
      this.#readers.set(id, reader);
      reader.start();
    }
  }
}

import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import type { Topology } from "#infra/topology.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { EventBus } from "#shared/ports/event-bus.ts";
import type { EventRules } from "#shared/ports/event-rules.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Queue, QueueAdmin } from "#shared/ports/queue.ts";

import { createLocalBus, type RuleTarget } from "./bus.ts";
import { Checkpoints } from "./checkpoints.ts";
import { LocalEventRules } from "./event-rules.ts";
import * as sources from "./event-sources.ts";
import { failureReason } from "./failure-reason.ts";
import { startHttp, type HttpServer } from "./http.ts";
import { Invoker, type FunctionStats, type Handler } from "./invoker.ts";
import { openJournal, type Journal } from "./journal.ts";
import type { QueueConsumer } from "./queue-consumer.ts";
import { LocalQueues } from "./queues.ts";
import { Schedule } from "./scheduler.ts";
import type { StreamDatabase } from "./stream-api.ts";
import { openStreamSource, type StreamSource } from "./stream-source.ts";
import type { StreamConsumer } from "./streams.ts";
import { broken, queueSpecs, routesOf, ruleTargets } from "./wiring.ts";

/** What the host has to offer to the functions that it hosts. */
export interface HostPorts {
  queue(name: string): Queue;
  readonly queueAdmin: QueueAdmin;
  readonly bus: EventBus;
  /** Rules of the bus that are made while the host runs. */
  readonly eventRules: EventRules;
  /** Call it after each write to the table: the streams are read at once instead of a little later. */
  poke(): void;
  stats(): Readonly<Record<string, FunctionStats>>;
}

export interface HostOptions {
  readonly topology: Topology;
  /** One handler for each function of the topology. */
  readonly createHandlers: (
    ports: HostPorts,
  ) => Readonly<Record<string, Handler>> | Promise<Readonly<Record<string, Handler>>>;
  /** Where queues, dead letters and checkpoints are kept. */
  readonly dataDir: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The table whose stream triggers functions; without it, stream triggers are an error. */
  readonly database?: StreamDatabase;
  /** Waits between the attempts to deliver an event; default: those of Lambda. */
  readonly eventRetryDelaysSeconds?: readonly number[];
  /** How long a shutdown waits for what is in flight. */
  readonly shutdownSeconds?: number;
}

export interface Host extends HostPorts {
  readonly url: string;
  readonly port: number;
  /**
   * Resolves when nothing is in flight, no message is visible and the streams are read to the end.
   * Delayed messages and repeats that wait do not count. Rejects after `timeoutSeconds`.
   */
  settle(timeoutSeconds?: number): Promise<void>;
  /** The stream record up to which every reader is done: what lies before may be trimmed. */
  consumedUpTo(): string | undefined;
  /** Takes nothing new, waits for what is in flight, closes. */
  stop(): Promise<void>;
}

/** Hosts every function of the topology with the event shapes and the guarantees that it has on AWS. */
export async function startHost(options: HostOptions): Promise<Host> {
  const targets = ruleTargets(options.topology);
  const journal = openJournal(join(options.dataDir, "queues.db"));
  const undo: (() => unknown)[] = [() => journal.close()];
  try {
    const specs = queueSpecs(options.topology, targets, options.eventRetryDelaysSeconds);
    const queues = await LocalQueues.open(journal, options.clock, specs);
    const source = await openSource(options);
    undo.push(() => source?.close());
    const host = new RunningHost({ ...options, journal, queues, source, targets });
    undo.push(() => host.stop());
    await host.start();
    return host;
  } catch (error) {
    for (const step of undo.toReversed()) await step();
    throw error;
  }
}

interface Parts extends HostOptions {
  readonly journal: Journal;
  readonly queues: LocalQueues;
  readonly source: StreamSource | undefined;
  readonly targets: readonly RuleTarget[];
}

const expireEveryMinutes = 60;
const settleLookMs = 1;

class RunningHost implements Host {
  readonly bus: EventBus;
  readonly eventRules: LocalEventRules;
  readonly queueAdmin: QueueAdmin;
  readonly #parts: Parts;
  readonly #consumers: QueueConsumer[] = [];
  readonly #streams: StreamConsumer[] = [];
  readonly #schedules: Schedule[] = [];
  #invoker: Invoker;
  #http: HttpServer | undefined;
  #stopping: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.queueAdmin = parts.queues;
    this.eventRules = new LocalEventRules(parts.journal);
    this.bus = createLocalBus(parts.targets, parts.queues, this.eventRules);
    this.#invoker = this.#createInvoker({});
  }

  get port(): number {
    return this.#http?.port ?? 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const { topology, createHandlers, clock, logger, port } = this.#parts;
    const handlers = await createHandlers(this);
    for (const name of Object.keys(topology.functions)) {
      if (handlers[name] === undefined) throw broken(`The function ${name} has no handler`);
    }
    this.#invoker = this.#createInvoker(handlers);
    this.#createSources();
    // Requests are let in first: what the other sources do may call this very hub.
    this.#http = await startHttp({
      port,
      clock,
      logger,
      routes: routesOf(topology),
      invoke: (name, event) => this.#invoker.invoke(name, event),
    });
    await Promise.all(this.#streams.map((stream) => stream.start()));
    for (const source of [...this.#consumers, ...this.#schedules]) source.start();
    logger.info("host.started", { port: this.port });
  }

  queue(name: string): Queue {
    return this.#parts.queues.queue(name);
  }

  poke(): void {
    for (const stream of this.#streams) stream.poke();
  }

  stats(): Readonly<Record<string, FunctionStats>> {
    return this.#invoker.stats();
  }

  consumedUpTo(): string | undefined {
    let lowest: string | undefined;
    for (const stream of this.#streams) {
      const position = stream.position();
      if (position === undefined) return undefined;
      if (lowest === undefined || isBefore(position, lowest)) lowest = position;
    }
    return lowest;
  }

  async settle(timeoutSeconds = 30): Promise<void> {
    const untilMs = performance.now() + timeoutSeconds * 1_000;
    for (;;) {
      while (!this.#isIdle()) {
        if (performance.now() > untilMs) throw broken("The host is still busy");
        await pause(settleLookMs);
      }
      const before = this.#invoker.invocations;
      const settled = Promise.all(this.#streams.map((stream) => stream.settle())).then(() => true);
      const leftMs = Math.max(0, untilMs - performance.now());
      const alarm = new AbortController();
      const late = pause(leftMs, false, { signal: alarm.signal }).catch(() => false);
      const isSettled = await Promise.race([settled, late]);
      alarm.abort();
      if (!isSettled) throw broken("The streams are not read to the end");
      if (this.#isIdle() && this.#invoker.invocations === before) return;
    }
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#shutDown();
    return this.#stopping;
  }

  #createInvoker(handlers: Readonly<Record<string, Handler>>): Invoker {
    const { topology, clock, logger } = this.#parts;
    return new Invoker({ functions: topology.functions, handlers, clock, logger });
  }

  #createSources(): void {
    const { topology, journal, queues, source, clock, logger, targets } = this.#parts;
    const deps = { queues, invoker: this.#invoker, clock, logger };
    const checkpoints = new Checkpoints(journal);
    this.#consumers.push(...targets.map((target) => sources.ruleTrigger(target, deps)));
    for (const [name, { triggers }] of Object.entries(topology.functions)) {
      for (const trigger of triggers) {
        if (trigger.kind === "queue") {
          this.#consumers.push(sources.queueTrigger(name, trigger, deps));
        } else if (trigger.kind === "schedule") {
          const invoke = (event: unknown) => this.#invoker.invoke(name, event);
          this.#schedules.push(new Schedule({ ...trigger, functionName: name, clock, invoke }));
        } else if (trigger.kind === "stream") {
          if (source === undefined) throw broken(`${name} needs the database for its stream`);
          const streamDeps = { ...deps, source, checkpoints };
          this.#streams.push(sources.streamTrigger(name, trigger, streamDeps));
          this.#consumers.push(sources.redrivenRecords(name, deps));
        }
      }
    }
    const expire = { functionName: "expire", everyMinutes: expireEveryMinutes, clock };
    this.#schedules.push(new Schedule({ ...expire, invoke: () => this.#expire() }));
  }

  async #expire(): Promise<void> {
    try {
      await this.#parts.queues.expire();
    } catch (error) {
      this.#parts.logger.error("queue.expire-failed", { reason: failureReason(error) });
    }
  }

  #isIdle(): boolean {
    return (
      this.#invoker.inFlight === 0 &&
      this.#consumers.every((consumer) => consumer.isIdle()) &&
      this.#schedules.every((schedule) => schedule.isIdle())
    );
  }

  async #shutDown(): Promise<void> {
    const { logger, journal, source, shutdownSeconds = 10 } = this.#parts;
    const all = [
      ...this.#schedules,
      ...this.#streams,
      ...this.#consumers,
      ...(this.#http ? [this.#http] : []),
    ];
    const stopped = Promise.all(all.map((part) => part.stop())).then(() => true);
    const alarm = new AbortController();
    const late = pause(shutdownSeconds * 1_000, false, { signal: alarm.signal }).catch(() => false);
    const isStopped = await Promise.race([stopped, late]);
    alarm.abort();
    this.#http?.destroy();
    // What did not finish is in flight still, and visible again at the next start.
    if (!isStopped) logger.warn("host.stop-forced", { inFlight: this.#invoker.inFlight });
    this.#invoker.close();
    source?.close();
    journal.close();
    logger.info("host.stopped");
  }
}

async function openSource(options: HostOptions): Promise<StreamSource | undefined> {
  return options.database === undefined ? undefined : await openStreamSource(options.database);
}

/** Sequence numbers are opaque, but within one shard they grow as numbers do. */
function isBefore(one: string, other: string): boolean {
  return one.length === other.length ? one < other : one.length < other.length;
}

import { createHash } from "node:crypto";

import type { EventBridgeEvent, SQSRecord } from "aws-lambda";

import { targetQueueSpec } from "#infra/local/bus.ts";
import type { HeldItems } from "#shared/adapters/memory/memory-table.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { HubError } from "#shared/errors.ts";
import type { Registry } from "#shared/kit/registry.ts";
import type { HubEvent } from "#shared/model/events.ts";
import { eventSource } from "#shared/model/events.ts";
import type { Outbound } from "#shared/ports/outbound.ts";
import type { ItemChange, Table } from "#shared/ports/table.ts";

import type { Met } from "../met.ts";
import { streamOf, textOf } from "../random.ts";
import type { VirtualClock } from "../world/virtual-clock.ts";
import type { Mishap } from "./fuse.ts";
import { Crash, WaitingMishaps } from "./fuse.ts";
import { HalfBatches } from "./half-batches.ts";
import { HotKeys } from "./hot-keys.ts";
import { Vault } from "./ports.ts";
import type { Events, FunctionName, Ground, Process, Results } from "./processes.ts";
import { startProcess } from "./processes.ts";
import { SimQueue } from "./sim-queue.ts";
import { SimStream } from "./sim-stream.ts";
import { busTargets, queueSpecs, readers } from "./wiring.ts";

export interface HostOptions {
  readonly seed: number;
  readonly clock: VirtualClock;
  readonly registry: Registry;
  readonly met: Met;
  readonly shards: number;
  /** Whether the stream is read while there is other work. */
  readonly isEager: boolean;
  /** Share of the bus's events that come twice. */
  readonly busDuplicated: number;
  /** Another table than the one in memory. */
  readonly createTable?: CreateTable | undefined;
  /** What the table in memory begins with. */
  readonly held?: HeldItems | undefined;
  /** By which channels call out; absent: those of this world call nobody. */
  readonly outbound?: Outbound | undefined;
}

/** A table that tells its stream: each change once, in order, before the write has its answer. */
export type CreateTable = (options: {
  readonly onRecord: (change: ItemChange) => void;
  readonly held?: HeldItems | undefined;
}) => Table;

export type Invoked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

const linesAtOnce = 200;

/** Runs the hub's functions as their host does: processes that may die, queues, a stream and a bus. */
export class Host {
  readonly table: Table;
  readonly clock: VirtualClock;
  readonly isEager: boolean;
  readonly ground: Ground;
  readonly hotKeys: HotKeys;
  readonly inbox: SimQueue;
  readonly pulls: SimQueue;
  readonly stream: SimStream;
  readonly targets: readonly SimQueue[];
  /** Functions that fail whenever they are called. */
  readonly down = new Set<FunctionName>();
  isBusDown = false;
  crashes = 0;
  /** Invocations in which an operation answered with a failure. */
  failures = 0;
  records = 0;
  invocations = 0;
  published = 0;
  onInvoking: (name: FunctionName) => void = () => undefined;
  /** Told of the end of each invocation: what was broken in it, and whether its process died of that. */
  onInvoked: (name: FunctionName, befell: readonly string[], isDead: boolean) => void = () =>
    undefined;
  /** Told of every change of the table, within the write. */
  onRecord: (change: ItemChange) => void = () => undefined;
  readonly #options: HostOptions;
  readonly #idle = new Map<FunctionName, Process[]>();
  readonly #mishaps = new Map<FunctionName, Mishap[]>();
  readonly #waiting = new Map<FunctionName, WaitingMishaps>();
  readonly #halves = new Map<FunctionName, HalfBatches>();
  readonly #trace = createHash("sha256");
  /** Not yet in the hash: each call of it costs more than the text. */
  #lines: string[] = [];

  constructor(options: HostOptions) {
    const { clock, createTable = createMemoryTable, held, registry, seed, shards } = options;
    this.#options = options;
    this.clock = clock;
    this.isEager = options.isEager;
    this.stream = new SimStream(clock, readers, shards);
    this.table = createTable({ onRecord: (change) => this.#recorded(change), held });
    this.inbox = new SimQueue("inbox", queueSpecs.inbox, clock);
    this.pulls = new SimQueue("pulls", queueSpecs.pulls, clock);
    this.targets = busTargets.map(
      ({ rule }) => new SimQueue(`rule.${rule}`, targetQueueSpec, clock),
    );
    this.hotKeys = new HotKeys(() => clock.nowMs());
    this.ground = {
      table: this.table,
      hotKeys: this.hotKeys,
      clock,
      registry,
      vault: new Vault(),
      inbox: this.inbox,
      pulls: this.pulls,
      publish: (events) => this.#publish(events),
      random: textOf(streamOf(seed, "ids")),
      outbound: options.outbound,
    };
  }

  trace(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length >= linesAtOnce) this.#hashLines();
  }

  #hashLines(): void {
    if (this.#lines.length === 0) return;
    this.#trace.update(`${this.#lines.join("\n")}\n`);
    this.#lines = [];
  }

  digest(): string {
    this.#hashLines();
    return this.#trace.copy().digest("hex");
  }

  #recorded(change: ItemChange): void {
    this.records += 1;
    const { after, before } = change;
    const item = after ?? before;
    const stamp = JSON.stringify(after?.["hash"] ?? after?.["revision"] ?? "-");
    // Salted by chance, so that nobody can try names on them.
    const isDigest = item?.pk === "erasures";
    this.trace(`${item?.pk ?? ""} ${isDigest ? "" : (item?.sk ?? "")} ${stamp}`);
    this.onRecord(change);
    this.stream.append(change);
  }

  /** The next invocation of the function meets it, or whichever does what it waits for. */
  arm(name: FunctionName, mishap: Mishap): void {
    if (mishap.on !== undefined) {
      const waiting = this.#waiting.get(name) ?? new WaitingMishaps();
      this.#waiting.set(name, waiting);
      waiting.add(mishap, mishap.on);
      return;
    }
    this.#mishaps.set(name, [...(this.#mishaps.get(name) ?? []), mishap]);
  }

  /** Of what the function writes side by side next, half is refused. */
  armHalf(name: FunctionName, isFirst: boolean, times: number): void {
    const halves = this.#halves.get(name) ?? new HalfBatches();
    this.#halves.set(name, halves);
    halves.arm(isFirst, times);
  }

  disarm(): void {
    this.#mishaps.clear();
    for (const waiting of this.#waiting.values()) waiting.clear();
    for (const halves of this.#halves.values()) halves.clear();
  }

  /** One call of a function. A process that dies is gone with all that it kept; the next one starts anew. */
  async invoke<N extends FunctionName>(name: N, event: Events[N]): Promise<Invoked<Results[N]>> {
    this.invocations += 1;
    if (this.down.has(name)) {
      this.#options.met.add(`${name} down`);
      return { ok: false, error: new Error(`${name} is down`) };
    }
    const idle = this.#idle.get(name) ?? [];
    this.#idle.set(name, idle);
    const process = idle.pop() ?? startProcess(name, this.ground);
    const { fuse } = process;
    const armed = { waiting: this.#waiting.get(name), halves: this.#halves.get(name) };
    fuse.begin(this.#mishaps.get(name)?.shift(), armed);
    this.onInvoking(name);
    const result = await call<Results[N]>(process, event);
    const isDead = fuse.isDead;
    if (!isDead) idle.push(process);
    this.#tell(name, process, result.ok);
    // Whoever swallowed the crash is dead all the same.
    return isDead ? { ok: false, error: new Crash(name) } : result;
  }

  /** What came of an invocation, and what befell it. */
  #tell(name: FunctionName, { fuse }: Process, isOk: boolean): void {
    const { broken, isDead, operations, refused } = fuse;
    const befell = broken === undefined ? [...refused] : [broken, ...refused];
    for (const what of befell) this.#options.met.add(`${name}: ${what}`);
    if (isDead) this.crashes += 1;
    else if (befell.length > 0) this.failures += 1;
    this.trace(`${name} ${operations} ${isOk ? "ok" : "failed"} ${befell.join(", ")}`);
    this.onInvoked(name, befell, isDead);
  }

  async #publish(events: readonly HubEvent[]): Promise<void> {
    if (this.isBusDown) {
      // Some of a call may be taken all the same, as PutEvents answers for each entry.
      for (const event of events.slice(0, events.length >> 1)) this.#route(event);
      this.#options.met.add("bus down");
      throw new HubError("store.unavailable", "The bus refused some of the events");
    }
    for (const event of events) this.#route(event);
  }

  #route(event: HubEvent): void {
    this.published += 1;
    const shaped: Partial<EventBridgeEvent<string, unknown>> = {
      source: eventSource,
      "detail-type": event.type,
      detail: event.detail,
      resources: [event.id],
    };
    const { busDuplicated, met, seed } = this.#options;
    const body = JSON.stringify(shaped);
    for (const [at, { pattern }] of busTargets.entries()) {
      if (!pattern.matches(shaped)) continue;
      if (busDuplicated === 0) {
        this.targets[at]?.put(body);
        continue;
      }
      const random = streamOf(seed, `bus ${at} ${event.id}`);
      const isTwice = random() < busDuplicated;
      if (isTwice) met.add("bus event twice");
      for (let copies = isTwice ? 2 : 1; copies > 0; copies -= 1) {
        // Some take their time, and are overtaken.
        const isLate = random() < busDuplicated / 2;
        this.targets[at]?.put(body, isLate ? 90_000 : 0);
      }
    }
  }
}

async function call<T>({ handler }: Process, event: unknown): Promise<Invoked<T>> {
  try {
    // Each handler takes what its own trigger gives; `Events` says which.
    return { ok: true, value: (await handler(event as never)) as T };
  } catch (error) {
    return { ok: false, error };
  }
}

/** What a function reads of a message; the rest is Lambda's. */
export function sqsRecord(id: string, body: string): SQSRecord {
  const record: Partial<SQSRecord> = { messageId: id, body };
  return record as SQSRecord;
}

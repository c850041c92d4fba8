import type { EventBridgeEvent } from "aws-lambda";

import { recompute } from "#functions/detect/recompute.ts";
import { type Trigger } from "#infra/topology-parts.ts";
import { rules as busRules, topology } from "#infra/topology.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { compilePattern } from "#shared/kit/event-pattern/compile-pattern.ts";
import type { Change } from "#shared/model/change.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { InboxMessage } from "#shared/model/delivery.ts";
import { eventSource } from "#shared/model/events.ts";
import type { HubEvent } from "#shared/model/events.ts";
import { connectionId, readFactId } from "#shared/model/ids.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import type { ItemChange, Table } from "#shared/ports/table.ts";
import { rules } from "#shared/rules/index.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import { createDocument, updateDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { OrgReader } from "#shared/store/org-reader.ts";
import { connectionSpec } from "#shared/store/specs.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { streamEventOf, streamFilterOf } from "../../rig/stream-filter.ts";
import { CountingLogger } from "./counting-logger.ts";
import type { Crashes } from "./crashes.ts";
import { Functions } from "./functions.ts";
import type { SourceName } from "./ledger.ts";
import { sources } from "./ledger.ts";
import { Mailbox } from "./mailbox.ts";
import { productOf, Wall } from "./products.ts";
import { failuresIn, sqsEventOf } from "./sqs-shapes.ts";
import { idOf } from "./work-day.ts";

/** Lambda's attempts at an asynchronous event: three, one and two minutes apart. */
const eventAttempts = { maxReceives: 3, hiddenMs: (receives: number) => receives * minuteMs };
const inboxAttempts = {
  maxReceives: topology.queues.inbox.maxReceiveCount,
  hiddenMs: () => topology.queues.inbox.visibilityTimeoutSeconds * 1000,
};
const inboxBatch = 10;
/** More than a batch that fails so often is no crash but a bug. */
const streamAttemptsMax = 10;
const freshEveryMinutes = 30;
const wallId = connectionId("wall000001");

type Reader = "detect" | "relay";
type Target = "alert" | "notify";

function batchSizeOf(name: Reader): number {
  const triggers: readonly Trigger[] = topology.functions[name].triggers;
  return (
    triggers.flatMap((trigger) => (trigger.kind === "stream" ? trigger.batchSize : []))[0] ?? 1
  );
}

const routes = (["alert", "notify"] as const).flatMap((target) => {
  const triggers: readonly Trigger[] = topology.functions[target].triggers;
  return triggers.flatMap((trigger) => {
    const rule = trigger.kind === "rule" ? busRules[trigger.rule] : undefined;
    return rule ? [{ target, pattern: compilePattern(rule.pattern) }] : [];
  });
});

/**
 * The real functions, wired as on AWS and hosted with its rules of repeating, in one process and on a
 * clock of its own. Any of them may die in any call to the outside.
 */
export class DayHub {
  readonly clock: ManualClock;
  readonly logger = new CountingLogger();
  readonly wall = new Wall();
  readonly table: Table;
  readonly inbox: Mailbox;
  readonly targets: Readonly<Record<Target, Mailbox>>;
  /** Stream batches that had to be repeated. */
  repeats = 0;
  readonly #functions: Functions;
  readonly #streams: Record<Reader, ItemChange[]> = { detect: [], relay: [] };
  #deliveries = 0;
  #sweptAtMs = 0;
  #freshAtMs = 0;

  constructor(startMs: number, crashes: Crashes) {
    this.clock = new ManualClock(instantOf(startMs));
    const { clock, logger } = this;
    this.inbox = new Mailbox({ clock, ...inboxAttempts });
    this.targets = {
      alert: new Mailbox({ clock, ...eventAttempts }),
      notify: new Mailbox({ clock, ...eventAttempts }),
    };
    const [isForDetect, isForRelay] = [streamFilterOf("detect"), streamFilterOf("relay")];
    this.table = createMemoryTable({
      onRecord: (record) => {
        if (isForDetect(record)) this.#streams.detect.push(record);
        if (isForRelay(record)) this.#streams.relay.push(record);
      },
    });
    this.#functions = new Functions({
      table: this.table,
      clock,
      logger,
      crashes,
      inbox: { send: async (body, { delaySeconds } = {}) => this.inbox.send(body, delaySeconds) },
      bus: { publish: async (events) => events.forEach((event) => this.#route(event)) },
      connectors: (outside) => [
        ...Object.keys(sources).map((name) => productOf(name as SourceName, outside)),
        this.wall.connector(outside),
      ],
    });
  }

  /** Connects the four products and the wall, and reads the products for the first time. */
  async begin(before: readonly Change[]): Promise<void> {
    await this.#connect("wall", wallId);
    for (const [name, id] of Object.entries(sources)) await this.#connect(name, id);
    await applyChanges(this, before);
    await this.settle();
  }

  async #connect(connector: string, id: Connection["id"]): Promise<void> {
    const now = this.clock.now();
    const given = {
      connector,
      name: connector,
      settings: {},
      status: "active",
      revision: 0,
    } as const;
    const times = { readyAt: now, freshAt: now, createdAt: now, updatedAt: now };
    await createDocument(this.table, connectionSpec, {
      type: "connection",
      id,
      ...given,
      ...times,
    });
  }

  /** One delivery arrives, verified. */
  deliver(change: Change): void {
    this.#deliveries += 1;
    const parts = readFactId(idOf(change));
    if (!parts) throw new Error("A change of nothing");
    const message: InboxMessage = {
      connector: parts.connector,
      connectionId: parts.connectionId,
      deliveryId: String(this.#deliveries),
      receivedAt: this.clock.now(),
      attempt: 0,
      headers: {},
      query: {},
      body: { text: JSON.stringify(change) },
    };
    this.inbox.send(JSON.stringify(message));
  }

  /** Lets time pass, and everything happen that is due by then. */
  async advanceTo(nowMs: number): Promise<void> {
    this.clock.advance(Math.max(0, nowMs - this.clock.nowMs()));
    if (nowMs - this.#freshAtMs >= freshEveryMinutes * minuteMs) await this.#refresh(nowMs);
    if (nowMs - this.#sweptAtMs >= minuteMs) {
      this.#sweptAtMs = nowMs;
      await this.#functions.invoke("sweep", undefined);
      await this.#functions.invoke("notify", { schedule: true });
    }
    await this.settle();
  }

  /** Pulls go on beside the deliveries, and find nothing new. */
  async #refresh(nowMs: number): Promise<void> {
    this.#freshAtMs = nowMs;
    const freshAt = this.clock.now();
    for (const id of Object.values(sources)) {
      await updateDocument(this.table, connectionSpec, factKey(id), (connection) => ({
        ...connection,
        freshAt,
      }));
    }
  }

  /** Runs everything that is visible now. */
  async settle(): Promise<void> {
    for (let isIdle = false; !isIdle;) {
      const ingested = await this.#ingest();
      const detected = await this.#read("detect");
      const relayed = await this.#read("relay");
      const targeted = (await this.#target("alert")) + (await this.#target("notify"));
      isIdle = ingested + detected + relayed + targeted === 0;
    }
  }

  /** Whether something waits for its next attempt. */
  get isWaiting(): boolean {
    return this.inbox.size + this.targets.alert.size + this.targets.notify.size > 0;
  }

  async #ingest(): Promise<number> {
    let done = 0;
    for (let some = this.inbox.receive(inboxBatch); some.length > 0; done += 1) {
      const end = await this.#functions.invoke("ingest", sqsEventOf(some));
      if (end) {
        const failed = failuresIn(end.answer);
        this.inbox.takeOut(some.filter(({ id }) => !failed.has(id)));
      }
      some = this.inbox.receive(inboxBatch);
    }
    return done;
  }

  /** Reads a stream to its end; a batch that failed is read again, whole. */
  async #read(name: Reader): Promise<number> {
    let [done, failures] = [0, 0];
    const records = this.#streams[name];
    while (records.length > 0) {
      const batch = records.slice(0, batchSizeOf(name));
      done += 1;
      if (await this.#functions.invoke(name, streamEventOf(batch))) {
        records.splice(0, batch.length);
        failures = 0;
        continue;
      }
      failures += 1;
      this.repeats += 1;
      if (failures > streamAttemptsMax) throw new Error(`A batch of ${name} never succeeds`);
    }
    return done;
  }

  async #target(name: Target): Promise<number> {
    const mailbox = this.targets[name];
    let done = 0;
    for (let some = mailbox.receive(1); some.length > 0; done += 1) {
      const [letter] = some;
      // Our own text of a moment ago.
      const event = JSON.parse(letter?.body ?? "") as EventBridgeEvent<string, unknown>;
      if (await this.#functions.invoke(name, event)) mailbox.takeOut(some);
      some = mailbox.receive(1);
    }
    return done;
  }

  #route(event: HubEvent): void {
    const shaped = { source: eventSource, "detail-type": event.type, detail: event.detail };
    for (const { target, pattern } of routes) {
      if (pattern.matches(shaped)) this.targets[target].send(JSON.stringify(shaped));
    }
  }

  /** Subjects whose signals differ from what a pass over the whole graph says. */
  async drift(): Promise<number> {
    const { table, clock, logger } = this;
    const found = await recompute({
      table,
      clock,
      logger,
      rules,
      providesGoals: ({ connector }) => connector === "aims",
      isSource: ({ connector }) => connector !== "wall",
      orgReader: new OrgReader(table, clock),
    });
    return found.differing;
  }
}

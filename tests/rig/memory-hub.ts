import type { EventBridgeEvent, ScheduledEvent } from "aws-lambda";

import { createHandler as createAlert } from "#functions/alert/handler.ts";
import { createHandler as createDetect } from "#functions/detect/handler.ts";
import type { Recomputed } from "#functions/detect/recompute.ts";
import { recompute } from "#functions/detect/recompute.ts";
import { createHandler as createRelay } from "#functions/relay/handler.ts";
import { type Trigger } from "#infra/topology-parts.ts";
import { topology } from "#infra/topology.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { compilePattern } from "#shared/kit/event-pattern/compile-pattern.ts";
import type { Change } from "#shared/model/change.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { HubEvent } from "#shared/model/events.ts";
import { eventSource } from "#shared/model/events.ts";
import type { Alert, RuleSettings, Signal } from "#shared/model/signal.ts";
import { standingStatuses } from "#shared/model/signal.ts";
import type { ItemChange, Table } from "#shared/ports/table.ts";
import { rules } from "#shared/rules/index.ts";
import type { Applied } from "#shared/store/apply-changes.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import {
  createDocument,
  getDocument,
  listDocuments,
  replaceDocument,
} from "#shared/store/documents.ts";
import { readFactItem } from "#shared/store/facts.ts";
import { alertList, factKey, lists, ruleSettingsKey } from "#shared/store/keys.ts";
import { scanAll } from "#shared/store/list.ts";
import { OrgReader } from "#shared/store/org-reader.ts";
import { alertSpec, connectionSpec, ruleSettingsSpec, signalSpec } from "#shared/store/specs.ts";
import { goalConnection, peopleConnection, workConnection } from "#shared/testing/facts.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import type { LogLine } from "#shared/testing/silent-logger.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { streamEventOf, streamFilterOf } from "./stream-filter.ts";

/** Records of the stream that can be delivered again. */
const deliveredKept = 100;

/** Patterns of the bus rules that trigger alerts. */
const alertTriggers: readonly Trigger[] = topology.functions.alert.triggers;
const toAlert = alertTriggers.flatMap((trigger) =>
  trigger.kind === "rule" ? [compilePattern(topology.rules[trigger.rule]?.pattern)] : [],
);
const isForDetect = streamFilterOf("detect");
const isForRelay = streamFilterOf("relay");

/**
 * The real handlers over a table in memory, in one process and without time of their own: what a
 * change leads to has happened when `settle` returns.
 */
export class MemoryHub {
  readonly clock = new ManualClock("2026-03-02T09:00:00.000Z");
  readonly logs: LogLine[] = [];
  readonly events: HubEvent[] = [];
  /** While it is, events are accepted and reach nobody. */
  isBusDown = false;
  /** Whoever else listens to the bus. */
  onEvent: (event: HubEvent) => Promise<void> = async () => undefined;
  readonly table: Table;
  readonly #rules: typeof rules;
  readonly #records: ItemChange[] = [];
  readonly #delivered: ItemChange[] = [];
  readonly #logger = createSilentLogger(this.logs);
  readonly #detect: ReturnType<typeof createDetect>;
  readonly #relay: ReturnType<typeof createRelay>;
  readonly #alert: ReturnType<typeof createAlert>;

  /** `wrap` may stand between the handlers and the table: to get in between, to lag, to fail. */
  constructor(wrap: (table: Table) => Table = (table) => table, rulesOfHub = rules) {
    this.#rules = rulesOfHub;
    this.table = wrap(createMemoryTable({ onRecord: (record) => this.#records.push(record) }));
    const base = { table: this.table, clock: this.clock, logger: this.#logger };
    // Records are handed over decoded: the encoding has its own tests.
    const readRecord = (record: unknown) => record as ItemChange;
    const publish = async (events: readonly HubEvent[]) => {
      if (this.isBusDown) return;
      this.events.push(...events);
      for (const event of events) await this.#deliver(event);
    };
    this.#detect = createDetect({ ...this.#detectDeps(), readRecord });
    this.#relay = createRelay({ ...base, bus: { publish }, readRecord });
    this.#alert = createAlert({ ...base, rules });
  }

  #detectDeps() {
    return {
      table: this.table,
      clock: this.clock,
      logger: this.#logger,
      rules: this.#rules,
      providesGoals: (connection: Connection) => connection.id === goalConnection,
      isSource: () => true,
      orgReader: new OrgReader(this.table, this.clock),
    };
  }

  /** Three connections, read whole and fresh; rules without grace. */
  static async ready(
    wrap?: (table: Table) => Table,
    rulesOfHub?: typeof rules,
  ): Promise<MemoryHub> {
    const hub = new MemoryHub(wrap, rulesOfHub);
    for (const id of [workConnection, goalConnection, peopleConnection]) await hub.connect(id);
    await hub.settle();
    return hub;
  }

  /** A connection that is ready and fresh, unless `given` leaves out when. */
  async connect(
    id: Connection["id"],
    given: Partial<Connection> = { readyAt: this.clock.now(), freshAt: this.clock.now() },
  ): Promise<void> {
    const now = this.clock.now();
    const connection: Connection = {
      type: "connection",
      id,
      connector: "tool",
      name: id,
      settings: {},
      status: "active",
      createdAt: now,
      updatedAt: now,
      revision: 0,
      ...given,
    };
    await createDocument(this.table, connectionSpec, connection);
  }

  async changeConnection(
    id: Connection["id"],
    change: (connection: Connection) => Connection,
  ): Promise<void> {
    const connection = await getDocument(this.table, connectionSpec, factKey(id));
    if (!connection) return;
    await replaceDocument(this.table, connectionSpec, connection, change(connection));
  }

  /** Takes a connection away with all its facts, as the puller does. */
  async removeConnection(id: Connection["id"]): Promise<void> {
    await this.changeConnection(id, (connection) => ({ ...connection, status: "removing" }));
    const facts = (await scanAll(this.table)).flatMap((item) => readFactItem(item) ?? []);
    const removals = facts.flatMap((stored): Change[] =>
      !stored.isRemoved && stored.fact.connectionId === id
        ? [
            {
              kind: "removed",
              id: stored.fact.id,
              sourceVersion: this.clock.nowMs(),
              readAt: this.clock.now(),
            },
          ]
        : [],
    );
    await this.store(...removals);
    await this.table.write({ kind: "delete", key: factKey(id), condition: [] });
  }

  /** Sets a rule, without grace; one that was set before is replaced. */
  async setRule(rule: string, given: Partial<RuleSettings> = {}): Promise<void> {
    const before = await getDocument(this.table, ruleSettingsSpec, ruleSettingsKey(rule));
    const settings: RuleSettings = {
      type: "rule-settings",
      rule,
      isEnabled: true,
      options: {},
      graceMinutes: 0,
      holdDownMinutes: 0,
      updatedAt: this.clock.now(),
      revision: 0,
      ...given,
    };
    if (before) await replaceDocument(this.table, ruleSettingsSpec, before, settings);
    else await createDocument(this.table, ruleSettingsSpec, settings);
  }

  /** Stores changes as a source would bring them; nobody has heard of them yet. */
  async store(...changes: readonly Change[]): Promise<Applied> {
    return applyChanges(this, changes);
  }

  /** Stores changes, and runs everything they lead to. */
  async apply(...changes: readonly Change[]): Promise<Applied> {
    const applied = await this.store(...changes);
    await this.settle();
    return applied;
  }

  /** A gap in the stream: what has changed and was not handed out yet never will be. */
  loseRecords(): void {
    this.#records.length = 0;
  }

  /** Runs the table's stream to its end. `batchSize` 1 makes every record its own invocation. */
  async settle(batchSize = 100): Promise<void> {
    while (this.#records.length > 0) {
      const batch = this.#records.splice(0, batchSize);
      this.#delivered.push(...batch);
      this.#delivered.splice(0, this.#delivered.length - deliveredKept);
      await this.#handOut(batch);
    }
  }

  async #handOut(batch: readonly ItemChange[]): Promise<void> {
    const [detected, relayed] = [batch.filter(isForDetect), batch.filter(isForRelay)];
    if (detected.length > 0) await this.#detect(streamEventOf(detected));
    if (relayed.length > 0) await this.#relay(streamEventOf(relayed));
  }

  /**
   * Runs the stream as several shards do, each in its own order and all at once. Records of one item
   * stay in one shard.
   */
  async settleInShards(shards: number, batchSize = 100): Promise<void> {
    while (this.#records.length > 0) {
      const records = this.#records.splice(0);
      const shardOf = ({ before, after }: ItemChange) =>
        Buffer.from((after ?? before)?.pk ?? "").reduce((sum, byte) => sum + byte, 0) % shards;
      const groups = Map.groupBy(records, shardOf).values();
      await Promise.all([...groups].map((group) => this.#runShard(group, batchSize)));
    }
  }

  async #runShard(records: readonly ItemChange[], batchSize: number): Promise<void> {
    for (let at = 0; at < records.length; at += batchSize) {
      await this.#handOut(records.slice(at, at + batchSize));
    }
  }

  /** Delivers the latest records of the stream once more, as it does after a failed batch. */
  async redeliver(batchSize = 100): Promise<void> {
    await this.#handOut(this.#delivered.slice(-batchSize));
    await this.settle(batchSize);
  }

  /** The clock's own call of detect: the self-check that is kept and counted. */
  async tickDetect(): Promise<void> {
    // Detect takes whatever holds no records for the clock.
    await this.#detect({} as ScheduledEvent);
    await this.settle();
  }

  /** The hourly pass that mends what drifted. */
  async selfCheck(): Promise<Recomputed> {
    const result = await recompute(this.#detectDeps());
    await this.settle();
    return result;
  }

  async #deliver(event: HubEvent): Promise<void> {
    const shaped = { source: eventSource, "detail-type": event.type, detail: event.detail };
    for (const { matches } of toAlert) {
      if (matches(shaped)) await this.#alert(shaped as EventBridgeEvent<string, unknown>);
    }
    await this.onEvent(event);
  }

  async openSignals(): Promise<readonly Signal[]> {
    return listDocuments(this.table, signalSpec, lists.openSignals);
  }

  async alerts(...statuses: Alert["status"][]): Promise<readonly Alert[]> {
    const wanted = statuses.length > 0 ? statuses : [...standingStatuses];
    const found = await Promise.all(
      wanted.map((status) => listDocuments(this.table, alertSpec, alertList(status))),
    );
    return found.flat();
  }

  /** Subjects whose signals differ from what a pass over the whole graph says. */
  async drift(): Promise<number> {
    return (await recompute(this.#detectDeps())).differing;
  }
}

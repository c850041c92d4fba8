import type { DynamoDBRecord, EventBridgeEvent } from "aws-lambda";

import { createHandler as createAlert } from "#functions/alert/handler.ts";
import { createHandler as createDetect } from "#functions/detect/handler.ts";
import { recompute } from "#functions/detect/recompute.ts";
import { createHandler as createRelay } from "#functions/relay/handler.ts";
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
import { createDocument, listDocuments } from "#shared/store/documents.ts";
import { alertList, lists } from "#shared/store/keys.ts";
import { OrgReader } from "#shared/store/org-reader.ts";
import { alertSpec, connectionSpec, ruleSettingsSpec, signalSpec } from "#shared/store/specs.ts";
import { goalConnection, peopleConnection, workConnection } from "#shared/testing/facts.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import type { LogLine } from "#shared/testing/silent-logger.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

/**
 * The real handlers over a table in memory, in one process and without time of their own: what a
 * change leads to has happened when `settle` returns.
 */
export class MemoryHub {
  readonly clock = new ManualClock("2026-03-02T09:00:00.000Z");
  readonly logs: LogLine[] = [];
  readonly events: HubEvent[] = [];
  readonly table: Table;
  readonly #records: ItemChange[] = [];
  readonly #logger = createSilentLogger(this.logs);
  readonly #detect: ReturnType<typeof createDetect>;
  readonly #relay: ReturnType<typeof createRelay>;
  readonly #alert: ReturnType<typeof createAlert>;

  constructor() {
    this.table = createMemoryTable({ onRecord: (record) => this.#records.push(record) });
    const base = { table: this.table, clock: this.clock, logger: this.#logger };
    // Records are handed over decoded: the encoding has its own tests.
    const readRecord = (record: unknown) => record as ItemChange;
    const publish = async (events: readonly HubEvent[]) => {
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
      rules,
      providesGoals: (connection: Connection) => connection.id === goalConnection,
      isSource: () => true,
      orgReader: new OrgReader(this.table),
    };
  }

  /** Three connections, read whole and fresh; rules without grace. */
  static async ready(): Promise<MemoryHub> {
    const hub = new MemoryHub();
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

  async setRule(rule: string, given: Partial<RuleSettings> = {}): Promise<void> {
    const settings: RuleSettings = {
      type: "rule-settings",
      rule,
      isEnabled: true,
      options: {},
      graceMinutes: 0,
      updatedAt: this.clock.now(),
      revision: 0,
      ...given,
    };
    await createDocument(this.table, ruleSettingsSpec, settings);
  }

  /** Stores changes as a source would bring them, and runs everything they lead to. */
  async apply(...changes: readonly Change[]): Promise<Applied> {
    const applied = await applyChanges(this, changes);
    await this.settle();
    return applied;
  }

  /** Runs the table's stream to its end. `batchSize` 1 makes every record its own invocation. */
  async settle(batchSize = 100): Promise<void> {
    while (this.#records.length > 0) {
      const batch = this.#records.splice(0, batchSize);
      // The rig's own form of a record, read back by its own `readRecord`.
      const event = { Records: batch as unknown as DynamoDBRecord[] };
      await this.#detect(event);
      await this.#relay(event);
    }
  }

  async #deliver(event: HubEvent): Promise<void> {
    const shaped = { source: eventSource, "detail-type": event.type, detail: event.detail };
    for (const name of ["unlinked-work", "blocked-across-boundary"] as const) {
      if (!compilePattern(topology.rules[name].pattern).matches(shaped)) continue;
      await this.#alert(shaped as EventBridgeEvent<string, unknown>);
    }
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

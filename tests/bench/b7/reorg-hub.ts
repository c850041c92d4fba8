import type { DynamoDBRecord, EventBridgeEvent } from "aws-lambda";

import { createHandler as createAlert } from "#functions/alert/handler.ts";
import { createHandler as createDetect } from "#functions/detect/handler.ts";
import { recompute } from "#functions/detect/recompute.ts";
import { pull } from "#functions/pull/pull.ts";
import { createHandler as createRelay } from "#functions/relay/handler.ts";
import { sweep } from "#functions/sweep/sweep.ts";
import { topology } from "#infra/topology.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { compilePattern } from "#shared/kit/event-pattern/compile-pattern.ts";
import { Registry, secretName } from "#shared/kit/registry.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { HubEvent } from "#shared/model/events.ts";
import { eventSource } from "#shared/model/events.ts";
import { minuteMs } from "#shared/model/time.ts";
import type { ItemChange, Table } from "#shared/ports/table.ts";
import { rules } from "#shared/rules/index.ts";
import { createDocument } from "#shared/store/documents.ts";
import { OrgReader } from "#shared/store/org-reader.ts";
import { connectionSpec, cursorSpec, ruleSettingsSpec } from "#shared/store/specs.ts";
import { peopleConnection, workConnection } from "#shared/testing/facts.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { FakeTool } from "../../rig/fake-connector.ts";
import { MemoryQueue, MemorySecrets } from "../../rig/tool-hub.ts";
import { MeteredTable } from "../metered-table.ts";

/** As the topology gives them to detect. */
const batchSize = topology.functions.detect.triggers[0].batchSize;

/** The real pull, detect, relay, alert and sweep over one table in memory, on a clock that is told to move. */
export class ReorgHub {
  readonly clock = new ManualClock("2026-03-02T09:00:00.000Z");
  readonly meter: MeteredTable;
  readonly table: Table;
  readonly tool = new FakeTool();
  readonly events: HubEvent[] = [];
  /** What is stored before this is true leads to nothing: the company as it is found. */
  isListening = false;
  batches = 0;
  readonly #records: ItemChange[] = [];
  readonly #secrets = new MemorySecrets();
  readonly #logger = createSilentLogger();
  readonly #detect: ReturnType<typeof createDetect>;
  readonly #relay: ReturnType<typeof createRelay>;
  readonly #alert: ReturnType<typeof createAlert>;

  constructor() {
    const onRecord = (record: ItemChange) => {
      if (this.isListening) this.#records.push(record);
    };
    this.meter = new MeteredTable(createMemoryTable({ onRecord }));
    this.table = this.meter.table;
    const base = { table: this.table, clock: this.clock, logger: this.#logger };
    // Records are handed over decoded: the encoding has its own tests.
    const readRecord = (record: unknown) => record as ItemChange;
    this.#detect = createDetect({ ...this.#detectDeps(), readRecord });
    const publish = (events: readonly HubEvent[]) => this.#publish(events);
    this.#relay = createRelay({ ...base, bus: { publish }, readRecord });
    this.#alert = createAlert({ ...base, rules });
  }

  #detectDeps() {
    return {
      table: this.table,
      clock: this.clock,
      logger: this.#logger,
      rules,
      providesGoals: () => false,
      isSource: () => true,
      orgReader: new OrgReader(this.table, this.clock),
    };
  }

  /** Two connections that were read whole, and only the rule that this is about. */
  async connect(): Promise<void> {
    const now = this.clock.now();
    const born = { createdAt: now, updatedAt: now, revision: 0 };
    for (const id of [workConnection, peopleConnection]) {
      const connection: Connection = {
        type: "connection",
        id,
        connector: "tool",
        name: id,
        settings: { site: "here" },
        status: "active",
        readyAt: now,
        freshAt: now,
        ...born,
      };
      await createDocument(this.table, connectionSpec, connection);
      await this.#secrets.write(secretName(id), { token: "t", webhookSecret: "shared" });
    }
    await createDocument(this.table, ruleSettingsSpec, {
      type: "rule-settings",
      rule: "unlinked-work",
      isEnabled: false,
      options: {},
      graceMinutes: 0,
      holdDownMinutes: 0,
      updatedAt: now,
      revision: 0,
    });
    await createDocument(this.table, cursorSpec, {
      type: "cursor",
      connectionId: peopleConnection,
      collection: "things",
      mode: "poll",
      state: "idle",
      recordsRead: 0,
      changesApplied: 0,
      recordsRejected: 0,
      backfilledAt: now,
      dueAt: now,
      updatedAt: now,
      revision: 0,
    });
  }

  /** What stands before anybody moves: signals of everything that is across teams already. */
  async evaluateAll(): Promise<number> {
    const { differing } = await recompute(this.#detectDeps());
    await this.settle();
    return differing;
  }

  /** One run of pull over what the tool holds; `afterPage` happens when a page is stored. */
  async sync(afterPage: () => Promise<void>): Promise<void> {
    const { table } = this;
    const write: Table["write"] = async (one) => {
      const isMoved = one.kind === "put" && one.item["type"] === "cursor";
      const outcome = await table.write(one);
      if (isMoved) await afterPage();
      return outcome;
    };
    const deps = {
      table: { ...table, write },
      clock: this.clock,
      logger: this.#logger,
      secrets: this.#secrets,
      registry: new Registry([this.tool.connector]),
      rules,
      pulls: new MemoryQueue(),
      publicUrl: "https://hub.example",
      random: (length: number) => "r".padStart(length, "0"),
    };
    const connectionId = peopleConnection;
    await pull(deps, { kind: "pull", connectionId, collection: "things" });
  }

  /** Time that passes, with the minutes of the sweep in it and what they lead to. */
  async pass(ms: number): Promise<void> {
    const minuteOf = () => Math.floor(this.clock.nowMs() / minuteMs);
    const deps = {
      table: this.table,
      clock: this.clock,
      logger: this.#logger,
      pulls: new MemoryQueue(),
      registry: new Registry([this.tool.connector]),
      rules,
    };
    for (let left = ms; left > 0; left -= minuteMs) {
      const before = minuteOf();
      this.clock.advance(Math.min(left, minuteMs));
      if (minuteOf() !== before) await sweep(deps);
      await this.settle();
    }
  }

  /** Runs the table's stream to its end. */
  async settle(): Promise<void> {
    while (this.#records.length > 0) {
      const records = this.#records.splice(0, batchSize);
      // The rig's own form of a record, read back by its own `readRecord`.
      const event = { Records: records as unknown as DynamoDBRecord[] };
      this.batches += 1;
      await this.#detect(event);
      await this.#relay(event);
    }
  }

  readonly #toAlert = compilePattern(topology.rules["blocked-across-boundary"]?.pattern);

  async #publish(events: readonly HubEvent[]): Promise<void> {
    this.events.push(...events);
    for (const { type, detail } of events) {
      const shaped = { source: eventSource, "detail-type": type, detail };
      if (!this.#toAlert.matches(shaped)) continue;
      await this.#alert(shaped as EventBridgeEvent<string, unknown>);
    }
  }
}

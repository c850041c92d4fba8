import type { DynamoDBRecord, EventBridgeEvent, SQSEvent, SQSRecord } from "aws-lambda";

import { connectors } from "#connectors/index.ts";
import { createHandler as createAlert } from "#functions/alert/handler.ts";
import { createHandler as createDetect } from "#functions/detect/handler.ts";
import { DeliveryTally } from "#functions/ingest/delivery-tally.ts";
import { createHandler as createIngest } from "#functions/ingest/handler.ts";
import { createHandler as createNotify } from "#functions/notify/handler.ts";
import { createHandler as createRelay } from "#functions/relay/handler.ts";
import { silentLogger } from "#infra/local/logger.ts";
import { topology } from "#infra/topology.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { randomText } from "#shared/adapters/random-text.ts";
import { compilePattern } from "#shared/kit/event-pattern/compile-pattern.ts";
import { Registry } from "#shared/kit/registry.ts";
import type { InboxMessage } from "#shared/model/delivery.ts";
import type { HubEvent } from "#shared/model/events.ts";
import { eventSource } from "#shared/model/events.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { ItemChange, Table } from "#shared/ports/table.ts";
import { rules } from "#shared/rules/index.ts";
import { OrgReader } from "#shared/store/org-reader.ts";
import { testNotifierContext } from "#shared/testing/notifier-context.ts";

import { MemoryQueue, MemorySecrets } from "../rig/tool-hub.ts";
import { MeteredTable } from "./metered-table.ts";

type Handler = (event: never) => Promise<unknown>;

/** The real handlers, from the inbox to the target, over one table in memory that tells what each write cost. */
export class MeteredHub {
  readonly meter: MeteredTable;
  readonly table: Table;
  readonly clock: Clock;
  readonly secrets = new MemorySecrets();
  readonly events: HubEvent[] = [];
  readonly #records: ItemChange[] = [];
  readonly #ingest: ReturnType<typeof createIngest>;
  readonly #detect: ReturnType<typeof createDetect>;
  readonly #relay: ReturnType<typeof createRelay>;
  readonly #targets: readonly {
    readonly matches: (event: unknown) => boolean;
    readonly handler: Handler;
  }[];

  constructor(clock: Clock) {
    this.clock = clock;
    this.meter = new MeteredTable(
      createMemoryTable({ onRecord: (record) => this.#records.push(record) }),
    );
    this.table = this.meter.table;
    const registry = new Registry(connectors);
    const base = { table: this.table, clock, logger: silentLogger };
    const calling = { ...base, secrets: this.secrets, registry };
    const tally = new DeliveryTally(this.table, clock);
    this.#ingest = createIngest({
      ...calling,
      inbox: new MemoryQueue(),
      tally,
      random: randomText,
    });
    this.#detect = createDetect({
      ...base,
      rules,
      readRecord,
      orgReader: new OrgReader(this.table, this.clock),
      isSource: registry.isSource,
      providesGoals: registry.providesGoals,
    });
    this.#relay = createRelay({
      ...base,
      readRecord,
      bus: { publish: (all) => this.#publish(all) },
    });
    const alert = createAlert({ ...base, rules });
    const notify = createNotify({
      ...calling,
      outbound: testNotifierContext.outbound,
      publicUrl: "http://127.0.0.1",
      random: randomText,
      rules,
      orgReader: new OrgReader(this.table, this.clock),
    });
    this.#targets = [
      ...rules.map(({ name }) => ({ rule: topology.rules[name], handler: alert })),
      { rule: topology.rules["tell-people"], handler: notify },
    ].map(({ rule, handler }) => ({ matches: compilePattern(rule?.pattern).matches, handler }));
  }

  /** One delivery after the other through the inbox, each followed by everything that it leads to. */
  async deliver(message: InboxMessage): Promise<void> {
    const record: Partial<SQSRecord> = {
      messageId: message.deliveryId,
      body: JSON.stringify(message),
    };
    const event = { Records: [record] } as SQSEvent;
    const { batchItemFailures } = await this.#ingest(event);
    if (batchItemFailures.length > 0) throw new Error(`${message.deliveryId} was not ingested`);
    await this.settle();
  }

  /** Runs the table's stream to its end. */
  async settle(): Promise<void> {
    while (this.#records.length > 0) {
      // The rig's own form of a record, read back by its own `readRecord`.
      const event = { Records: this.#records.splice(0, 100) as unknown as DynamoDBRecord[] };
      await this.#detect(event);
      await this.#relay(event);
    }
  }

  async #publish(events: readonly HubEvent[]): Promise<void> {
    this.events.push(...events);
    for (const { type, detail } of events) {
      const event: Partial<EventBridgeEvent<string, unknown>> = {
        source: eventSource,
        "detail-type": type,
        detail,
      };
      for (const target of this.#targets) {
        if (target.matches(event)) await target.handler(event as never);
      }
    }
  }
}

/** Records are handed over decoded: the encoding has its own tests. */
function readRecord(record: unknown): ItemChange {
  return record as ItemChange;
}

import { connectors } from "#connectors/index.ts";
import { appContext } from "#functions/app/app-deps.ts";
import { pauseConnection, resumeConnection } from "#functions/app/connections/change-connection.ts";
import { freshCursor } from "#functions/app/connections/connect.ts";
import { DeliveryTally } from "#functions/ingest/delivery-tally.ts";
import { ingest } from "#functions/ingest/ingest.ts";
import { pull } from "#functions/pull/pull.ts";
import { HeardSubscriptions } from "#functions/receive/heard-subscriptions.ts";
import { KnownConnections } from "#functions/receive/known-connections.ts";
import { receive } from "#functions/receive/receive.ts";
import { sweep } from "#functions/sweep/sweep.ts";
import { openSource } from "#shared/access/open-source.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { HubError } from "#shared/errors.ts";
import { secretFields } from "#shared/kit/connector.ts";
import { Registry, secretName } from "#shared/kit/registry.ts";
import type { Connection } from "#shared/model/connection.ts";
import { ConnectionId, type FactId, readFactId } from "#shared/model/ids.ts";
import { PullMessage } from "#shared/model/pull.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Queue } from "#shared/ports/queue.ts";
import type { Table } from "#shared/ports/table.ts";
import { rules } from "#shared/rules/index.ts";
import { getConnection } from "#shared/store/connections.ts";
import { createDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { cursorSpec } from "#shared/store/specs.ts";
import { MemoryEventRules } from "#shared/testing/memory-event-rules.ts";
import type { LogLine } from "#shared/testing/silent-logger.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { MemoryHub } from "../../rig/memory-hub.ts";
import { MemorySecrets } from "../../rig/tool-hub.ts";
import type { Network } from "./network.ts";
import type { Random } from "./tool-under-test.ts";

interface Message {
  readonly body: string;
  readonly dueMs: number;
  /** How often it came back. */
  readonly tries: number;
}

/** A queue on the hub's own clock: what fails comes back later, and dies after its fifth try. */
class LateQueue implements Queue {
  #messages: Message[] = [];
  readonly #clock: Clock;
  readonly dead: string[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async send(body: string, { delaySeconds = 0 }: { readonly delaySeconds?: number } = {}) {
    this.#messages.push({ body, dueMs: this.#clock.nowMs() + delaySeconds * 1000, tries: 0 });
  }

  take(): Message | undefined {
    const nowMs = this.#clock.nowMs();
    const at = this.#messages.findIndex(({ dueMs }) => dueMs <= nowMs);
    return at < 0 ? undefined : this.#messages.splice(at, 1)[0];
  }

  /** Back it comes, after the visibility timeout. */
  fail({ body, tries }: Message): void {
    if (tries >= 4) this.dead.push(body);
    else {
      const dueMs = this.#clock.nowMs() + 2 * minuteMs;
      this.#messages.push({ body, dueMs, tries: tries + 1 });
    }
  }
}

/** The real receive, ingest, pull and sweep over a table in memory, with queues, on a clock of their own. */
export class HubUnderTest {
  readonly hub: MemoryHub;
  readonly connectionId: ConnectionId = ConnectionId.parse("conn_converge00");
  readonly logs: LogLine[] = [];
  readonly #deps;
  readonly #network: Network;
  readonly #inbox: LateQueue;
  readonly #pulls: LateQueue;
  /** Share of the table's writes that fail: every one is a crash between two awaits. */
  tableFailures = 0;

  constructor(network: Network, random: Random) {
    this.#network = network;
    this.hub = new MemoryHub((table) => this.#failing(table, random));
    // Nobody but this run moves the time: what the hub waits for itself passes at once.
    const { clock: manual } = this.hub;
    // The small tools' own histories end before this.
    manual.advance(Date.parse("2026-11-23T08:00:00.000Z") - manual.nowMs());
    const clock: Clock = {
      nowMs: () => manual.nowMs(),
      now: () => manual.now(),
      sleep: async (ms) => manual.advance(ms),
    };
    this.#inbox = new LateQueue(clock);
    this.#pulls = new LateQueue(clock);
    const { table } = this.hub;
    const logger = createSilentLogger(this.logs);
    const base = {
      table,
      clock,
      logger,
      secrets: new MemorySecrets(),
      registry: new Registry(connectors),
      random: randomText(random),
    };
    this.#deps = {
      ...base,
      inbox: this.#inbox,
      pulls: this.#pulls,
      publicUrl: network.url,
      tally: new DeliveryTally(table, clock),
      connections: new KnownConnections(table, clock),
      heard: new HeardSubscriptions(base),
    };
    network.receive = (incoming) =>
      receive(this.#deps, { ...incoming, receivedAt: instantOf(clock.nowMs()) });
  }

  #failing(table: Table, random: Random): Table {
    const perhaps = async <T>(write: () => Promise<T>): Promise<T> => {
      if (random() >= this.tableFailures) return write();
      const isDone = random() < 0.5;
      // Half of the failures come after the write: the answer is lost, not the deed.
      if (isDone) await write();
      throw new HubError("store.unavailable", "The table does not answer");
    };
    return {
      ...table,
      write: (one) => perhaps(() => table.write(one)),
      transact: (all) => perhaps(() => table.transact(all)),
    };
  }

  /** Connects the tool: settings stored as an admin's request would, everything due at once. */
  async connect(
    connector: string,
    settings: Readonly<Record<string, unknown>>,
    { withWebhooks }: { readonly withWebhooks: boolean },
  ): Promise<void> {
    const { registry, secrets, table } = this.#deps;
    const known = registry.get(connector);
    const secret = new Set(secretFields(known));
    const parsed = Object.entries(known.settings.parse(settings));
    const open = parsed.filter(([name, value]) => !secret.has(name) && value !== undefined);
    const kept = parsed.filter(([name, value]) => secret.has(name) && typeof value === "string");
    await secrets.write(
      secretName(this.connectionId),
      Object.fromEntries(kept.map(([name, value]) => [name, String(value)])),
    );
    for (const { name } of known.collections) {
      await createDocument(
        table,
        cursorSpec,
        freshCursor(this.connectionId, name, this.hub.clock.now()),
      );
    }
    await this.hub.connect(this.connectionId, {
      connector,
      // Parsed by the connector's own schema, which is made of JSON.
      settings: Object.fromEntries(open) as Connection["settings"],
    });
    if (withWebhooks) await this.send({ kind: "subscribe", connectionId: this.connectionId });
  }

  /** How many webhooks came, one that came twice twice. */
  get deliveries(): number {
    return this.#network.counts.delivered;
  }

  /** An admin pauses the connection, or has it go on. */
  async pause(): Promise<void> {
    await this.#asAdmin(pauseConnection);
  }

  async resume(): Promise<void> {
    await this.#asAdmin(resumeConnection);
  }

  /** Whoever presses a button sees that it failed, and presses it again. */
  async #asAdmin(press: typeof pauseConnection): Promise<void> {
    this.tableFailures = 0;
    const context = appContext({
      ...this.#deps,
      eventRules: new MemoryEventRules(),
      queueAdmin: { depths: async () => ({}), deadLetters: async () => [], redrive: async () => 0 },
      accessToken: { read: async () => ({ mode: "open" }) },
      rules,
      createScratchTable: () => createMemoryTable(),
    });
    await press(context, this.connectionId);
  }

  async send(message: PullMessage): Promise<void> {
    await this.#pulls.send(JSON.stringify(message));
  }

  /** One minute passes: the clock's function, what the network brings, and the queues run dry. */
  async minute(): Promise<void> {
    this.hub.clock.advance(minuteMs);
    await this.#network.deliver();
    await this.#attempt(() => sweep({ ...this.#deps, rules }));
    await this.drain();
  }

  async drain(): Promise<void> {
    for (;;) {
      const delivery = this.#inbox.take();
      const reading = delivery ? undefined : this.#pulls.take();
      if (delivery) await this.#ingest(delivery);
      else if (reading) await this.#pull(reading);
      else return;
    }
  }

  async #ingest(message: Message): Promise<void> {
    const [end] = await ingest(this.#deps, [message.body]).catch((failed: unknown) => [{ failed }]);
    if (end !== "done") this.#inbox.fail(message);
  }

  async #pull(message: Message): Promise<void> {
    const isDone = await this.#attempt(() =>
      pull(this.#deps, PullMessage.parse(JSON.parse(message.body))),
    );
    if (!isDone) this.#pulls.fail(message);
  }

  /** Only what stands for a crash may fail; anything else is a fault of ours. */
  async #attempt(run: () => Promise<unknown>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      if (error instanceof HubError && error.code === "store.unavailable") return false;
      throw error;
    }
  }

  /** Whether every collection was read whole. */
  async isReady(): Promise<boolean> {
    return (await getConnection(this.hub.table, this.connectionId))?.readyAt !== undefined;
  }

  /** Reads those of these records that the graph lacks. */
  async readByIds(ids: readonly FactId[]): Promise<void> {
    const { table, registry } = this.#deps;
    const lacking: FactId[] = [];
    for (const id of ids) if (!(await table.get(factKey(id)))) lacking.push(id);
    const connection = await getConnection(table, this.connectionId);
    if (!connection || lacking.length === 0) return;
    const source = await openSource(this.#deps, { connection, connections: [connection] });
    for (const { name, facts } of registry.get(connection.connector).collections) {
      const asked = lacking.filter((id) => facts.some((type) => readFactId(id)?.type === type));
      if (asked.length > 0) await this.hub.store(...(await source.readByIds(name, asked)).changes);
    }
  }

  get deadLetters(): number {
    return this.#inbox.dead.length + this.#pulls.dead.length;
  }
}

function randomText(random: Random): (length: number) => string {
  const letters = "0123456789abcdefghijklmnopqrstuvwxyz";
  return (length) =>
    Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join("");
}

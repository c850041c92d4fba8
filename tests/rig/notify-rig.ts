import type { EventBridgeEvent } from "aws-lambda";
import * as z from "zod";

import type { NotifyDeps } from "#functions/notify/deps.ts";
import { createHandler } from "#functions/notify/handler.ts";
import { topology } from "#infra/topology.ts";
import type { Connector } from "#shared/kit/connector.ts";
import { defineConnector } from "#shared/kit/connector.ts";
import { compilePattern } from "#shared/kit/event-pattern/compile-pattern.ts";
import type { Message, MessageTarget, NotifierTraits, SendOutcome } from "#shared/kit/notifier.ts";
import { Registry } from "#shared/kit/registry.ts";
import { eventSource } from "#shared/model/events.ts";
import type { HubEvent } from "#shared/model/events.ts";
import { connectionId } from "#shared/model/ids.ts";
import type { AlertId, ConnectionId } from "#shared/model/ids.ts";
import type { Dispatch } from "#shared/model/notification.ts";
import { Routing } from "#shared/model/routing.ts";
import { hourMs, minuteMs } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { rules } from "#shared/rules/index.ts";
import { createDocument, readDocument } from "#shared/store/documents.ts";
import { scanAll } from "#shared/store/list.ts";
import { OrgReader } from "#shared/store/org-reader.ts";
import { dispatchSpec, routingSpec } from "#shared/store/specs.ts";
import { goalConnection, peopleConnection, workConnection } from "#shared/testing/facts.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { FakeTool } from "./fake-connector.ts";
import { MemoryHub } from "./memory-hub.ts";
import { MemorySecrets } from "./tool-hub.ts";

/** What a channel was asked to show. */
export interface Shown {
  readonly verb: "send" | "update";
  readonly message: Message;
  readonly target: MessageTarget | undefined;
  readonly receipt?: string;
}

/** A channel whose answers a test decides. */
export class FakeChannel {
  readonly id: ConnectionId;
  readonly traits: NotifierTraits;
  readonly shown: Shown[] = [];
  dropsRepeats = false;
  /** Called before something is taken: what it gives is answered instead. */
  answer: (message: Message) => SendOutcome | undefined = () => undefined;

  constructor(name: string, traits: NotifierTraits) {
    this.id = connectionId(name.padEnd(10, "0"));
    this.traits = traits;
  }

  get sent(): readonly Message[] {
    return this.shown.filter(({ verb }) => verb === "send").map(({ message }) => message);
  }

  /** Kind and title of what was sent, and of how what was shown stands. */
  get lines(): readonly string[] {
    return this.shown.map(
      ({ verb, message: { kind, reason, title, standing } }) =>
        `${verb} ${kind ?? ""} ${reason}: ${title}${standing === undefined ? "" : ` (${standing})`}`,
    );
  }

  connector(name: string): Connector {
    return defineConnector({
      name,
      title: name,
      summary: "For tests",
      settings: z.object({}),
      collections: [],
      providesGoals: () => false,
      notifierTraits: () => this.traits,
      notifier: async () => () => ({
        ...(this.dropsRepeats && { dropsRepeats: true as const }),
        probe: async () => ({ identity: name }),
        send: async (message, target) => {
          const instead = this.answer(message);
          if (instead) return instead;
          this.shown.push({ verb: "send", message, target });
          return { outcome: "sent", receipt: `receipt ${this.shown.length}` };
        },
        update: async (receipt, message, target) => {
          const instead = this.answer(message);
          if (instead) return instead;
          this.shown.push({ verb: "update", message, target, receipt });
          return { outcome: "sent" };
        },
      }),
    });
  }
}

const told = compilePattern(topology.rules["tell-people"].pattern);

/** The hub in memory with the function that tells people, and channels to tell them by. */
export class NotifyRig {
  readonly hub: MemoryHub;
  readonly channels: Readonly<Record<string, FakeChannel>>;
  readonly deps: NotifyDeps;
  /** Events of the bus that the function has had. */
  readonly heard: EventBridgeEvent<string, unknown>[] = [];
  /** While it is, events reach nobody. */
  isDeaf = false;
  #refreshedMs = 0;

  private constructor(hub: MemoryHub, channels: Readonly<Record<string, FakeChannel>>) {
    this.hub = hub;
    this.channels = channels;
    const { table, clock } = hub;
    this.deps = {
      table,
      clock,
      logger: createSilentLogger(hub.logs),
      secrets: new MemorySecrets(),
      registry: new Registry([
        ...Object.entries(channels).map(([name, channel]) => channel.connector(name)),
        // What the hub's sources are, so that they count as such.
        new FakeTool().connector,
      ]),
      rules,
      orgReader: new OrgReader(table, clock),
      publicUrl: "https://hub.example",
      random: (length) => "0".repeat(length),
    };
    hub.onEvent = async (event) => this.#hear(event);
  }

  /** `wrap` stands between the handlers and the table. The channels are connected in their order. */
  static async with(
    traits: Readonly<Record<string, NotifierTraits>>,
    wrap?: (table: Table) => Table,
  ): Promise<NotifyRig> {
    const hub = await MemoryHub.ready(wrap);
    const channels = Object.fromEntries(
      Object.entries(traits).map(([name, one]) => [name, new FakeChannel(name, one)]),
    );
    const rig = new NotifyRig(hub, channels);
    for (const [name, { id }] of Object.entries(channels)) {
      hub.clock.advance(1);
      await hub.connect(id, { connector: name, name });
    }
    return rig;
  }

  channel(name: string): FakeChannel {
    const channel = this.channels[name];
    if (!channel) throw new Error(`There is no channel ${name}`);
    return channel;
  }

  async route(given: Partial<Routing> = {}): Promise<Routing> {
    const base = { type: "routing", updatedAt: this.hub.clock.now(), revision: 0 };
    const routing = Routing.parse({ ...base, baselineMinutes: 0, ...given });
    await createDocument(this.hub.table, routingSpec, routing);
    return routing;
  }

  /** A process of its own: what the last one kept in memory is gone. */
  handler(table: Table = this.hub.table) {
    return createHandler({ ...this.deps, table, orgReader: new OrgReader(table, this.hub.clock) });
  }

  async #hear(event: HubEvent): Promise<void> {
    const shaped = { source: eventSource, "detail-type": event.type, detail: event.detail };
    if (this.isDeaf || !told.matches(shaped)) return;
    const heard = shaped as unknown as EventBridgeEvent<string, unknown>;
    this.heard.push(heard);
    await this.handler()(heard);
  }

  /** An event of the alert as the bus would bring it once more. */
  async hearAgain(id: AlertId, type = "alert.opened.v1", table?: Table): Promise<void> {
    const event = { source: eventSource, "detail-type": type, detail: { id } };
    await this.handler(table)(event as unknown as EventBridgeEvent<string, unknown>);
  }

  /** The clock's call. */
  async tick(table?: Table): Promise<void> {
    await this.handler(table)({ schedule: true });
    await this.hub.settle();
  }

  /** Lets time pass, with the clock's call every so often; sources stay fresh. */
  async pass(minutes: number, everyMinutes = 1): Promise<void> {
    for (let left = minutes; left > 0; left -= everyMinutes) {
      this.hub.clock.advance(Math.min(left, everyMinutes) * minuteMs);
      if (this.hub.clock.nowMs() - this.#refreshedMs >= hourMs) await this.#refresh();
      await this.tick();
    }
  }

  async #refresh(): Promise<void> {
    this.#refreshedMs = this.hub.clock.nowMs();
    for (const id of [workConnection, goalConnection, peopleConnection]) {
      const freshAt = this.hub.clock.now();
      await this.hub.changeConnection(id, (connection) => ({ ...connection, freshAt }));
    }
    await this.hub.settle();
  }

  async dispatches(): Promise<readonly Dispatch[]> {
    const items = (await scanAll(this.hub.table)).filter(({ type }) => type === "dispatch");
    return items
      .map((item) => readDocument(dispatchSpec, item))
      .toSorted((a, b) => (a.createdAt + a.id < b.createdAt + b.id ? -1 : 1));
  }

  async ofType(type: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return (await scanAll(this.hub.table)).filter((item) => item["type"] === type);
  }
}

import type { EventBridgeEvent } from "aws-lambda";

import { freshCursor } from "#functions/app/connections/connect.ts";
import { snoozeEnd } from "#shared/kit/alert-lifecycle.ts";
import type { Connector } from "#shared/kit/connector.ts";
import { Registry } from "#shared/kit/registry.ts";
import type { Change } from "#shared/model/change.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { AlertId, ConnectionId } from "#shared/model/ids.ts";
import type { Dispatch, Notification } from "#shared/model/notification.ts";
import { Routing } from "#shared/model/routing.ts";
import type { Alert, RuleSettings } from "#shared/model/signal.ts";
import { AlertStatus } from "#shared/model/signal.ts";
import { epochMsOf, hourMs, minuteMs } from "#shared/model/time.ts";
import type { Outbound } from "#shared/ports/outbound.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import { listConnections } from "#shared/store/connections.ts";
import {
  createDocument,
  getDocument,
  readDocument,
  replaceDocument,
} from "#shared/store/documents.ts";
import { alertList, factKey, lists } from "#shared/store/keys.ts";
import { queryAll, scanAll } from "#shared/store/list.ts";
import {
  alertSpec,
  cursorSpec,
  dispatchSpec,
  notificationSpec,
  routingSpec,
  ruleSettingsSpec,
} from "#shared/store/specs.ts";

import { drain } from "../engine/host/drain.ts";
import type { Unforeseen } from "../engine/host/drain.ts";
import { Host } from "../engine/host/host.ts";
import type { Events } from "../engine/host/processes.ts";
import { Met } from "../engine/met.ts";
import { storeConnection } from "../engine/setup.ts";
import { VirtualClock } from "../engine/world/virtual-clock.ts";
import { ChangeFeeds, collectionName } from "./change-feed.ts";
import { RecordingChannels } from "./recording-channel.ts";

/**
 * When the clock is heeded though nothing waits: the passes over everything, which find nothing where no event
 * is lost for good, a few times a day instead of every hour; briefs are appointed at seven past, and rules
 * looked over at 3:37.
 */
const looks = { everyHours: 6, minutes: [0, 7, 37] };
const selfCheckEveryHours = 24;
const roundsMax = 40;

interface WorldOptions {
  readonly seed: number;
  readonly startAt: string;
  /** Connectors beside the company's tools. */
  readonly connectors: (world: Pick<AlertWorld, "clock" | "channels">) => readonly Connector[];
  /** Share of the bus's events that come twice, half of them late. */
  readonly busDuplicated?: number;
  readonly outbound?: Outbound | undefined;
}

/**
 * All functions of the hub on a clock that jumps from one thing that is due to the next: what is called by
 * the minute is called at every minute at which something waits for it, and a few times a day besides.
 */
export class AlertWorld {
  readonly clock: VirtualClock;
  readonly host: Host;
  readonly feeds: ChangeFeeds;
  readonly channels: RecordingChannels;
  readonly met = new Met();
  readonly unforeseen: Unforeseen[] = [];
  minutes = 0;

  constructor({ seed, startAt, connectors, busDuplicated = 0, outbound }: WorldOptions) {
    this.clock = new VirtualClock(Date.parse(startAt));
    this.feeds = new ChangeFeeds(this.clock);
    this.channels = new RecordingChannels(this.clock);
    const registry = new Registry([
      this.feeds.connector("tool"),
      this.feeds.connector("hr"),
      ...connectors(this),
    ]);
    const { clock, met } = this;
    this.host = new Host({
      seed,
      clock,
      registry,
      met,
      shards: 2,
      isEager: false,
      busDuplicated,
      outbound,
    });
  }

  async route(given: Partial<Routing>): Promise<Routing> {
    const base = { type: "routing", updatedAt: this.clock.now(), revision: 0 };
    const routing = Routing.parse({ ...base, ...given });
    await createDocument(this.host.table, routingSpec, routing);
    return routing;
  }

  async setRule(rule: string, given: Partial<RuleSettings> = {}): Promise<void> {
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
    await createDocument(this.host.table, ruleSettingsSpec, settings);
  }

  connect(given: Pick<Connection, "id" | "connector"> & Partial<Connection>): Promise<void> {
    return storeConnection(this.host, given);
  }

  /** A tool as an admin connects it: its first reading begins. */
  async connectTool(
    given: Pick<Connection, "id" | "connector"> & Partial<Connection>,
  ): Promise<void> {
    const cursor = freshCursor(given.id, collectionName, this.clock.now());
    await createDocument(this.host.table, cursorSpec, cursor);
    await this.connect(given);
    const message = { kind: "pull", connectionId: given.id, collection: collectionName };
    await this.host.pulls.send(JSON.stringify(message));
  }

  /** What a source tells just now, without waiting for the next reading. */
  async apply(...changes: readonly Change[]): Promise<void> {
    await applyChanges(this.host, changes);
    await this.settle();
  }

  /** Somebody does something with an alert. */
  async act(id: AlertId, verb: (alert: Alert) => Alert | undefined): Promise<void> {
    const alert = await getDocument(this.host.table, alertSpec, factKey(id));
    const next = alert && verb(alert);
    if (!next) throw new Error("There is nothing to do with this alert");
    await replaceDocument(this.host.table, alertSpec, alert, next);
    await this.settle();
  }

  async settle(): Promise<void> {
    for (let round = 0; round < roundsMax; round += 1) {
      const { unforeseen, isDone } = await drain(this.host);
      this.unforeseen.push(...unforeseen);
      if (isDone) return;
    }
    throw new Error("What the hub does makes ever more of itself");
  }

  /** Lets everything happen that is due until then. */
  async runUntil(at: string): Promise<void> {
    const endMs = Date.parse(at);
    await this.settle();
    while (this.clock.nowMs() < endMs) {
      const nextMs = Math.min(await this.#nextMs(), endMs);
      this.clock.advance(Math.max(0, nextMs - this.clock.nowMs()));
      await this.settle();
      if (nextMs % minuteMs === 0) await this.#minute();
    }
  }

  async runFor(ms: number): Promise<void> {
    await this.runUntil(new Date(this.clock.nowMs() + ms).toISOString());
  }

  /** A message of a queue, or the next minute at which something is due. */
  async #nextMs(): Promise<number> {
    const nowMs = this.clock.nowMs();
    const { pulls, inbox, targets, stream } = this.host;
    const queuedMs = Math.min(...[pulls, inbox, ...targets].map((queue) => queue.nextDueMs));
    if (queuedMs > nowMs && queuedMs < nextMinute(nowMs)) return queuedMs;
    if (!stream.isDrained) return nextMinute(nowMs);
    const dueMs = Math.min(
      queuedMs,
      ...(await this.#dueMs()),
      ...looks.minutes.map(nextLook(nowMs)),
    );
    return Math.max(nextMinute(nowMs), Math.ceil(dueMs / minuteMs) * minuteMs);
  }

  async #dueMs(): Promise<readonly number[]> {
    const { table } = this.host;
    const firsts = await Promise.all(
      [lists.dueRungs, lists.dueDispatches, lists.dueMailboxes].map(async (partition) => {
        const { items } = await table.query({ index: "list", partition, limit: 1 });
        return items.map(({ dueAt }) => dueMsOf(dueAt));
      }),
    );
    const cursors = await queryAll(table, { index: "list", partition: lists.cursors });
    const waiting = [...(await this.alerts("pending")), ...(await this.alerts("snoozed"))];
    return [
      ...firsts.flat(),
      ...cursors.map(({ dueAt }) => dueMsOf(dueAt)),
      ...waiting.flatMap((alert) => wakeMs(alert)),
    ];
  }

  async #minute(): Promise<void> {
    this.minutes += 1;
    const isEvery = (hours: number) => this.clock.nowMs() % (hours * hourMs) === 0;
    await this.#call("sweep", undefined);
    if (isEvery(looks.everyHours)) {
      const clockEvent = { "detail-type": "Scheduled Event" } as EventBridgeEvent<string, unknown>;
      await this.#call("alert", clockEvent);
    }
    if (isEvery(selfCheckEveryHours)) await this.#call("detect", { schedule: true });
    await this.#call("notify", { schedule: true });
    await this.settle();
  }

  async #call<N extends "sweep" | "alert" | "detect" | "notify">(
    name: N,
    event: Events[N],
  ): Promise<void> {
    const result = await this.host.invoke(name, event);
    await this.settle();
    const isDead = !result.ok && result.error instanceof Error && result.error.name === "Crash";
    if (!result.ok && !isDead && !isStoreFailure(result.error)) {
      this.unforeseen.push({ where: name, error: result.error });
    }
  }

  async alerts(...statuses: readonly Alert["status"][]): Promise<readonly Alert[]> {
    const wanted = statuses.length > 0 ? statuses : AlertStatus.options;
    const items = await Promise.all(
      wanted.map((status) =>
        queryAll(this.host.table, { index: "list", partition: alertList(status) }),
      ),
    );
    return items.flat().map((item) => readDocument(alertSpec, item));
  }

  async told(): Promise<{
    readonly notifications: readonly Notification[];
    readonly dispatches: readonly Dispatch[];
  }> {
    const items = await scanAll(this.host.table);
    const ofType = (type: string) => items.filter((item) => item["type"] === type);
    return {
      notifications: ofType("notification").map((item) => readDocument(notificationSpec, item)),
      dispatches: ofType("dispatch").map((item) => readDocument(dispatchSpec, item)),
    };
  }

  connections(): Promise<readonly Connection[]> {
    return listConnections(this.host.table);
  }

  async connection(id: ConnectionId): Promise<Connection | undefined> {
    return (await this.connections()).find((one) => one.id === id);
  }
}

function dueMsOf(dueAt: unknown): number {
  return typeof dueAt === "string" ? Date.parse(dueAt) : Infinity;
}

function isStoreFailure(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "store.unavailable";
}

function nextMinute(nowMs: number): number {
  return (Math.floor(nowMs / minuteMs) + 1) * minuteMs;
}

function nextLook(nowMs: number): (minute: number) => number {
  const everyMs = looks.everyHours * hourMs;
  return (minute) => {
    // At 3:37 of the day, and at the hours' own minutes of every part of it.
    const offsetMs = minute * minuteMs + (minute === 37 ? 3 * hourMs : 0);
    const at = Math.floor(nowMs / everyMs) * everyMs + offsetMs;
    return at > nowMs ? at : at + everyMs;
  };
}

function wakeMs(alert: Alert): readonly number[] {
  const at = alert.status === "snoozed" ? snoozeEnd(alert) : alert.graceUntil;
  return at === undefined ? [] : [epochMsOf(at)];
}

import { channelsOf } from "#shared/kit/routing/channels-of.ts";
import { routeAlert } from "#shared/kit/routing/route-alert.ts";
import type { Dispatch, Notification } from "#shared/model/notification.ts";
import type { Routing } from "#shared/model/routing.ts";
import type { Alert } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf } from "#shared/model/time.ts";
import { routingKey } from "#shared/store/alerting-keys.ts";
import { getDocument } from "#shared/store/documents.ts";
import { OrgReader } from "#shared/store/org-reader.ts";
import { routingSpec } from "#shared/store/specs.ts";

import type { Shown } from "../recording-channel.ts";
import { places } from "./company.ts";
import type { FirstWeek } from "./run-first-week.ts";

const isMessage = ({ message: { kind } }: Shown) => kind === "alert" || kind === "group";

function nameOf({ target, through }: Shown): string {
  return target?.kind === "person" ? target.name : through;
}

/** How many alert messages each leader got in the first seven days, and how many reports. */
export function messagesPerLeader({ world, company, connectedAtMs }: FirstWeek) {
  const leaders = new Set(
    [...company.leaders.keys()].map((id) => id.slice(id.lastIndexOf(":") + 1)),
  );
  const week = world.channels.shown.filter(
    ({ at, target }) => epochMsOf(at) < connectedAtMs + 7 * dayMs && target?.kind === "person",
  );
  const count = (of: (one: Shown) => boolean) =>
    [...leaders].map((name) => week.filter((one) => nameOf(one) === name && of(one)).length);
  return {
    messages: count(isMessage).toSorted((a, b) => a - b),
    reports: count((one) => !isMessage(one)).toSorted((a, b) => a - b),
    strangers: week.filter((one) => !leaders.has(nameOf(one))).length,
  };
}

/** Messages that came at night or on a day off, by the recipient's own clock. */
export function disturbances({ world, company }: FirstWeek): readonly string[] {
  const zoneOf = (location: string | undefined) =>
    places.find((one) => one.location === location)?.timeZone ?? "Europe/Berlin";
  const locations = new Map(
    [...company.leaders].map(([id, location]) => [id.slice(id.lastIndexOf(":") + 1), location]),
  );
  return world.channels.shown.flatMap((one) => {
    if (!isMessage(one) || one.verb !== "send") return [];
    const timeZone = zoneOf(locations.get(nameOf(one)));
    return isWorkingTime(one.at, timeZone) ? [] : [`${nameOf(one)} at ${one.at} (${timeZone})`];
  });
}

function isWorkingTime(at: Instant, timeZone: string): boolean {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone,
    weekday: "short",
    hour: "2-digit",
    hourCycle: "h23",
  }).formatToParts(new Date(at));
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  const hour = Number(part("hour"));
  return !["Sat", "Sun"].includes(part("weekday")) && hour >= 8 && hour < 18;
}

/** Where what was to be told has got to, and what has got nowhere. */
export interface Accounted {
  readonly inMessages: number;
  readonly inDigests: number;
  readonly overBeforeTold: number;
  readonly forNextDigest: number;
  readonly lost: readonly string[];
}

/**
 * Asks the routing anew who was to be told of every alert that opened, and follows each of them: into a
 * message or report that was truly shown, out because it was over before its time, or on to the next digest.
 */
export async function account(week: FirstWeek): Promise<Accounted> {
  const { world } = week;
  const { table, ground } = world.host;
  const [routing, org, connections, alerts, told] = await Promise.all([
    getDocument(table, routingSpec, routingKey),
    new OrgReader(table, world.clock).read(),
    world.connections(),
    world.alerts("open", "acknowledged", "snoozed", "resolved"),
    world.told(),
  ]);
  const channels = channelsOf(connections, ground.registry);
  const toldBy = new Map(told.notifications.map((one) => [keyOf(one), one]));
  const dispatches = new Map(told.dispatches.map((one) => [one.id as string, one]));
  const shown = new Set(world.channels.shown.map(({ message }) => message.idempotencyKey));
  const isShown = (one: Dispatch | undefined) => one?.outcome === "sent" && shown.has(one.id);
  const fates = { messages: 0, digests: 0, over: 0, next: 0 };
  const lost: string[] = [];
  for (const alert of alerts) {
    if (alert.severity === "info" || !hasOpened(alert)) continue;
    for (const recipient of recipientsOf(alert, { routing, org, channels })) {
      const one = toldBy.get(`${alert.id} ${alert.generation} ${recipient}`);
      const fate = fateOf(alert, one, { now: world.clock.now(), dispatches, isShown });
      if (fate === "lost") lost.push(`${alert.id} for ${recipient}: ${one?.state ?? "no word"}`);
      else fates[fate] += 1;
    }
  }
  return {
    inMessages: fates.messages,
    inDigests: fates.digests,
    overBeforeTold: fates.over,
    forNextDigest: fates.next,
    lost,
  };
}

function keyOf({ alertId, generation, recipient }: Notification): string {
  return `${alertId} ${generation} ${recipient}`;
}

function hasOpened({ history }: Alert): boolean {
  return history.some(({ to }) => to === "open");
}

function recipientsOf(
  alert: Alert,
  given: {
    readonly routing: Routing | undefined;
    readonly org: Awaited<ReturnType<OrgReader["read"]>>;
    readonly channels: ReturnType<typeof channelsOf>;
  },
) {
  const input = { ...given, alert, escalates: true, now: alert.openedAt };
  return routeAlert(input, 0).recipients.map(({ recipient }) => recipient);
}

interface Known {
  readonly now: Instant;
  readonly dispatches: ReadonlyMap<string, Dispatch>;
  readonly isShown: (dispatch: Dispatch | undefined) => boolean;
}

type Fate = "messages" | "digests" | "over" | "next" | "lost";

function fateOf(alert: Alert, one: Notification | undefined, known: Known): Fate {
  // Over before it was heard of, dropped for that, or over in the moment in which its message was made.
  const untold: Fate = alert.status === "resolved" ? "over" : "lost";
  switch (one?.state) {
    case "waiting":
      return one.mode === "digest" && one.dueAt > known.now ? "next" : "lost";
    case "packed":
      return shownIn(one, known) ?? untold;
    case "dropped":
    case undefined:
      return untold;
  }
}

function shownIn({ dispatchId }: Pick<Notification, "dispatchId">, known: Known) {
  const dispatch = known.dispatches.get(dispatchId ?? "");
  if (!known.isShown(dispatch)) return undefined;
  return dispatch?.kind === "digest" || dispatch?.kind === "brief" ? "digests" : "messages";
}

import { channelsOf, isOfItems } from "#shared/kit/routing/channels-of.ts";
import { rungsMax } from "#shared/kit/routing/preview-route.ts";
import type { Recipient } from "#shared/kit/routing/recipients.ts";
import { channelForPeople, routeAlert } from "#shared/kit/routing/route-alert.ts";
import { isContested } from "#shared/kit/routing/still-true.ts";
import { addWorkingHours, calendarOf } from "#shared/kit/routing/working-time.ts";
import type { Notification, RecipientId, Rung } from "#shared/model/notification.ts";
import type { Alert } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { getDocument, replaceDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { alertSpec, rungSpec } from "#shared/store/specs.ts";

import { withoutComments } from "./item-channel.ts";
import { notificationsOf } from "./notifications-of.ts";
import { peopleOf } from "./people-of.ts";
import { ended, restLadder, showChanged } from "./rest-ladder.ts";
import type { Round } from "./round.ts";
import { isFirstTelling, tell } from "./tell.ts";

/** Why a ladder ends while nobody has set up who hears of what; it begins anew when somebody has. */
export const untilRouted = "nobody else hears of it until routing is set up";

/** Why it ends where there is nobody else above. */
export const topOfLadder = "top of the ladder";

/** Why it ends where nobody has been told at all: it begins anew when somebody can be. */
export const untilReachable = "nobody can be told yet";

/** Why it ends where what reaches people one by one is at rest: it goes on from there when that works again. */
export const untilPeopleReachable = "people cannot be reached one by one for now";

/** What the alert's own people are told of: open, nobody contests it, and worth a message. */
export function isTellable(alert: Alert): boolean {
  return alert.status === "open" && alert.severity !== "info" && !isContested(alert);
}

/**
 * Climbs the rung that is due, if the alert still stands: tells its people, and says when the next is due.
 * Gives what waits now. Two at once tell nobody twice.
 */
export async function climb(round: Round, rung: Rung): Promise<readonly Notification[]> {
  const { table } = round.deps;
  if (rung.endedBecause !== undefined || rung.dueAt > round.now) return [];
  const [alert, told] = await Promise.all([
    getDocument(table, alertSpec, factKey(rung.alertId)),
    notificationsOf(round, rung.alertId),
  ]);
  if (!alert || alert.generation !== rung.generation || !isTellable(alert)) {
    const { generation } = rung;
    await showChanged(round, await restLadder(round, alert, told, { generation, rung }));
    return [];
  }
  const at = isOfOthers(alert, rung) ? { ...rung, rung: 0 } : rung;
  const ours = told.filter(
    ({ generation, reason }) => generation === rung.generation && reason !== "contested",
  );
  // Nobody waits for a comment on an item.
  const untold = await withoutComments(
    round,
    ours.filter((one) => one.state === "waiting" && one.rung < at.rung),
  );
  if (untold.length > 0) {
    await waitFor(round, alert, at, untold);
    return [];
  }
  return climbTo(round, alert, { rung: at, ours });
}

/** Whether it has become another team's, who are to hear of it before anybody above them does. */
export function isOfOthers({ teamIds }: Alert, rung: Rung): boolean {
  return rung.teamIds !== undefined && teamIds.some((id) => rung.teamIds?.includes(id) === false);
}

/** Those below have not heard of it yet: in quiet hours, or in the next digest. Their time has not begun. */
async function waitFor(
  round: Round,
  alert: Alert,
  rung: Rung,
  untold: readonly Notification[],
): Promise<void> {
  const latest = latestOf(untold, round.now);
  const dueAt = await responseEnd(round, alert, latest);
  await replaceDocument(round.deps.table, rungSpec, rung, { ...rung, dueAt, updatedAt: round.now });
}

function latestOf(waiting: readonly Pick<Notification, "dueAt">[], now: Instant): Instant {
  return waiting.reduce((latest, { dueAt }) => (dueAt > latest ? dueAt : latest), now);
}

/** When those who are told then have had their time. */
export async function responseEnd(round: Round, alert: Alert, from: Instant): Promise<Instant> {
  const [{ times }, { responseHours }] = await Promise.all([
    round.policy(),
    round.rule(alert.rule),
  ]);
  return addWorkingHours(calendarOf(times), from, responseHours);
}

interface Climbing {
  readonly rung: Rung;
  /** What was told of this generation. */
  readonly ours: readonly Notification[];
}

async function climbTo(
  round: Round,
  alert: Alert,
  { rung, ours }: Climbing,
): Promise<readonly Notification[]> {
  const { reached, recipients, hasNext } = await peopleAt(round, alert, { rung, ours });
  const reason = reached === 0 ? "opened" : "escalated";
  const isFirst = rung.revision === 0 || isOfOthers(alert, rung);
  const waiting = await tell(round, alert, { reason, rung: reached, recipients, isFirst });
  // Of one that goes back and forth each team is told once, and those above them all the same.
  const teamIds = [...new Set([...(rung.teamIds ?? []), ...alert.teamIds])];
  const next = hasNext
    ? {
        ...rung,
        teamIds,
        rung: reached + 1,
        dueAt: await responseEnd(round, alert, latestOf(waiting, round.now)),
        updatedAt: round.now,
      }
    : ended(
        round,
        { ...rung, teamIds, rung: reached },
        await endOf(round, alert, [...ours, ...recipients]),
      );
  const stored = await replaceDocument(round.deps.table, rungSpec, rung, next);
  if (stored) {
    const { alertId, generation } = rung;
    const count = recipients.length;
    round.deps.logger.info("notify.climbed", { alertId, generation, rung: reached, count });
  }
  return waiting;
}

async function endOf(round: Round, alert: Alert, told: readonly Recipient[]): Promise<string> {
  if ((await peopleOf(round, told)).length === 0) return untilReachable;
  const [{ routing }, { escalates }] = await Promise.all([round.policy(), round.rule(alert.rule)]);
  if (!routing) return untilRouted;
  return escalates && (await arePeopleCutOff(round)) ? untilPeopleReachable : topOfLadder;
}

/** Whether nobody can be reached by themselves now, and somebody could if what is at rest worked. */
export async function arePeopleCutOff(round: Round): Promise<boolean> {
  const { routing, connections, channels } = await round.policy();
  if (!routing || channelForPeople(routing, channels)) return false;
  const resting = connections
    .filter(({ status }) => status === "paused" || status === "degraded")
    .map((one) => ({ ...one, status: "active" as const }));
  return channelForPeople(routing, channelsOf(resting, round.deps.registry)) !== undefined;
}

/** Whether there is anybody by now who would hear of it. */
export async function isReachable(round: Round, alert: Alert, rung: Rung): Promise<boolean> {
  const found = await peopleAt(round, alert, { rung: { ...rung, rung: 0 }, ours: [] });
  return (await peopleOf(round, found.recipients)).length > 0;
}

/** The people of the rung; where there is nobody, those of the next that has somebody. */
async function peopleAt(round: Round, alert: Alert, { rung, ours }: Climbing) {
  const [{ routing, channels: all }, { escalates, delivery }, org, absences] = await Promise.all([
    round.policy(),
    round.rule(alert.rule),
    round.org(),
    round.absences(),
  ]);
  // What is for digests is not worth a comment.
  const channels = delivery === "digest" ? all.filter((one) => !isOfItems(one)) : all;
  const input = { alert, escalates, routing, org, channels, absences, now: round.now };
  const first = ours.filter(({ reason }) => isFirstTelling(reason));
  const toldBelow = (at: number) =>
    new Set<RecipientId>(first.flatMap((one) => (one.rung < at ? one.recipient : [])));
  let reached = rung.rung;
  let found = routeAlert(input, reached, toldBelow(reached));
  const itself = found.recipients.filter(({ connectionId }) =>
    channels.some((one) => one.id === connectionId && isOfItems(one)),
  );
  while (found.recipients.length === itself.length && found.hasNext && reached < rungsMax) {
    reached += 1;
    found = routeAlert(input, reached, toldBelow(reached));
  }
  // Whoever was chosen when this was begun stays chosen.
  const begun = first.filter((one) => one.rung === reached);
  const merged = mergeRecipients(begun, [...found.recipients, ...itself]);
  // Who heard of it further up, before it was their team's, has their time now, and nobody in their place.
  const above = new Set(first.flatMap((one) => (one.rung > reached ? one.recipient : [])));
  const recipients = merged.filter(({ recipient }) => !above.has(recipient));
  return { reached, recipients, hasNext: found.hasNext };
}

function mergeRecipients(
  begun: readonly Recipient[],
  found: readonly Recipient[],
): readonly Recipient[] {
  const all = new Map(found.map((one) => [one.recipient, one]));
  for (const { recipient, connectionId, because } of begun) {
    all.set(recipient, { recipient, connectionId, because });
  }
  return [...all.values()];
}

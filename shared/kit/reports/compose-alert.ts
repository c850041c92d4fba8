import type { Org } from "#shared/graph/org.ts";
import type { Message, MessageLine } from "#shared/kit/notifier.ts";
import { isOver, standingOf } from "#shared/kit/routing/still-true.ts";
import type { Rule } from "#shared/kit/rule.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { Dispatch, NotificationReason } from "#shared/model/notification.ts";
import type { Alert, Contest, Severity } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, minuteMs } from "#shared/model/time.ts";

/** By what the things in a message are called. */
export interface Surroundings {
  readonly org: Org;
  readonly rules: readonly Pick<Rule, "name" | "title">[];
  readonly connections: ReadonlyMap<
    ConnectionId,
    { readonly name: string; readonly freshAt?: Instant | undefined }
  >;
  /** Where the pages are, without a slash at the end. */
  readonly publicUrl: string;
  readonly now: Instant;
}

/** An alert of a dispatch as it was told and as it stands now; the alert is absent where it is gone. */
export interface Told {
  readonly generation: number;
  readonly reason: NotificationReason;
  readonly alert: Alert | undefined;
}

/** Lines of a message that there is room for; pages show all. */
const linesMax = 20;

export function alertUrl(publicUrl: string, alertId: string): string {
  return `${publicUrl}/alerts/${encodeURIComponent(alertId)}`;
}

type Telling = Pick<Dispatch, "id" | "because" | "title" | "alertCount"> & {
  readonly told: readonly Told[];
  /** Whether it has been shown, so that how things stand now is said. */
  readonly isUpdate: boolean;
};

/** What one alert, or several of one group, look like as a message. Nothing to tell of: undefined. */
export function composeAlerts(around: Surroundings, telling: Telling): Message | undefined {
  const known = telling.told.filter((one) => one.alert !== undefined);
  const [first] = known;
  if (!first?.alert) return undefined;
  const base = { ...baseOf(around, first.alert, first.reason), ...sameOf(telling) };
  if (telling.told.length === 1) {
    const standing = telling.isUpdate ? standingOf(first, first.alert) : undefined;
    const { subjectId } = first.alert;
    return { ...base, subjectId, ...(standing !== undefined && { standing }) };
  }
  return { ...base, ...groupOf(around, telling, known) };
}

function sameOf({ id, because }: Telling) {
  return { idempotencyKey: id, dispatchId: id, because };
}

function baseOf(around: Surroundings, alert: Alert, reason: NotificationReason) {
  const { evidence, why, nextStep, severity } = alert;
  const rule = around.rules.find(({ name }) => name === alert.rule);
  const owner = alert.teamIds.flatMap((id) => around.org.unit(id)?.name ?? []).join(" and ");
  const [fresh, blindSpots] = [freshnessOf(around, alert), blindSpotsOf(around, alert)];
  return {
    kind: "alert" as const,
    reason,
    severity,
    title: titleOf(alert.title, reason),
    sentence: reason === "contested" ? contestSentence(alert) : evidence.sentence,
    path: evidence.path,
    why,
    nextStep: reason === "contested" ? "Decide on its page whether it is upheld." : nextStep,
    url: alertUrl(around.publicUrl, alert.id),
    at: reason === "resolved" ? (alert.resolvedAt ?? alert.updatedAt) : alert.openedAt,
    ...(rule && { ruleTitle: rule.title }),
    ...(owner !== "" && { owner }),
    ...(fresh !== undefined && { freshness: fresh }),
    ...(blindSpots.length > 0 && { blindSpots }),
  };
}

function titleOf(title: string, reason: NotificationReason): string {
  if (reason === "woken") return `Still open: ${title}`;
  return reason === "contested" ? `Contested: ${title}` : title;
}

const contestWords: Readonly<Record<Contest["reason"], string>> = {
  wrong: "is wrong",
  "not-ours": "belongs to somebody else",
  "already-known": "tells what is known already",
  "not-worth-it": "is not worth an alert",
  other: "should not have been raised",
};

/** With the reason and without a name: a contest goes to the rule's owner, never upward. */
function contestSentence({ contest, evidence }: Alert): string {
  const words = contest ? contestWords[contest.reason] : contestWords.other;
  return `Somebody says that this ${words}: ${evidence.sentence}`;
}

function freshnessOf({ connections, now }: Surroundings, alert: Alert): string | undefined {
  const ages = (alert.restsOn ?? []).flatMap(({ connectionId }) => {
    const known = connections.get(connectionId);
    if (known?.freshAt === undefined) return [];
    return [{ name: known.name, minutes: minutesBetween(known.freshAt, now) }];
  });
  const [stalest] = ages.toSorted((a, b) => b.minutes - a.minutes);
  return stalest && `${stalest.name} as of ${ageWords(stalest.minutes)} ago`;
}

/** A source that it rests on and that is silent: what happened there since is not seen. */
function blindSpotsOf({ connections }: Surroundings, alert: Alert): readonly string[] {
  return (alert.restsOn ?? []).flatMap(({ connectionId, readyAt }) => {
    const name = connections.get(connectionId)?.name;
    if (name === undefined) return [];
    return readyAt === undefined ? [`${name} has not been read to its end yet`] : [];
  });
}

function minutesBetween(from: Instant, to: Instant): number {
  return Math.max(0, Math.floor((epochMsOf(to) - epochMsOf(from)) / minuteMs));
}

function ageWords(minutes: number): string {
  if (minutes < 1) return "less than a minute";
  if (minutes < 120) return minutes === 1 ? "1 minute" : `${minutes} minutes`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.floor(hours / 24)} days`;
}

/** Of many alerts one title with their number, and a line for each. */
function groupOf(around: Surroundings, telling: Telling, known: readonly Told[]) {
  const { alertCount, isUpdate, told } = telling;
  const lines = known.slice(0, linesMax).map((one) => lineOf(around, one, isUpdate));
  const over = told.filter((one) => isOver(one, one.alert)).length;
  const more = alertCount - lines.length;
  const severity = known.some((one) => one.alert?.severity === "critical") ? "critical" : undefined;
  const count = Math.max(alertCount, told.length);
  const standing = standingOfGroup({ over, count, isUpdate });
  const first = known[0]?.alert;
  return {
    kind: "group" as const,
    reason: reasonOfGroup(known),
    title: groupTitle(around, telling, first),
    sentence: `${alertCount} findings of one kind${ownersOf(around, first)}.`,
    path: first?.evidence.path.filter(({ role }) => role === "goal") ?? [],
    url: `${around.publicUrl}/alerts?rule=${encodeURIComponent(first?.rule ?? "")}`,
    sections: [{ title: "Findings", lines, ...(more > 0 && { more }) }],
    ...(severity && { severity: severity as Severity }),
    ...(standing !== undefined && { standing }),
  };
}

function lineOf({ publicUrl }: Surroundings, one: Told, isUpdate: boolean): MessageLine {
  const { alert } = one;
  const standing = isUpdate ? standingOf(one, alert) : undefined;
  const title = alert?.title ?? "";
  return {
    text: standing === undefined ? title : `${standing} – ${title}`,
    url: alert && alertUrl(publicUrl, alert.id),
  };
}

function reasonOfGroup(known: readonly Told[]): NotificationReason {
  const [first, ...others] = known.map(({ reason }) => reason);
  return first !== undefined && others.every((one) => one === first) ? first : "opened";
}

function groupTitle(around: Surroundings, { alertCount }: Telling, alert: Alert | undefined) {
  const rule = around.rules.find(({ name }) => name === alert?.rule)?.title ?? alert?.rule ?? "";
  return `${alertCount} × ${rule}${ownersOf(around, alert)}`;
}

function ownersOf({ org }: Surroundings, alert: Alert | undefined): string {
  const names = (alert?.teamIds ?? []).flatMap((id) => org.unit(id)?.name ?? []);
  return names.length === 0 ? "" : ` of ${names.join(" and ")}`;
}

function standingOfGroup(given: {
  readonly over: number;
  readonly count: number;
  readonly isUpdate: boolean;
}): string | undefined {
  const { over, count, isUpdate } = given;
  if (!isUpdate || over === 0) return undefined;
  return over === count ? "Resolved: all of them" : `${over} of ${count} resolved`;
}

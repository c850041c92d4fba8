import { eachOf } from "#shared/each-of.ts";
import type { Org } from "#shared/graph/org.ts";
import type { BriefAlert } from "#shared/kit/reports/compose-brief.ts";
import { composeBrief } from "#shared/kit/reports/compose-brief.ts";
import type { ComposedReport } from "#shared/kit/reports/compose-digest.ts";
import { reportedOf } from "#shared/kit/reports/reported-of.ts";
import { channelForPeople } from "#shared/kit/routing/route-alert.ts";
import { calendarOf, nextDigestAt } from "#shared/kit/routing/working-time.ts";
import type { Person } from "#shared/model/facts.ts";
import type { OrgUnitId, PersonId } from "#shared/model/ids.ts";
import { personRecipient } from "#shared/model/notification.ts";
import type { Routing } from "#shared/model/routing.ts";
import type { Alert } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf, instantOf } from "#shared/model/time.ts";
import { mailboxKey } from "#shared/store/alerting-keys.ts";
import { getDocument, readDocument, replaceDocument } from "#shared/store/documents.ts";
import { alertList } from "#shared/store/keys.ts";
import { queryAtMost } from "#shared/store/list.ts";
import { SetAside } from "#shared/store/set-aside.ts";
import { alertSpec, mailboxSpec } from "#shared/store/specs.ts";

import type { Addressee } from "./addressee.ts";
import { isReached } from "./addressee.ts";
import type { HeldMailbox } from "./mailbox.ts";
import { announce } from "./mailbox.ts";
import { notToldYet } from "./not-told-yet.ts";
import type { Round } from "./round.ts";

/** A leader's brief as it is due now. */
export interface BriefPart {
  readonly report: ComposedReport;
  readonly because: string;
  /** When the next one is. */
  readonly nextAt: Instant | undefined;
}

const briefDays = 7;
/** The latest of each status; a company with more has other worries than a brief that leaves some out. */
const alertsMax = 5_000;

/** The brief of a leader whose time has come; undefined where it has not, or there is nothing in it. */
export async function briefFor(
  round: Round,
  held: HeldMailbox,
  addressee: Addressee,
): Promise<BriefPart | undefined> {
  const { briefAt } = held.mailbox;
  const { person, calendar, isGone } = addressee;
  if (briefAt === undefined || briefAt > round.now) return undefined;
  // Of whoever is gone there is none ahead, or the clock would look for it for ever.
  if (isGone) await setBriefAt(round, held, undefined);
  if (!person || !isReached(addressee)) return undefined;
  const org = await round.org();
  const led = unitsLedBy(org, person.id);
  const isLeader = led.length > 0;
  const nextAt = isLeader ? nextDigestAt(calendar, round.now) : undefined;
  const report = isLeader ? await compose(round, org, led) : undefined;
  const scope = led.map((id) => org.unit(id)?.name ?? "").join(", ");
  if (report) return { report, nextAt, because: `Leads ${scope}`.slice(0, 200) };
  await setBriefAt(round, held, nextAt);
  return undefined;
}

/** Nothing to tell this week: the next one is looked at in its time. */
async function setBriefAt(
  round: Round,
  held: HeldMailbox,
  nextAt: Instant | undefined,
): Promise<void> {
  const { briefAt: _brief, ...rest } = held.mailbox;
  const stored = await replaceDocument(round.deps.table, mailboxSpec, held.mailbox, {
    ...rest,
    ...(nextAt !== undefined && { briefAt: nextAt }),
    updatedAt: round.now,
  });
  if (stored) held.mailbox = stored;
}

function unitsLedBy(org: Org, personId: PersonId): readonly OrgUnitId[] {
  return [...org.units()].filter(({ id }) => org.leadOf(id) === personId).map(({ id }) => id);
}

async function compose(
  round: Round,
  org: Org,
  led: readonly OrgUnitId[],
): Promise<ComposedReport | undefined> {
  const since = instantOf(epochMsOf(round.now) - briefDays * dayMs);
  const around = await round.surroundings();
  const scopeIds = new Set<OrgUnitId>(led);
  const within = (await alertsOfWeek(round, since)).filter(({ teamIds }) =>
    teamIds.some((id) => isWithin(org, id, scopeIds)),
  );
  // Whose lead it is hears of it in the same mail; of others' the team is to hear first.
  const isOwn = ({ teamIds }: Alert) => teamIds.some((id) => scopeIds.has(id));
  const others = new Set(within.filter((one) => one.status === "open" && !isOwn(one)));
  const isUntold = await notToldYet(round, new Set([...others].flatMap(({ teamIds }) => teamIds)));
  const all: BriefAlert[] = within
    .filter((alert) => !others.has(alert) || !isUntold(alert))
    .map((alert) => reportedOf(around, alert));
  const scope = led.map((id) => org.unit(id)?.name ?? "").join(", ");
  return composeBrief(all, { publicUrl: around.publicUrl, scope, since, now: round.now });
}

function isWithin(org: Org, id: OrgUnitId, scope: ReadonlySet<OrgUnitId>): boolean {
  return org.pathUp(id).some((above) => scope.has(above));
}

const weeks = new WeakMap<Round, Promise<readonly Alert[]>>();

/** Standing ones, and those that resolved since; read once for all briefs of a round. */
function alertsOfWeek(round: Round, since: Instant): Promise<readonly Alert[]> {
  const known = weeks.get(round) ?? readWeek(round, since);
  weeks.set(round, known);
  return known;
}

async function readWeek(round: Round, since: Instant): Promise<readonly Alert[]> {
  const statuses = ["open", "acknowledged", "snoozed", "resolved"] as const;
  const setAside = new SetAside();
  const found: Alert[] = [];
  for (const status of statuses) {
    const request = { index: "list", partition: alertList(status), descending: true } as const;
    for (const item of await queryAtMost(round.deps.table, request, alertsMax)) {
      const alert = setAside.read(item, (one) => readDocument(alertSpec, one));
      if (alert && (status !== "resolved" || (alert.resolvedAt ?? "") >= since)) found.push(alert);
    }
  }
  return found;
}

/** Sees to it that every leader who can be reached has a brief ahead. */
export async function appointBriefs(round: Round): Promise<void> {
  const { routing, channels } = await round.policy();
  if (!routing || !channelForPeople(routing, channels)) return;
  const org = await round.org();
  const leaders = new Set([...org.units()].flatMap(({ id }) => org.leadOf(id) ?? []));
  await eachOf([...leaders].map((id) => () => appoint(round, routing, org.person(id))));
}

async function appoint(round: Round, routing: Routing, person: Person | undefined): Promise<void> {
  if (!person?.workEmail) return;
  const recipient = personRecipient(person.id);
  const mailbox = await getDocument(round.deps.table, mailboxSpec, mailboxKey(recipient));
  if (mailbox?.briefAt !== undefined) return;
  const briefAt = nextDigestAt(calendarOf(routing, person), round.now);
  await announce(round.deps, recipient, { dueAt: briefAt, briefAt });
}

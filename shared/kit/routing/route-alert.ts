import type { Org } from "#shared/graph/org.ts";
import type { Absences } from "#shared/model/absence.ts";
import type { OrgUnitId } from "#shared/model/ids.ts";
import { isIdOf, readFactId } from "#shared/model/ids.ts";
import type { RecipientId } from "#shared/model/notification.ts";
import { channelRecipient } from "#shared/model/notification.ts";
import type { Routing } from "#shared/model/routing.ts";
import type { Alert } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";

import { awayOf } from "./away.ts";
import { isOfItems } from "./channels-of.ts";
import type { Climber, Ladder } from "./ladder.ts";
import { climbLine, climbTop, ladderOf, lastRungOf, leadAtOrAbove } from "./ladder.ts";
import type { Channel, Recipient, RouteStep, Skipped } from "./recipients.ts";
import { becauseOf } from "./recipients.ts";
import { calendarOf, dayOf } from "./working-time.ts";

/** What decides who hears of an alert. */
export interface RouteInput {
  readonly alert: Pick<Alert, "teamIds" | "leaderId"> &
    Partial<Pick<Alert, "subjectId" | "isBaseline">>;
  /** False: nobody but the owning teams, however long it takes. */
  readonly escalates: boolean;
  /** Absent: nobody has set it up yet, and every channel is told of everything. */
  readonly routing: Routing | undefined;
  readonly org: Org;
  /** Connected channels that work, the oldest first. */
  readonly channels: readonly Channel[];
  /** What HR systems tell of absences beside the records of people. */
  readonly absences?: Absences;
  readonly now: Instant;
}

/** The rung of an alert's ladder: who is told at it. `told` are those who were told at a lower one. */
export function routeAlert(
  input: RouteInput,
  rung: number,
  told: ReadonlySet<RecipientId> = new Set(),
): RouteStep {
  const step = routeToPeople(input, rung, told);
  if (rung > 0) return step;
  return { ...step, recipients: [...step.recipients, ...itself(input)] };
}

/** The item that it is about, where its own tool takes comments; what a first reading finds is too much. */
function itself({ alert, channels }: RouteInput): readonly Recipient[] {
  const { subjectId, isBaseline } = alert;
  if (subjectId === undefined || isBaseline === true || !isIdOf("work-item", subjectId)) return [];
  const connectionId = readFactId(subjectId)?.connectionId;
  return channels
    .filter((channel) => isOfItems(channel) && channel.id === connectionId)
    .map(({ id }) => toChannel(id, "A comment on the item itself"));
}

function routeToPeople(input: RouteInput, rung: number, told: ReadonlySet<RecipientId>): RouteStep {
  const { routing } = input;
  if (!routing) return rung === 0 ? everyChannel(input.channels) : nobody;
  const climber = climberOf(input, routing, told);
  const teams = startsOf(input, routing);
  const ladder = ladderFrom(input, teams, climber);
  const climbed = climber ? climb(climber, ladder, rung) : [];
  const first = rung === 0 ? ground(input, teams) : [];
  const found = [...first, ...climbed];
  const people = distinct(found.flatMap(({ recipients }) => recipients));
  const hasSomebody = people.some(({ because }) => because !== everyAlert);
  const fallback = rung === 0 && !hasSomebody ? byDefault(input, routing) : [];
  return {
    recipients: distinct([...people, ...fallback]),
    skipped: found.flatMap(({ skipped }) => skipped),
    hasNext: climber !== undefined && input.escalates && rung < lastRungOf(ladder),
  };
}

const nobody: RouteStep = { recipients: [], skipped: [], hasNext: false };
const everyAlert = "Is told of every alert";

/** As long as nobody said who hears of what. */
function everyChannel(channels: readonly Channel[]): RouteStep {
  const recipients = channels
    .filter(({ traits }) => traits.isSystem === true || traits.reaches.includes("channel"))
    .map(({ id }) => toChannel(id, everyAlert));
  return { ...nobody, recipients };
}

function toChannel(id: Channel["id"], because: string): Recipient {
  return { recipient: channelRecipient(id), connectionId: id, because: becauseOf(because) };
}

function climberOf(
  { org, channels, absences = new Map(), now }: RouteInput,
  routing: Routing,
  told: ReadonlySet<RecipientId>,
): Climber | undefined {
  const through = channelForPeople(routing, channels);
  if (!through) return undefined;
  const dayThere: Climber["dayOf"] = (person) => dayOf(calendarOf(routing, person), now);
  const away = awayOf(org, absences);
  return { org, connectionId: through.id, dayOf: dayThere, awayOf: away, told };
}

/** The channel through which people are reached one by one, if there is one. */
export function channelForPeople(
  routing: Routing | undefined,
  channels: readonly Channel[],
): Channel | undefined {
  if (!routing) return undefined;
  const reaching = channels.filter(
    ({ traits }) => traits.isSystem !== true && traits.reaches.includes("person"),
  );
  const { peopleThroughId } = routing;
  return peopleThroughId === undefined
    ? reaching[0]
    : reaching.find(({ id }) => id === peopleThroughId);
}

/** The channel for what belongs to no unit with a channel: the one that was set, else the oldest. */
export function defaultChannel(
  routing: Routing | undefined,
  channels: readonly Channel[],
): Channel | undefined {
  const possible = channels.filter(
    ({ traits }) => traits.isSystem !== true && traits.reaches.includes("channel"),
  );
  const set = possible.find(({ id }) => id === routing?.defaultChannelId);
  return set ?? possible[0];
}

/** Where a team's ladder begins. */
interface Start {
  readonly unitId: OrgUnitId;
  readonly name: string;
  readonly channel: Channel | undefined;
  readonly because: string;
  readonly skipped: readonly Skipped[];
}

function startsOf(input: RouteInput, routing: Routing): readonly Start[] {
  return [...new Set(input.alert.teamIds)].map((unitId) => {
    const name = input.org.unit(unitId)?.name ?? "a removed team";
    return { unitId, name, ...channelOf(input, routing, unitId) };
  });
}

/** The unit's own channel, else that of the nearest unit above. */
function channelOf({ org, channels }: RouteInput, routing: Routing, teamId: OrgUnitId) {
  const skipped: Skipped[] = [];
  for (const unitId of org.pathUp(teamId)) {
    for (const one of routing.channels.filter((other) => other.unitId === unitId)) {
      const channel = channels.find(({ id }) => id === one.connectionId);
      const unit = org.unit(unitId)?.name ?? "a removed unit";
      if (channel) {
        const team = org.unit(teamId)?.name ?? "the team";
        const because =
          unitId === teamId ? `Channel of ${unit}` : `Channel of ${unit}, above ${team}`;
        return { channel, because, skipped };
      }
      skipped.push({
        id: one.connectionId,
        name: `Channel of ${unit}`,
        because: "not connected any more",
      });
    }
  }
  return { channel: undefined, because: "", skipped };
}

function ladderFrom(
  { org, alert }: RouteInput,
  teams: readonly Start[],
  climber: Climber | undefined,
): Ladder {
  if (!climber) return { lines: [], top: undefined };
  const leads = teams.flatMap(({ unitId, name, channel }) => {
    const lead = leadAtOrAbove(org, unitId);
    // Where a channel was told, the lead is the next above.
    return lead === undefined ? [] : [{ of: name, lead, from: channel ? 1 : 0 }];
  });
  const { leaderId } = alert;
  if (leads.length > 0 || leaderId === undefined) return ladderOf(org, leads);
  return ladderOf(org, [{ of: "whom it concerns", lead: leaderId, from: 0 }]);
}

function climb(climber: Climber, ladder: Ladder, rung: number) {
  const lines = ladder.lines.map((line) => climbLine(climber, line, rung));
  return [...lines, climbTop(climber, ladder, rung)];
}

/** Who is told at the bottom beside people: channels of the teams, and programs that hear of everything. */
function ground({ channels }: RouteInput, teams: readonly Start[]) {
  const ofTeams = teams.map(({ channel, because, skipped }) => ({
    recipients: channel ? [toChannel(channel.id, because)] : [],
    skipped,
  }));
  const systems = channels.filter(({ traits }) => traits.isSystem === true);
  const ofSystems = systems.map(({ id }) => toChannel(id, everyAlert));
  return [...ofTeams, { recipients: ofSystems, skipped: [] }];
}

function byDefault({ channels, alert, org }: RouteInput, routing: Routing): readonly Recipient[] {
  const channel = defaultChannel(routing, channels);
  if (!channel) return [];
  const [teamId] = alert.teamIds;
  const whose =
    teamId === undefined
      ? "No team owns it"
      : `Nobody else for ${org.unit(teamId)?.name ?? "its team"}`;
  return [toChannel(channel.id, `${whose}: default channel`)];
}

/** One entry for each recipient, with all reasons. */
function distinct(all: readonly Recipient[]): readonly Recipient[] {
  const byId = Map.groupBy(all, ({ recipient }) => recipient);
  return [...byId.values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const reasons = [...new Set(same.map(({ because }) => because))];
    return [{ ...first, because: becauseOf(reasons.join("; ")) }];
  });
}

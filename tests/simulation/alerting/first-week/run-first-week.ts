import type { NotifierTraits } from "#shared/kit/notifier.ts";
import type { Change } from "#shared/model/change.ts";
import { connectionId } from "#shared/model/ids.ts";
import { dayMs, hourMs, minuteMs } from "#shared/model/time.ts";
import { goalConnection, peopleConnection, workConnection } from "#shared/testing/facts.ts";

import { streamOf } from "../../engine/random.ts";
import { AlertWorld } from "../alert-world.ts";
import { FirstWeekCompany, places } from "./company.ts";

const chat: NotifierTraits = { reaches: ["channel"], end: "message" };
const mail: NotifierTraits = { reaches: ["person"], end: "nothing" };
const changesADay = 300;
const workHours = 10;

const channelIds = {
  general: connectionId("chatgenera"),
  division: connectionId("chatdivisi"),
  team: connectionId("chatteam00"),
  mail: connectionId("mail000000"),
};

export interface FirstWeek {
  readonly world: AlertWorld;
  readonly company: FirstWeekCompany;
  readonly connectedAtMs: number;
  readonly changes: number;
}

/** Connects a company on a day, and lets it live for so many days. */
export async function runFirstWeek(given: {
  readonly seed: number;
  readonly startAt: string;
  readonly days: number;
}): Promise<FirstWeek> {
  const { seed, startAt, days } = given;
  const world = new AlertWorld({
    seed,
    startAt,
    connectors: ({ channels }) => [
      channels.connector("chat", chat),
      channels.connector("mail", mail),
    ],
  });
  const company = new FirstWeekCompany(streamOf(seed, "company"));
  await connectChannels(world, company);
  await connectTools(world, company);
  const connectedAtMs = world.clock.nowMs();
  let changes = 0;
  for (let day = 0; day < days; day += 1) {
    const dayStartMs = Date.parse(startAt) + day * dayMs;
    const weekday = new Date(dayStartMs).getUTCDay();
    for (let half = 0; half < workHours * 2; half += 1) {
      const atMs = dayStartMs + half * (hourMs / 2) + 11 * minuteMs;
      if (atMs < world.clock.nowMs()) continue;
      await world.runUntil(new Date(atMs).toISOString());
      if (weekday === 0 || weekday === 6) continue;
      const said: Change[] = [];
      for (let n = 0; n < changesADay / (workHours * 2); n += 1) {
        said.push(company.change(world.clock.nowMs() + n));
      }
      changes += said.length;
      world.feeds.say(workConnection, ...said);
    }
    await world.runUntil(new Date(dayStartMs + dayMs).toISOString());
  }
  return { world, company, connectedAtMs, changes };
}

async function connectChannels(world: AlertWorld, company: FirstWeekCompany): Promise<void> {
  const add = (id: (typeof channelIds)[keyof typeof channelIds], connector: string, name: string) =>
    world.connect({ id, connector, name, settings: { channel: name } });
  await add(channelIds.general, "chat", "#alignment");
  await add(channelIds.division, "chat", "#division");
  await add(channelIds.team, "chat", "#team");
  await add(channelIds.mail, "mail", "mail");
  const [division] = company.divisions;
  const team = company.teams.at(-1)?.unitId;
  await world.route({
    channels: [
      ...(division ? [{ unitId: division, connectionId: channelIds.division }] : []),
      ...(team ? [{ unitId: team, connectionId: channelIds.team }] : []),
    ],
    defaultChannelId: channelIds.general,
    timeZone: "Europe/Berlin",
    timeZones: places.map(({ location, timeZone }) => ({ location, timeZone })),
  });
}

/** People first, then goals, then the work: a few minutes after each other, as an admin does it. */
async function connectTools(world: AlertWorld, company: FirstWeekCompany): Promise<void> {
  world.feeds.say(peopleConnection, ...company.people);
  world.feeds.say(goalConnection, ...company.goals);
  world.feeds.say(workConnection, ...company.work);
  await world.connectTool({ id: peopleConnection, connector: "hr", name: "People" });
  await world.runFor(10 * minuteMs);
  const settings = { hasGoals: true };
  await world.connectTool({ id: goalConnection, connector: "tool", name: "Goals", settings });
  await world.runFor(10 * minuteMs);
  await world.connectTool({ id: workConnection, connector: "tool", name: "Work" });
}

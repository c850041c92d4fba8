import { expect, test } from "vitest";

import { slack } from "#connectors/slack/connector.ts";
import type { SlackSimulator } from "#connectors/slack/simulator/start-slack-simulator.ts";
import { startSlackSimulator } from "#connectors/slack/simulator/start-slack-simulator.ts";
import type { PostedMessage } from "#connectors/slack/simulator/state.ts";
import { channelId } from "#connectors/slack/simulator/state.ts";
import { secretName } from "#shared/kit/registry.ts";
import { connectionId } from "#shared/model/ids.ts";
import type { Dispatch } from "#shared/model/notification.ts";
import type { Alert } from "#shared/model/signal.ts";
import { hourMs } from "#shared/model/time.ts";
import {
  account,
  accountId,
  goal,
  goalConnection,
  goalId,
  itemId,
  linkTo,
  orgUnit,
  peopleConnection,
  person,
  personId,
  testEpochMs,
  unitId,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import { testNotifierContext } from "#shared/testing/notifier-context.ts";

import type { Random } from "../engine/random.ts";
import { between, pick, streamOf } from "../engine/random.ts";
import { AlertWorld } from "./alert-world.ts";

const slackConnection = connectionId("slack00001");
const teams = ["red", "blue", "green"] as const;

/** Half an hour of work at a time; Slack is dead from Tuesday's first moment to Thursday's. */
const times = {
  monday: "2026-03-02T08:00:00.000Z",
  dies: "2026-03-03T00:00:00.000Z",
  lives: "2026-03-05T00:00:00.000Z",
  told: "2026-03-05T12:00:00.000Z",
  end: "2026-03-09T18:00:00.000Z",
};
const budgetOfChannel = 40;

/** A company of three teams whose people answer each other, and a Slack that tells all of them. */
async function livingCompany(seed: number) {
  const world = new AlertWorld({
    seed,
    startAt: "2026-03-02T06:00:00.000Z",
    connectors: () => [slack],
    busDuplicated: 0.9,
    outbound: testNotifierContext.outbound,
  });
  const simulator = await startSlackSimulator({ clock: world.clock });
  const { botToken, signingSecret, apiUrl } = simulator;
  const secrets = { botToken, webhookSecret: signingSecret };
  world.host.ground.vault.values.set(secretName(slackConnection), secrets);
  const settings = { channelId, apiUrl };
  await world.connect({ id: slackConnection, connector: "slack", settings });
  await world.route({
    channels: [{ unitId: unitId("red"), connectionId: slackConnection }],
    weeklyBudgetOfChannel: budgetOfChannel,
    baselineMinutes: 0,
    responseHours: 24,
  });
  await world.setRule("unlinked-work");
  for (const rule of ["goal-without-work", "floating-goal", "connection-degraded"]) {
    await world.setRule(rule, { isEnabled: false });
  }
  world.feeds.say(
    peopleConnection,
    upserted(orgUnit("company", { originalKind: "department" })),
    upserted(person("boss", { name: "boss", unitId: unitId("company") })),
    ...teams.flatMap((team) => [
      upserted(orgUnit(team, { parentId: unitId("company") })),
      upserted(person(`lead-${team}`, { unitId: unitId(team), managerId: personId("boss") })),
      upserted(person(team, { unitId: unitId(team), managerId: personId(`lead-${team}`) })),
    ]),
  );
  world.feeds.say(goalConnection, upserted(goal("north", { kind: "theme" })));
  world.feeds.say(workConnection, ...teams.map((team) => upserted(account(team))));
  await world.connectTool({ id: peopleConnection, connector: "hr" });
  const hasGoals = { hasGoals: true };
  await world.connectTool({ id: goalConnection, connector: "tool", settings: hasGoals });
  await world.connectTool({ id: workConnection, connector: "tool" });
  await world.runUntil(times.monday);
  return { world, simulator };
}

type Story = Awaited<ReturnType<typeof livingCompany>> & {
  readonly random: Random;
  readonly open: Map<string, string>;
  count: number;
};

/** Something new that serves no goal, or the link of something that was told of. */
async function work(story: Story): Promise<void> {
  const { world, random, open } = story;
  const version = world.clock.nowMs() - testEpochMs;
  const isNew = open.size < 3 || random() < 0.6;
  if (isNew) {
    const name = `w${(story.count += 1)}`;
    const team = pick(random, teams) ?? "red";
    open.set(name, team);
    return world.apply(upserted(workItem(name, { assigneeId: accountId(team), version })));
  }
  const name = pick(random, [...open.keys()]) ?? "";
  const assigneeId = accountId(open.get(name) ?? "red");
  open.delete(name);
  return world.apply(
    upserted(workItem(name, { assigneeId, version }), [linkTo(itemId(name), goalId("north"))]),
  );
}

/** A process dies at some operation of it, before it took effect or after. */
function arm({ world, random }: Story): void {
  const name = pick(random, ["notify", "notify", "alert", "relay"] as const) ?? "notify";
  const when = random() < 0.5 ? "before" : "after";
  const writes = ["table.write", "table.transact", "table.write dispatch"];
  const on = random() < 0.5 && name === "notify" ? pick(random, writes) : undefined;
  world.host.arm(name, { kind: "die", when, at: between(random, 1, 12), times: 1, on });
}

async function workUntil(story: Story, until: string): Promise<void> {
  const { world, random, simulator } = story;
  const endMs = Date.parse(until);
  while (world.clock.nowMs() < endMs) {
    const hour = new Date(world.clock.nowMs()).getUTCHours();
    if (hour >= 8 && hour < 17) {
      if (random() < 0.5) arm(story);
      if (random() < 0.2) {
        // Slack shows the message, and its answer is cut off.
        simulator.faults.arm({
          on: "request",
          kind: "truncate",
          times: 1,
          pathPrefix: "/api/chat.postMessage",
        });
      }
      await work(story);
      if (random() < 0.3) world.host.stream.redeliver(20);
    }
    await world.runFor(hourMs / 2);
  }
}

const roots = ({ simulator }: Story) =>
  simulator.messages().filter(({ threadTs }) => threadTs === undefined);

/** What a message names by its own links. */
function namedIn({ message }: PostedMessage): ReadonlySet<string> {
  const links = JSON.stringify(message.blocks).matchAll(/alerts\/(alert[^|>"?]+)/gu);
  return new Set([...links].map(([, id = ""]) => decodeURIComponent(id)));
}

const isReport = ({ message: { text } }: PostedMessage) =>
  /in this digest|^The week of/u.test(text);

/** A message of its own that something is over: where the one that told of it cannot be found any more. */
const isEnd = ({ message: { text }, editedAt }: PostedMessage) =>
  editedAt === undefined && text.startsWith("Resolved: ");

const repeated = (all: readonly string[]) => all.filter((one, at) => all.indexOf(one) !== at);

function transitionsOf(dispatches: readonly Dispatch[]): readonly string[] {
  return dispatches.flatMap(({ recipient, alerts, outcome, kind }) =>
    kind === "brief" || outcome === "refused"
      ? []
      : alerts.map((one) => `${recipient} ${one.alertId} ${one.generation} ${one.reason}`),
  );
}

test.each([1, 2, 3])(
  "two days of a dead Slack, duplicates, late events and deaths: told once, and no flood (seed %i)",
  async (seed) => {
    const company = await livingCompany(seed);
    const story: Story = { ...company, random: streamOf(seed, "story"), open: new Map(), count: 0 };
    const { world, simulator } = story;
    try {
      await workUntil(story, times.dies);
      const before = { posts: roots(story).length, open: new Set(story.open.keys()) };
      simulator.faults.clear();
      simulator.faults.arm({ on: "request", kind: "status", status: 503, pathPrefix: "/api" });
      await workUntil(story, times.lives);
      expect(roots(story)).toHaveLength(before.posts);
      world.host.disarm();
      simulator.faults.clear();
      const overMeanwhile = (await world.alerts("resolved")).map(({ id }) => id as string);
      await world.runUntil(times.told);
      const after = roots(story).slice(before.posts);
      const posts = after.filter((one) => !isReport(one) && !isEnd(one));
      for (const one of posts) {
        for (const id of namedIn(one)) expect(overMeanwhile).not.toContain(id);
      }
      const perPlace = [...Map.groupBy(posts, ({ channel }) => channel).values()];
      for (const some of perPlace) {
        expect(some.length).toBeLessThanOrEqual(teams.length + 1);
      }
      await workUntil(story, times.end);
      await check(story);
      report(story, { seed, before: before.posts, posts: posts.length });
    } finally {
      await simulator.close();
    }
  },
);

async function check(story: Story): Promise<void> {
  const { world } = story;
  expect(world.unforeseen).toEqual([]);
  const { notifications, dispatches } = await world.told();
  const transitions = transitionsOf(dispatches);
  expect(repeated(transitions)).toEqual([]);
  // Seen from Slack: one message names an alert at each place, beside reports.
  const alerts = new Map((await world.alerts()).map((alert) => [alert.id as string, alert]));
  const named = roots(story).flatMap((one) =>
    isReport(one)
      ? []
      : [...namedIn(one)].map((id) => `${isEnd(one) ? "end" : "told"} ${one.channel} ${id}`),
  );
  const isFirst = (one: string) => alerts.get(one.split(" ")[2] ?? "")?.generation === 1;
  expect(repeated(named).filter(isFirst)).toEqual([]);
  // Each message is one dispatch's; those whose answer was lost are on record.
  const receipts = new Set(dispatches.flatMap(({ receipt }) => receipt ?? []));
  const unknown = roots(story).filter(({ ts }) => ![...receipts].some((one) => one.includes(ts)));
  const uncertain = dispatches.filter(({ outcome }) => outcome === "uncertain");
  expect(unknown.length).toBeLessThanOrEqual(uncertain.length);
  for (const alert of alerts.values()) {
    if (alert.status === "open") checkTold(story, alert, { notifications, dispatches });
  }
  for (const one of dispatches) checkEnd(story, one, alerts);
}

type Told = Awaited<ReturnType<AlertWorld["told"]>>;

/** What stands is in a message, on record as uncertain, or waiting for its time. */
function checkTold({ world }: Story, alert: Alert, { notifications, dispatches }: Told): void {
  const own = notifications.filter(
    ({ alertId, generation }) => alertId === alert.id && generation === alert.generation,
  );
  expect(own.length, alert.title).toBeGreaterThan(0);
  for (const { state, dueAt, dispatchId } of own) {
    const dispatch = dispatches.find(({ id }) => id === dispatchId);
    const isTold = dispatch?.outcome === "sent" || dispatch?.outcome === "uncertain";
    const isAhead = state === "waiting" && dueAt > world.clock.now();
    expect(isTold || isAhead, alert.title).toBe(true);
  }
}

/** What is over says so where it was told, and nothing else does. */
function checkEnd(story: Story, dispatch: Dispatch, alerts: ReadonlyMap<string, Alert>): void {
  const { outcome, receipt, kind, title } = dispatch;
  if (outcome !== "sent" || (kind !== "alert" && kind !== "group")) return;
  const isOver = dispatch.alerts.every(({ alertId, generation }) => {
    const alert = alerts.get(alertId);
    return alert?.status === "resolved" || alert?.generation !== generation;
  });
  const shown = roots(story).find(({ ts }) => receipt?.includes(ts) === true);
  expect(shown?.message.text.startsWith("Resolved: "), title).toBe(isOver);
}

function report(
  { world, simulator }: { readonly world: AlertWorld; readonly simulator: SlackSimulator },
  given: { readonly seed: number; readonly before: number; readonly posts: number },
): void {
  const { crashes, published } = world.host;
  const messages = simulator.messages();
  const edited = messages.filter(({ editedAt }) => editedAt !== undefined).length;
  process.stdout.write(
    `seed ${given.seed}: ${published} events, ${crashes} deaths; ${messages.length} messages, ` +
      `${edited} of them changed in place; ${given.posts} in the twelve hours after two dead days\n`,
  );
}

import { describe, expect, test } from "vitest";

import { Org } from "#shared/graph/org.ts";
import type { Person } from "#shared/model/facts.ts";
import { connectionId, factId } from "#shared/model/ids.ts";
import { Routing } from "#shared/model/routing.ts";
import { CalendarDate, Instant } from "#shared/model/time.ts";
import { orgUnit, person, personId, unitId } from "#shared/testing/facts.ts";

import { previewRoute } from "./preview-route.ts";
import type { Channel } from "./recipients.ts";
import type { RouteInput } from "./route-alert.ts";
import { routeAlert } from "./route-alert.ts";

const now = Instant.parse("2026-03-04T09:00:00.000Z");
const channel = (name: string, traits: Partial<Channel["traits"]> = {}): Channel => ({
  id: connectionId(name.padEnd(10, "0")),
  name,
  traits: { reaches: ["channel"], end: "message", ...traits },
});
const chat = channel("chat");
const mail = channel("mail", { reaches: ["person"], end: "nothing" });
const program = channel("program", { isSystem: true });
const spare = channel("spare");

/** ceo; vp over east and west; leads of red (east) and blue (west), each with one report. */
function orgWith(changes: Readonly<Record<string, Partial<Person>>> = {}): Org {
  const unit = (name: string, parent?: string) =>
    orgUnit(name, parent === undefined ? {} : { parentId: unitId(parent) });
  const human = (name: string, of: string, manager?: string) =>
    person(name, {
      name,
      unitId: unitId(of),
      ...(manager !== undefined && { managerId: personId(manager) }),
      ...changes[name],
    });
  return new Org({
    units: [
      unit("acme"),
      unit("east", "acme"),
      unit("west", "acme"),
      unit("red", "east"),
      unit("blue", "west"),
    ],
    people: [
      human("ceo", "acme"),
      human("vp", "acme", "ceo"),
      human("east-head", "east", "vp"),
      human("west-head", "west", "vp"),
      human("red-lead", "red", "east-head"),
      human("blue-lead", "blue", "west-head"),
      human("ana", "red", "red-lead"),
      human("bo", "blue", "blue-lead"),
    ],
    accounts: [],
    matches: [],
  });
}

function input(
  given: Partial<RouteInput> & { readonly routing?: RouteInput["routing"] } = {},
): RouteInput {
  return {
    alert: { teamIds: [unitId("red")] },
    escalates: true,
    routing: routingOf(),
    org: orgWith(),
    channels: [chat, mail, program],
    now,
    ...given,
  };
}

function routingOf(given: Partial<Routing> = {}): Routing {
  return Routing.parse({ type: "routing", updatedAt: now, revision: 0, ...given });
}

/** Names of whom each rung reaches. */
function ladder(given: RouteInput): readonly string[] {
  return previewRoute(given).map(({ recipients }) =>
    recipients
      .map(({ recipient }) => recipient.split(":").at(-1) ?? "")
      .filter((name) => name !== program.id)
      .toSorted()
      .join(" "),
  );
}
const dependency = { teamIds: [unitId("red"), unitId("blue")] };
const away = {
  absences: [{ from: CalendarDate.parse("2026-03-04"), to: CalendarDate.parse("2026-03-06") }],
};

describe("the ladder of one team", () => {
  test("goes from its lead up to the top", () => {
    expect(ladder(input())).toEqual(["red-lead", "east-head", "vp", "ceo"]);
  });

  test("begins with its channel, or that of the nearest unit above, and goes on with the lead", () => {
    const channels = [
      { unitId: unitId("acme"), connectionId: spare.id },
      { unitId: unitId("east"), connectionId: chat.id },
    ];
    const given = input({ routing: routingOf({ channels }), channels: [chat, mail, spare] });
    expect(ladder(given)).toEqual([chat.id, "red-lead", "east-head", "vp", "ceo"]);
    expect(routeAlert(given, 0).recipients[0]?.because).toBe("Channel of east, above red");
  });

  test("leaves out whoever is away, has left or has no address, and says for whom the next one stands in", () => {
    const org = orgWith({
      "red-lead": away,
      "east-head": { employmentStatus: "inactive" },
      vp: { endOn: CalendarDate.parse("2026-03-02") },
    });
    const { recipients, skipped } = routeAlert(input({ org, channels: [mail] }), 0);
    expect(recipients[0]).toMatchObject({ recipient: `person:${personId("ceo")}` });
    expect(recipients[0]?.because).toContain("red-lead (away today)");
    expect(skipped.map(({ because }) => because)).toEqual(["away today", "left", "left"]);
    expect(ladder(input({ org }))).toEqual(["ceo", "", "", ""]);
  });

  test("has nobody above the team where its rule does not escalate", () => {
    expect(ladder(input({ escalates: false }))).toEqual(["red-lead"]);
  });

  test("leads to the default channel where nobody can be reached", () => {
    const channels = [spare, chat];
    const routing = routingOf({ defaultChannelId: chat.id });
    expect(ladder(input({ channels, routing }))).toEqual([chat.id]);
    expect(ladder(input({ channels, routing: routingOf() }))).toEqual([spare.id]);
    expect(ladder(input({ alert: { teamIds: [] } }))).toEqual([chat.id]);
  });
});

describe("the ladder of a dependency", () => {
  test("climbs both lines at once and ends with whoever manages both", () => {
    expect(ladder(input({ alert: dependency }))).toEqual([
      "blue-lead red-lead",
      "east-head west-head",
      "vp",
    ]);
  });

  test("has whoever manages both wait for the longer line", () => {
    const org = orgWith({ "blue-lead": { managerId: personId("vp") } });
    expect(ladder(input({ alert: dependency, org }))).toEqual([
      "blue-lead red-lead",
      "east-head",
      "vp",
    ]);
  });

  test("goes above whoever manages both only in their place", () => {
    expect(ladder(input({ alert: dependency, org: orgWith({ vp: away }) }))).toEqual([
      "blue-lead red-lead",
      "east-head west-head",
      "ceo",
    ]);
  });

  test("tells nobody twice who stood in before", () => {
    const org = orgWith({ "red-lead": away, "east-head": away });
    expect(ladder(input({ alert: dependency, org }))).toEqual(["blue-lead vp", "west-head", ""]);
  });
});

test("programs are told of everything, other channels only of what is theirs", () => {
  const { recipients } = routeAlert(input({ channels: [chat, spare, mail, program] }), 0);
  expect(recipients.map(({ connectionId: id }) => id)).toEqual(
    [program.id, mail.id].toSorted((a) => (a === mail.id ? 1 : -1)),
  );
});

test("before anybody said who hears of what, every channel is told and no person", () => {
  const given = { ...input({ channels: [chat, mail, spare, program] }), routing: undefined };
  const { recipients, hasNext } = routeAlert(given, 0);
  expect(recipients.map(({ connectionId: id }) => id)).toEqual([chat.id, spare.id, program.id]);
  expect(hasNext).toBe(false);
});

test("a preview says when each rung is climbed, in hours of working days", () => {
  expect(
    previewRoute(input({ routing: routingOf({ responseHours: 48 }) })).map(({ at }) => at),
  ).toEqual([
    "2026-03-04T09:00:00.000Z",
    "2026-03-06T09:00:00.000Z",
    "2026-03-10T09:00:00.000Z",
    "2026-03-12T09:00:00.000Z",
  ]);
});

describe("comments on items", () => {
  const tool = channel("tool", { reaches: ["item"], end: "update" });
  const other = channel("other", { reaches: ["item"], end: "update" });
  const subjectId = factId("work-item", "jira", tool.id, "10001");
  const alert = { teamIds: [unitId("red")], subjectId };
  const channels = [tool, other, chat, mail, program];
  const throughOf = (given: Partial<RouteInput>, rung = 0) =>
    routeAlert(input({ channels, alert, ...given }), rung).recipients.map(
      ({ connectionId: through }) => through,
    );

  test("go to the item's own tool, beside whoever is told anyway, and to the first rung only", () => {
    const without = throughOf({ channels: [chat, mail, program] });
    expect(throughOf({})).toEqual([...without, tool.id]);
    expect(throughOf({}, 1)).not.toContain(tool.id);
    expect(throughOf({ routing: undefined })).toEqual([chat.id, program.id, tool.id]);
  });

  test("are for one work item, and not for what a first reading finds", () => {
    const goalSubject = factId("goal", "jira", tool.id, "10001");
    for (const one of [
      { ...alert, isBaseline: true },
      { ...alert, subjectId: goalSubject },
      { teamIds: alert.teamIds },
    ]) {
      expect(throughOf({ alert: one })).not.toContain(tool.id);
    }
  });

  test("take nobody's place: who is told by default is told still", () => {
    const found = throughOf({ channels: [tool, chat] });
    expect(found).toEqual([chat.id, tool.id]);
  });

  test("are in the preview, at the first rung", () => {
    const [first, ...others] = previewRoute(input({ channels: [tool, mail], alert }));
    const through = (step: typeof first) =>
      step?.recipients.map(({ connectionId: id }) => id) ?? [];
    expect(through(first)).toContain(tool.id);
    expect(others.flatMap(through)).not.toContain(tool.id);
  });
});

import { describe, expect, test } from "vitest";
import * as z from "zod";

import type { FactId } from "#shared/model/ids.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import {
  account,
  accountId,
  blockedBy,
  goal,
  goalId,
  itemId,
  linkTo,
  orgUnit,
  person,
  removed,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";
import { WorkItemDetail } from "./read-work-item.ts";
import { servedGoalsCard } from "./served-goals-card.ts";
import { WorkItemAnswer } from "./work-answers.ts";

const List = z.looseObject({
  total: z.int().optional(),
  items: z.array(WorkItemAnswer),
  next: z.string().optional(),
});
const path = (room: string, id: FactId) => `/api/${room}/${encodeURIComponent(id)}`;

/** strategy ← north ← epic ← story ← sub; a lone epic; story waits on the other team's bug. */
async function company(): Promise<AppRig> {
  const rig = await AppRig.create();
  await rig.hub.apply(
    upserted(orgUnit("red")),
    upserted(orgUnit("blue")),
    upserted(person("ana", { unitId: unitId("red") })),
    upserted(account("ana")),
    upserted(account("ghost", { workEmail: "ghost@elsewhere.example" })),
    upserted(goal("strategy", { kind: "theme" })),
    upserted(goal("north", { parentId: goalId("strategy") })),
    upserted(workItem("epic", { container: "PAY" }), [linkTo(itemId("epic"), goalId("north"))]),
    upserted(
      workItem("story", {
        kind: "story",
        parentId: itemId("epic"),
        assigneeId: accountId("ana"),
        dueOn: "2026-04-01" as never,
      }),
      [blockedBy(itemId("story"), itemId("bug"))],
    ),
    upserted(workItem("sub", { kind: "subtask", parentId: itemId("story"), status: "done" })),
    upserted(workItem("lone", { container: "OPS", assigneeId: accountId("ghost") })),
    upserted(workItem("bug", { kind: "bug", teamName: "blue", dueOn: "2026-04-09" as never })),
  );
  return rig;
}

const list = async (rig: AppRig, query = "") =>
  List.parse((await rig.get(`/api/work-items${query}`)).body);
const keys = async (rig: AppRig, query: string) =>
  (await list(rig, query)).items.map(({ key = "" }) => key).toSorted();

describe("the list", () => {
  test.each([
    ["?verdict=unlinked", ["BUG", "LONE"]],
    ["?verdict=linked&status=open", ["EPIC", "STORY"]],
    ["?kind=subtask", ["SUB"]],
    ["?status=done", ["SUB"]],
    ["?text=pay", ["EPIC"]],
    ["?text=work%20l", ["LONE"]],
    [`?team=${encodeURIComponent(unitId("red"))}`, ["STORY"]],
    ["?team=none", ["EPIC", "LONE", "SUB"]],
    ["?connection=conn_goals00001", []],
  ])("%s finds %o", async (query, expected) => {
    expect(await keys(await company(), query)).toEqual(expected);
  });

  test("pages hold everything once, and say how old the answer is", async () => {
    const rig = await company();
    const seen: string[] = [];
    let after = "";
    do {
      const page = await list(rig, `?limit=2${after}`);
      seen.push(...page.items.map(({ id }) => id));
      after = page.next === undefined ? "" : `&after=${page.next}`;
      expect(page).toMatchObject({ total: 5, asOf: rig.hub.clock.now() });
    } while (after);
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
  });

  test("a snapshot serves for two seconds, then the graph is read anew", async () => {
    const rig = await company();
    expect((await list(rig)).total).toBe(5);
    await rig.hub.apply(upserted(workItem("new")));
    expect((await list(rig)).total).toBe(5);
    rig.hub.clock.advance(2001);
    expect((await list(rig)).total).toBe(6);
  });

  test("filters that mean nothing are refused", async () => {
    const rig = await company();
    expect((await rig.get("/api/work-items?verdict=odd&limit=1000")).body).toMatchObject({
      error: { issues: [{ path: "verdict" }, { path: "limit" }] },
    });
    expect((await rig.get("/api/work-items?colour=red")).status).toBe(400);
  });
});

describe("one item", () => {
  const read = async (rig: AppRig, name: string) =>
    WorkItemDetail.parse((await rig.get(path("work-items", itemId(name)))).body);

  test("shows its line of sight as an ordered path up to strategy, each hop with its tie", async () => {
    const detail = await read(await company(), "sub");
    expect(detail.item.verdict).toEqual({ kind: "linked", reason: "goal-reached" });
    expect(detail.path.map(({ id, via }) => [id, via])).toEqual([
      [itemId("sub"), "self"],
      [itemId("story"), "parent"],
      [itemId("epic"), "parent"],
      [goalId("north"), "link"],
      [goalId("strategy"), "goal-parent"],
    ]);
    expect(detail.goals.map(({ id }) => id)).toEqual([goalId("north"), goalId("strategy")]);
    expect(detail.anchor.id).toBe(itemId("epic"));
    expect(detail.path[0]).toMatchObject({ url: "https://tool.example/sub", title: "Work sub" });
  });

  test("shows what it waits on with both teams, and what it holds up", async () => {
    const rig = await company();
    const story = await read(rig, "story");
    expect(story.item.team).toEqual({ id: unitId("red"), name: "red", how: "assignee" });
    expect(story.blockedBy).toMatchObject([
      {
        state: "waiting",
        isLate: true,
        blocked: { team: { name: "red" } },
        blocking: { id: itemId("bug"), team: { name: "blue", how: "named" } },
        boundary: { level: "none" },
      },
    ]);
    expect((await read(rig, "bug")).blocks).toHaveLength(1);
  });

  test("says why no team is known, and never guesses", async () => {
    const { item } = await read(await company(), "lone");
    expect(item.team).toEqual({ why: "account-unmatched" });
  });

  test("carries the standing alert of its anchor, and its sources' freshness", async () => {
    const rig = await company();
    await rig.hub.setRule("unlinked-work");
    await rig.hub.apply(
      upserted(workItem("child", { kind: "story", parentId: itemId("top") })),
      upserted(workItem("top")),
    );
    const detail = await read(rig, "child");
    expect(detail.item.verdict.kind).toBe("unlinked");
    expect(detail.alerts).toMatchObject([{ rule: "unlinked-work", status: "open" }]);
    expect(detail.sources).toHaveLength(3);
    rig.hub.clock.advance(121 * minuteMs);
    const stale = await read(rig, "child");
    expect(stale.item.verdict).toEqual({ kind: "unknown", reason: "source-stale" });
    expect(stale.sources).toMatchObject([{ isStale: true }, { isStale: true }, { isStale: true }]);
  });

  test("one that is gone or never was is not found, and says which", async () => {
    const rig = await company();
    await rig.hub.apply(removed(itemId("lone"), 10));
    const gone = await rig.get(path("work-items", itemId("lone")));
    expect([gone.status, gone.text]).toEqual([
      404,
      expect.stringContaining("removed at its source"),
    ]);
    expect((await rig.get(path("work-items", itemId("never")))).status).toBe(404);
    expect((await rig.get("/api/work-items/17")).status).toBe(400);
  });
});

describe("links", () => {
  const lone = { fromId: itemId("lone"), toId: goalId("north") };

  test("a person's link makes the line of sight at once, and taking it back breaks it", async () => {
    const rig = await company();
    const json = { ...lone, note: "Keeps the lights on" };
    const created = await rig.send("POST", "/api/links", { json });
    expect([created.status, created.body]).toMatchObject([
      201,
      { source: "person", note: "Keeps the lights on", goal: { title: "Goal north" } },
    ]);
    expect(await keys(rig, "?verdict=unlinked")).toEqual(["BUG"]);
    const query = new URLSearchParams(lone).toString();
    expect((await rig.send("DELETE", `/api/links?${query}`)).body).toEqual({ removed: true });
    expect(await keys(rig, "?verdict=unlinked")).toEqual(["BUG", "LONE"]);
    expect((await rig.send("DELETE", `/api/links?${query}`)).status).toBe(404);
  });

  test("a link of the tool's own cannot be taken back here", async () => {
    const rig = await company();
    const query = new URLSearchParams({ fromId: itemId("epic"), toId: goalId("north") });
    const { status, text } = await rig.send("DELETE", `/api/links?${query.toString()}`);
    expect([status, text]).toEqual([404, expect.stringContaining("removed in that tool")]);
  });

  test("an expired link counts no more", async () => {
    const rig = await company();
    const expiresAt = instantOf(rig.hub.clock.nowMs() + minuteMs);
    await rig.send("POST", "/api/links", { json: { ...lone, expiresAt } });
    expect(await keys(rig, "?verdict=unlinked")).toEqual(["BUG"]);
    rig.hub.clock.advance(2 * minuteMs);
    expect(await keys(rig, "?verdict=unlinked")).toEqual(["BUG", "LONE"]);
  });

  test.each([
    [{ fromId: itemId("never"), toId: goalId("north") }, 404, "fromId"],
    [{ fromId: itemId("lone"), toId: goalId("never") }, 404, "toId"],
    [{ fromId: goalId("north"), toId: goalId("north") }, 400, "toId"],
    [{ fromId: itemId("lone"), toId: itemId("epic") }, 400, "toId"],
    [{ ...lone, expiresAt: "2020-01-01T00:00:00.000Z" }, 400, "expiresAt"],
    [{ ...lone, expiresAt: "tomorrow" }, 400, "expiresAt"],
  ])("%o is refused with %i at %s", async (json, expected, field) => {
    const rig = await company();
    const { status, body } = await rig.send("POST", "/api/links", { json });
    expect([status, body]).toMatchObject([expected, { error: { issues: [{ path: field }] } }]);
    expect(await keys(rig, "?verdict=unlinked")).toEqual(["BUG", "LONE"]);
  });

  test("nothing can be linked to a goal that was removed", async () => {
    const rig = await company();
    await rig.hub.apply(removed(goalId("north"), 10));
    expect((await rig.send("POST", "/api/links", { json: lone })).status).toBe(404);
  });
});

describe("goals", () => {
  test("are a tree with the work that serves each", async () => {
    const { body } = await (await company()).get("/api/goals");
    expect(body).toMatchObject({
      goals: [
        {
          id: goalId("strategy"),
          counts: { linkedItems: 0, openWork: 2, closedWork: 1 },
          children: [{ id: goalId("north"), counts: { linkedItems: 1, openWork: 2 } }],
        },
      ],
    });
  });

  test("in a cycle are each shown once", async () => {
    const rig = await AppRig.create();
    await rig.hub.apply(
      upserted(goal("a", { parentId: goalId("b") })),
      upserted(goal("b", { parentId: goalId("a") })),
    );
    const { text } = await rig.get("/api/goals");
    expect(text.match(/"title":"Goal [ab]"/gu)).toHaveLength(2);
    expect((await rig.get(path("goals", goalId("a")))).body).toMatchObject({
      above: [{ title: "Goal b" }],
    });
  });

  test("one shows what is above, below and linked to it", async () => {
    const rig = await company();
    expect((await rig.get(path("goals", goalId("north")))).body).toMatchObject({
      above: [{ id: goalId("strategy") }],
      below: [],
      linkedItems: [{ id: itemId("epic") }],
    });
    expect((await rig.get(path("goals", goalId("never")))).status).toBe(404);
  });
});

describe("the goals that an item serves", () => {
  const shared = async () => {
    const rig = await company();
    const both = ["north", "south"].map((name) => linkTo(itemId("lone"), goalId(name)));
    await rig.hub.apply(
      upserted(goal("south", { title: "<South>" })),
      upserted(workItem("lone"), both),
    );
    return rig;
  };

  test("are told with their shares, further up too, and those at the top sum to 1", async () => {
    const rig = await shared();
    const read = async (name: string) =>
      WorkItemDetail.parse((await rig.get(path("work-items", itemId(name)))).body).serves.map(
        ({ title, share, isTop }) => ({ title, share, isTop }),
      );
    expect(await read("lone")).toEqual([
      { title: "Goal north", share: 0.5, isTop: false },
      { title: "<South>", share: 0.5, isTop: true },
      { title: "Goal strategy", share: 0.5, isTop: true },
    ]);
    expect(await read("story")).toMatchObject([{ share: 1 }, { share: 1, isTop: true }]);
    expect(await read("bug")).toEqual([]);
  });

  test("stand on the page where they share the work, escaped, and are left out where one has it all", async () => {
    const goal = { id: goalId("south"), kind: "objective", isTop: true } as const;
    const card = String(await servedGoalsCard([{ ...goal, title: "<South>", share: 0.004 }]));
    expect(card).toContain("&lt;South&gt;");
    expect(card).toContain("under 1 %, topmost");
    expect(servedGoalsCard([{ ...goal, title: "South", share: 1 }])).toBe("");
  });
});

import { describe, expect, test } from "vitest";

import { alertId } from "#shared/model/ids.ts";
import { factKey } from "#shared/store/keys.ts";
import { goal, goalId, itemId, removed, upserted, workItem } from "#shared/testing/facts.ts";

import {
  create,
  createdId,
  growth,
  openSignals,
  rigWith,
  verdicts,
} from "../../../tests/rig/link-rule-company.ts";

describe("a link rule", () => {
  test("links what fits, and what is under it; says how many; and clears what was found", async () => {
    const rig = await rigWith();
    expect(await openSignals(rig)).toEqual([itemId("epic"), itemId("other")]);
    const { status, body } = await create(rig);
    expect([status, body]).toMatchObject([
      201,
      {
        ...growth,
        goal: { title: "Goal g", kind: "objective" },
        confidence: 0.7,
        isEnabled: true,
        openItems: 2,
        linkedItems: 2,
      },
    ]);
    expect(await openSignals(rig)).toEqual([itemId("other")]);
    expect(await verdicts(rig)).toEqual({
      epic: "linked",
      story: "linked",
      other: "unlinked",
      own: "linked",
      past: "linked",
    });
    expect((await rig.get("/api/link-rules")).body).toMatchObject({ rules: [{ openItems: 2 }] });
  });

  test("is named in the path of the work that it links, and among its links", async () => {
    const rig = await rigWith();
    const id = await createdId(rig);
    const { body } = await rig.get(`/api/work-items/${encodeURIComponent(itemId("story"))}`);
    expect(body).toMatchObject({
      path: [
        { via: "self" },
        { via: "parent" },
        { via: "link", link: { source: "rule", note: "Growth work", ruleId: id } },
      ],
      links: [],
    });
    const page = await rig.get(`/work-items/${encodeURIComponent(itemId("epic"))}`);
    expect(page.text).toMatch(
      /linked by the rule\s+<a href="\/link-rules\/[^"]+">“Growth work”<\/a>/u,
    );
    expect(page.text).toContain("by the rule <a");
  });

  test("is counted at its goal, and what it links is listed there", async () => {
    const rig = await rigWith();
    await createdId(rig);
    const { body } = await rig.get(`/api/goals/${encodeURIComponent(goalId("g"))}`);
    expect(body).toMatchObject({
      goal: { counts: { linkedItems: 2, openWork: 2, closedWork: 1 } },
      linkedItems: [{ id: itemId("epic") }, { id: itemId("past") }],
    });
  });

  test("counts an item once at its goal, however many rules link it, and not when it has expired", async () => {
    const rig = await rigWith();
    const goalOf = async () => {
      rig.hub.clock.advance(60_000);
      const { body } = await rig.get(`/api/goals/${encodeURIComponent(goalId("g"))}`);
      const { goal: found, linkedItems } = body as {
        goal: { counts: { linkedItems: number } };
        linkedItems: readonly unknown[];
      };
      return [found.counts.linkedItems, linkedItems.length];
    };
    const expiresAt = "2026-03-02T10:00:00.000Z";
    await createdId(rig, { expiresAt });
    await createdId(rig, { filter: "label = growth AND kind = epic", expiresAt });
    expect(await goalOf()).toEqual([2, 2]);
    rig.hub.clock.advance(60 * 60_000);
    expect(await goalOf()).toEqual([0, 0]);
  });

  test("gives way to a link of the item's own, and comes back when that goes", async () => {
    const rig = await rigWith();
    await createdId(rig);
    const ends = { fromId: itemId("epic"), toId: goalId("h") };
    await rig.send("POST", "/api/links", { json: ends });
    const path = async () => {
      const { body } = await rig.get(`/api/work-items/${encodeURIComponent(itemId("epic"))}`);
      return (body as { path: { id: string }[] }).path.at(-1)?.id;
    };
    expect(await path()).toBe(goalId("h"));
    await rig.send("DELETE", `/api/links?${new URLSearchParams(ends).toString()}`);
    expect(await path()).toBe(goalId("g"));
    expect(await openSignals(rig)).toEqual([itemId("other")]);
  });

  test("that is changed, switched off or deleted links what it says then, at once", async () => {
    const rig = await rigWith();
    const id = await createdId(rig);
    const put = (json: Record<string, unknown>) =>
      rig.send("PUT", `/api/link-rules/${id}`, { json: { ...growth, ...json } });
    expect((await put({ filter: "key = OTHER" })).body).toMatchObject({ openItems: 1 });
    expect(await openSignals(rig)).toEqual([itemId("epic")]);
    expect((await put({ isEnabled: false })).body).toMatchObject({ openItems: 2, linkedItems: 0 });
    expect(await openSignals(rig)).toEqual([itemId("epic"), itemId("other")]);
    await put({});
    expect(await openSignals(rig)).toEqual([itemId("other")]);
    expect((await rig.send("DELETE", `/api/link-rules/${id}`)).body).toEqual({ removed: true });
    expect(await openSignals(rig)).toEqual([itemId("epic"), itemId("other")]);
    expect((await rig.send("DELETE", `/api/link-rules/${id}`)).status).toBe(404);
    expect((await put({})).status).toBe(404);
    expect((await rig.get(`/api/link-rules/${id}`)).status).toBe(404);
  });

  test("links nothing while its goal is dropped or gone, and says so; and again when it is back", async () => {
    const rig = await rigWith();
    await createdId(rig);
    const problem = async () => {
      rig.hub.clock.advance(60_000);
      const { body } = await rig.get("/api/link-rules");
      return (body as { rules: { problem?: string }[] }).rules[0]?.problem;
    };
    await rig.hub.apply(upserted(goal("g", { status: "dropped", version: 1 })));
    expect(await openSignals(rig)).toEqual([itemId("epic"), itemId("other")]);
    expect(await problem()).toBe("goal-dropped");
    await rig.hub.apply(upserted(goal("g", { version: 2 })));
    expect(await openSignals(rig)).toEqual([itemId("other")]);
    await rig.hub.apply(removed(goalId("g"), 3));
    expect(await openSignals(rig)).toEqual([itemId("epic"), itemId("other")]);
    expect(await problem()).toBe("goal-gone");
    await rig.hub.apply(upserted(goal("g", { version: 4 })));
    expect(await openSignals(rig)).toEqual([itemId("other")]);
  });

  test("links nothing, and hides nothing, when its goal's removal is forgotten", async () => {
    const rig = await rigWith();
    const id = await createdId(rig);
    await rig.hub.apply(removed(goalId("g"), 1));
    // Tombstones stand for a time only.
    await rig.hub.table.write({ kind: "delete", key: factKey(goalId("g")), condition: [] });
    await rig.hub.apply(upserted(workItem("new", { labels: ["growth"] })));
    const all = [itemId("epic"), itemId("new"), itemId("other")];
    expect(await openSignals(rig)).toEqual(all);
    await rig.hub.selfCheck();
    expect(await openSignals(rig)).toEqual(all);
    rig.hub.clock.advance(60_000);
    expect((await verdicts(rig))["new"]).toBe("unlinked");
    const { body } = await rig.get(`/api/work-items/${encodeURIComponent(itemId("new"))}`);
    expect(body).toMatchObject({ item: { verdict: { kind: "unlinked", reason: "goal-removed" } } });
    const rule = await rig.get(`/api/link-rules/${id}`);
    expect(rule.body).toMatchObject({ problem: "goal-gone", openItems: 3, linkedItems: 0 });
  });

  test("ends when it expires: the self-check finds that, and it says so", async () => {
    const rig = await rigWith();
    await createdId(rig, { expiresAt: "2026-03-02T10:00:00.000Z" });
    expect(await openSignals(rig)).toEqual([itemId("other")]);
    rig.hub.clock.advance(61 * 60_000);
    await rig.hub.selfCheck();
    expect(await openSignals(rig)).toEqual([itemId("epic"), itemId("other")]);
    expect((await rig.get("/api/link-rules")).body).toMatchObject({
      rules: [{ problem: "expired", linkedItems: 0 }],
    });
    const alert = await rig.get(
      `/api/alerts/${encodeURIComponent(alertId("unlinked-work", itemId("epic")))}`,
    );
    expect(alert.text).toContain("its link to a goal has expired");
  });

  test.each([
    [{ filter: "lable = growth" }, "filter", "Unknown field `lable`: did you mean label?"],
    [{ filter: " " }, "filter", "The filter is empty"],
    [{ filter: `label = ${"a".repeat(1000)}` }, "filter", "at most 1000 characters, this one 1008"],
    [{ filter: 'label = "a\u0000"' }, "filter", "A control character stands here"],
    [{ name: " " }, "name", "Give it a name"],
    [{ name: "\u0000\n" }, "name", "Give it a name"],
    [{ name: "x".repeat(121) }, "name", "A name has at most 120 characters"],
    [{ goalId: "g" }, "goalId", "Name a goal by its id"],
    [{ confidence: 1 }, "confidence", "Give a number from 0.01 to 0.9"],
    [{ weight: 2 }, "weight", "Give a number from 0 to 1"],
    [{ expiresAt: "soon" }, "expiresAt", "as 2026-12-31T00:00:00.000Z"],
    [{ expiresAt: "2026-03-01T00:00:00.000Z" }, "expiresAt", "Name a moment in the future"],
    [{ colour: "red" }, "colour", "There is no such field"],
  ])("with %o is refused at %s", async (given, path, message) => {
    const rig = await rigWith();
    expect(await create(rig, given)).toMatchObject({
      status: 400,
      body: { error: { issues: [{ path, message: expect.stringContaining(message) }] } },
    });
    expect((await rig.get("/api/link-rules")).body).toEqual({ rules: [], unreadable: [] });
  });

  test("has a name of one line, in whole characters", async () => {
    const rig = await rigWith();
    const { body } = await create(rig, { name: " Growth\n\u0000work\ud800 " });
    expect(body).toMatchObject({ name: "Growth work\uFFFD" });
  });

  test("needs a goal that is there; one that went later may stay, to be switched off", async () => {
    const rig = await rigWith();
    expect((await create(rig, { goalId: goalId("never") })).status).toBe(404);
    const id = await createdId(rig);
    await rig.hub.apply(removed(goalId("g"), 1));
    const off = { ...growth, isEnabled: false };
    expect((await rig.send("PUT", `/api/link-rules/${id}`, { json: off })).status).toBe(200);
  });
});

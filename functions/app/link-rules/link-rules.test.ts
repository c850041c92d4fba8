import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { Change } from "#shared/model/change.ts";
import { alertId } from "#shared/model/ids.ts";
import { factKey } from "#shared/store/keys.ts";
import {
  goal,
  goalId,
  itemId,
  linkTo,
  removed,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";
import { under } from "#shared/testing/graph.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";

const growth = { name: "Growth work", filter: "label = growth", goalId: goalId("g") };

/** An epic with the label, a story under it, an epic without, and one that has a link of its own. */
const company: readonly Change[] = [
  upserted(goal("g")),
  upserted(goal("h")),
  upserted(workItem("epic", { labels: ["growth"] })),
  upserted(under("story", "epic", { kind: "story" })),
  upserted(workItem("other")),
  upserted(workItem("own", { labels: ["growth"] }), [linkTo(itemId("own"), goalId("h"))]),
  upserted(workItem("past", { labels: ["growth"], status: "done" })),
];

async function rigWith(...changes: readonly Change[]): Promise<AppRig> {
  const rig = await AppRig.create();
  await rig.hub.apply(...company, ...changes);
  return rig;
}

const create = (rig: AppRig, given: Record<string, unknown> = {}) =>
  rig.send("POST", "/api/link-rules", { json: { ...growth, ...given } });

async function createdId(rig: AppRig, given: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await create(rig, given);
  expect(status).toBe(201);
  return (body as { id: string }).id;
}

async function verdicts(rig: AppRig): Promise<Record<string, string>> {
  const { body } = await rig.get("/api/work-items");
  const { items } = body as { items: { title: string; verdict: { kind: string } }[] };
  return Object.fromEntries(items.map(({ title, verdict }) => [title.slice(5), verdict.kind]));
}

const openSignals = async (rig: AppRig) =>
  (await rig.hub.openSignals()).map(({ subjectId }) => subjectId).toSorted();

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
    expect((await rig.get("/api/link-rules")).body).toEqual({ rules: [] });
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

describe("two who change one link rule", () => {
  const send = async (rig: AppRig, id: string, json: Record<string, unknown>) =>
    rig.send("PUT", `/api/link-rules/${id}`, { json: { ...growth, ...json } });

  test("never undo each other unseen over HTTP: the second is told, and reads it again", async () => {
    const rig = await rigWith();
    const id = await createdId(rig);
    const { revision } = (await rig.get(`/api/link-rules/${id}`)).body as { revision: number };
    expect((await send(rig, id, { filter: "kind = epic", revision })).status).toBe(200);
    const second = await send(rig, id, { name: "Mine", revision });
    expect(second).toMatchObject({ status: 409, body: { error: { code: "entity.conflict" } } });
    const { body } = await rig.get(`/api/link-rules/${id}`);
    expect(body).toMatchObject({
      name: growth.name,
      filter: "kind = epic",
      revision: revision + 1,
    });
    // Who names no revision means to set it whatever it is.
    expect((await send(rig, id, { name: "Mine" })).status).toBe(200);
  });

  test("never undo each other unseen on the page: what stands is shown, and what was typed is kept", async () => {
    const rig = await rigWith();
    const id = await createdId(rig);
    const here = `/link-rules/${id}`;
    const opened = /name="revision" value="(\d+)"/u;
    const revision = async () => opened.exec((await rig.get(here)).text)?.[1] ?? "";
    const form = { ...growth, confidence: "0.7", isEnabled: "on" };
    const [mine, theirs] = [await revision(), await revision()];
    await rig.send("POST", `${here}/disable`);
    const tried = await rig.get(
      `${here}?${new URLSearchParams({ ...form, revision: mine }).toString()}`,
    );
    expect(opened.exec(tried.text)?.[1]).toBe(mine);
    const off = await rig.send("POST", here, { form: { ...form, name: "Mine", revision: mine } });
    expect(off.status).toBe(409);
    expect(off.text).toContain("Somebody changed this rule after you had opened it");
    expect(off.text).toContain('value="Mine"');
    expect((await rig.get(`/api${here}`)).body).toMatchObject({ isEnabled: false });
    expect((await rig.send("POST", here, { form: { ...form, revision: theirs } })).status).toBe(
      409,
    );
    const again = opened.exec(off.text)?.[1] ?? "";
    const saved = await rig.send("POST", here, { form: { ...form, revision: again } });
    expect(saved.status).toBe(303);
    expect((await rig.get(`/api${here}`)).body).toMatchObject({ isEnabled: true });
  });
});

describe("the preview of a link rule", () => {
  const ask = (rig: AppRig, given: Record<string, string>) =>
    rig.get(`/api/link-rules/preview?${new URLSearchParams(given).toString()}`);

  test("tells what fits, what it would link, and what keeps to its own", async () => {
    const rig = await rigWith();
    expect((await ask(rig, { filter: "LABEL IN (growth)" })).body).toMatchObject({
      filter: "label = growth",
      openItems: 2,
      closedItems: 1,
      unlinkedItems: 1,
      wouldBeLinked: 2,
      ownLinks: 1,
      examples: [
        { id: itemId("epic"), verdict: { kind: "unlinked" } },
        { id: itemId("own"), verdict: { kind: "linked" } },
      ],
    });
  });

  test("links nothing to a goal that is dropped, and refuses what it cannot read", async () => {
    const rig = await rigWith(upserted(goal("g", { status: "dropped", version: 1 })));
    const answer = await ask(rig, { filter: "label = growth", goalId: goalId("g") });
    expect(answer.body).toMatchObject({ unlinkedItems: 1, wouldBeLinked: 0 });
    expect((await ask(rig, { filter: "label" })).status).toBe(400);
  });

  test("counts work whose tool cannot hold a link among what serves no goal: rules are for that", async () => {
    const rig = await rigWith(
      upserted(workItem("team", { labels: ["managed"], canHoldGoal: false })),
    );
    const given = { filter: "label = managed", goalId: goalId("g") };
    const counted = { openItems: 1, unlinkedItems: 1, wouldBeLinked: 1 };
    expect((await ask(rig, given)).body).toMatchObject(counted);
    await createdId(rig, given);
    expect((await verdicts(rig))["team"]).toBe("linked");
  });

  test("does not say of work of which nothing is known that it serves a goal", async () => {
    const rig = await rigWith(
      upserted(under("orphan", "never", { labels: ["lost"], kind: "story" })),
    );
    const { text } = await rig.get("/link-rules/preview?filter=label%20%3D%20lost");
    expect(text).toContain("It fits 1 open item");
    expect(text).toContain("None of this work counts as unlinked today");
  });

  const item = fc.record({
    parent: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    other: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
    isFit: fc.boolean(),
    isLinked: fc.boolean(),
    status: fc.constantFrom("todo" as const, "done" as const),
  });

  test("announces exactly the work that the rule then links", async () => {
    const law = fc.asyncProperty(fc.array(item, { minLength: 6, maxLength: 6 }), async (items) => {
      const rig = await AppRig.create();
      const changes = items.map(({ parent, other, isFit, isLinked, status }, index) => {
        const id = `i${index}`;
        const homes = {
          ...(parent !== undefined && { parentId: itemId(`i${parent}`) }),
          ...(parent !== undefined &&
            other !== undefined && { otherParentIds: [itemId(`i${other}`)] }),
        };
        const record = workItem(id, { status, ...homes, ...(isFit && { labels: ["growth"] }) });
        return upserted(record, isLinked ? [linkTo(itemId(id), goalId("h"))] : []);
      });
      await rig.hub.apply(upserted(goal("g")), upserted(goal("h")), ...changes);
      const { body } = await ask(rig, { filter: growth.filter, goalId: goalId("g") });
      const unlinkedOpen = async () => {
        const found = await rig.get("/api/work-items?verdict=unlinked&status=open");
        return (found.body as { total: number }).total;
      };
      const before = await unlinkedOpen();
      await createdId(rig);
      expect(body).toMatchObject({ wouldBeLinked: before - (await unlinkedOpen()) });
    });
    await fc.assert(law, { numRuns: 20 });
  }, 60_000);
});

describe("the pages of link rules", () => {
  const form = { ...growth, confidence: "0.7", isEnabled: "on" };

  test("begin empty, and lead to the form", async () => {
    const rig = await rigWith();
    const { text } = await rig.get("/link-rules");
    expect(text).toContain("No link rules yet");
    const page = await rig.get("/link-rules/new");
    expect(page.text).toContain("Goal g (Objective)");
    expect(page.text).toContain("Say which work the rule means");
  });

  test("show what a filter would do without any script, and as a part for the script", async () => {
    const rig = await rigWith();
    const query = new URLSearchParams({ name: "x", filter: growth.filter }).toString();
    for (const path of ["new", "preview"]) {
      const { text } = await rig.get(`/link-rules/${path}?${query}`);
      expect(text).toContain("It fits 2 open items");
      expect(text).toContain("1 of them serves no goal today");
      expect(text).toContain(`/work-items/${encodeURIComponent(itemId("epic"))}`);
    }
    const wrong = await rig.get("/link-rules/preview?filter=label");
    expect(wrong).toMatchObject({ status: 200, text: expect.stringContaining("Expected =") });
    expect(wrong.text).not.toContain("<html");
  });

  test("keep what was typed where it is refused, and say what is wrong at its field", async () => {
    const rig = await rigWith();
    const wrong = { ...form, filter: 'title ~ "<b>" AND', weight: "7" };
    const { status, text } = await rig.send("POST", "/link-rules", { form: wrong });
    expect(status).toBe(400);
    expect(text).toContain("title ~ &quot;&lt;b&gt;&quot; AND</textarea>");
    expect(text).toContain("Expected a field, as project or label, but the filter ends here");
    expect(text).toContain('aria-invalid="true"');
  });

  test("say in words what is no number and no day", async () => {
    const rig = await rigWith();
    const wrong = { ...form, confidence: "sure", weight: "half", expiresAt: "2026-02-31" };
    const { text } = await rig.send("POST", "/link-rules", { form: wrong });
    expect(text).toContain("Give a number from 0.01 to 0.9");
    expect(text).toContain("Give a number from 0 to 1");
    expect(text).toContain("There is no such day");
    expect(text).not.toMatch(/NaN|Invalid/u);
  });

  test("show what people wrote as text, never as markup", async () => {
    const evil = '</textarea><script>alert("1")</script>';
    const rig = await rigWith(
      upserted(goal("x", { title: evil })),
      upserted(workItem("bad", { title: evil, labels: ["evil"] })),
    );
    const filter = `label = evil OR title ~ '${evil}'`;
    const id = await createdId(rig, { name: evil, filter, goalId: goalId("x") });
    const query = new URLSearchParams({ name: evil, filter }).toString();
    const item = encodeURIComponent(itemId("bad"));
    const pages = ["", `/${id}`, `/new?${query}`, `/preview?${query}`].map(
      (at) => `/link-rules${at}`,
    );
    for (const path of [...pages, `/work-items/${item}`]) {
      const { text } = await rig.get(path);
      expect(text).not.toContain("<script>alert");
      expect(text).toContain("&lt;script&gt;alert");
    }
  });

  test("create, change, switch and delete", async () => {
    const rig = await rigWith();
    const send = (path: string, fields: Record<string, string> = {}) =>
      rig.send("POST", path, { form: fields });
    expect((await send("/link-rules", { ...form, expiresAt: "2026-05-01" })).status).toBe(303);
    const { body } = await rig.get("/api/link-rules");
    const { rules } = body as { rules: { id: string; expiresAt: string }[] };
    expect(rules).toMatchObject([{ expiresAt: "2026-05-01T00:00:00.000Z", linkedItems: 2 }]);
    const here = `/link-rules/${rules[0]?.id ?? ""}`;
    expect((await rig.get(here)).text).toContain("2 open items are linked through it now");
    expect((await send(here, { ...form, name: "Renamed" })).status).toBe(303);
    const list = await rig.get("/link-rules?did=link-rule-saved");
    expect(list.text).toContain("Renamed");
    expect(list.text).toContain("Saved. What the rule links");
    expect((await send(`${here}/disable`)).status).toBe(303);
    expect((await rig.get("/link-rules")).text).toMatch(/Switch on/u);
    expect((await send(`${here}/enable`)).status).toBe(303);
    expect(await openSignals(rig)).toEqual([itemId("other")]);
    expect((await send(`${here}/remove`)).status).toBe(303);
    expect((await rig.get(here)).status).toBe(404);
  });
});

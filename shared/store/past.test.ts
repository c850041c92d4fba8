import { describe, expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import type { AssertedEdge, Change } from "#shared/model/change.ts";
import { dayMs, minuteMs } from "#shared/model/time.ts";
import { itemBytes } from "#shared/ports/item-size.ts";
import type { Item, Table } from "#shared/ports/table.ts";
import {
  accountId,
  blockedBy,
  goal,
  goalId,
  itemId,
  linkTo,
  removed,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { applyChanges } from "./apply-changes.ts";
import { factKey } from "./keys.ts";
import { pastAttribute, readPast } from "./past.ts";
import { Needles, redactedItem } from "./redact.ts";

const epic = itemId("epic");

const sureByHalf: AssertedEdge = {
  type: "link",
  fromId: epic,
  toId: goalId("north"),
  source: "native",
  confidence: 0.5,
  weight: 0.25,
};

class Store {
  readonly clock = new ManualClock("2026-03-02T09:00:00.000Z");
  readonly table: Table = createMemoryTable();

  async apply(...changes: readonly Change[]): Promise<void> {
    this.clock.advance(minuteMs);
    await applyChanges(this, changes);
  }

  async item(): Promise<Item> {
    const item = await this.table.get(factKey(epic));
    if (!item) throw new Error("The epic was not stored");
    return item;
  }

  async rows() {
    return readPast(await this.item())?.rows ?? [];
  }
}

const unitsOf = (bytes: number) => Math.ceil(bytes / 1024);

describe("the past of a record", () => {
  test("tells what each write replaced, of what verdicts rest on, and when", async () => {
    const store = new Store();
    await store.apply(
      upserted(workItem("epic", { container: "PAY\tops", labels: ["a", "b"] }), [sureByHalf]),
    );
    const [was, other] = [{ parentId: itemId("top") }, { fields: { Investment: "growth" } }];
    await store.apply(
      upserted(workItem("epic", { version: 1, status: "done", ...was, ...other }), [
        blockedBy(epic, itemId("api")),
      ]),
    );
    expect(await store.rows()).toEqual([
      {
        at: "2026-03-02T09:02:00.000Z",
        was: new Map<string, unknown>([
          ["status", "in-progress"],
          ["container", "PAY\tops"],
          ["labels", ["a", "b"]],
          ["parentId", undefined],
          ["fields", undefined],
        ]),
        came: [
          { type: "dependency", blockedId: epic, blockingId: itemId("api"), source: "native" },
        ],
        went: [sureByHalf],
      },
    ]);
  });

  test("has no line for a new title, and no write for what is unchanged", async () => {
    const store = new Store();
    await store.apply(upserted(workItem("epic")));
    await store.apply(upserted(workItem("epic", { version: 1, title: "Another" })));
    expect(await store.rows()).toEqual([]);
    const before = store.table.usage().writeUnits;
    await store.apply(upserted(workItem("epic", { version: 2, title: "Another" })));
    expect(store.table.usage().writeUnits).toBe(before);
  });

  test("goes with a removed record into its tombstone, without its title", async () => {
    const store = new Store();
    await store.apply(
      upserted(workItem("epic", { title: "Secret plan" }), [linkTo(epic, goalId("north"))]),
    );
    await store.apply(removed(epic, 1));
    expect(JSON.stringify(await store.item())).not.toContain("Secret plan");
    const [row] = await store.rows();
    expect(row?.was.get("status")).toBe("in-progress");
    expect(row?.went).toHaveLength(1);
  });

  test("outlives any moment that may be asked for, however long its removal was on the way", async () => {
    const store = new Store();
    await store.apply(upserted(workItem("epic")));
    const removal = removed(epic, 1);
    store.clock.advance(10 * dayMs);
    await store.apply(removal);
    const expires = Number((await store.item())["expiresAtEpochSeconds"]) * 1000;
    expect(expires).toBeGreaterThan(store.clock.nowMs() + 89 * dayMs);
  });

  test.each([0, 300, 500, 700, 760, 780, 800, 3000])(
    "never costs a unit, and is cut to fit: title of %i letters",
    async (letters) => {
      const store = new Store();
      const title = "x".repeat(Math.min(255, letters));
      const url = `https://tool.example/${"y".repeat(Math.max(0, Math.min(470, letters - 255)))}`;
      const labels = letters > 735 ? ["z".repeat(Math.min(120, letters - 735))] : ["z"];
      for (let version = 0; version < 120; version += 1) {
        const parent = { parentId: itemId(`parent-${version}`) };
        const fields = { version, title: title || "x", url, labels, ...parent };
        await store.apply(upserted(workItem("epic", fields)));
        const { [pastAttribute]: past, ...bare } = await store.item();
        const whole = await store.item();
        expect(unitsOf(itemBytes(whole))).toBe(unitsOf(itemBytes(bare as Item)));
        expect(Array.isArray(past) ? past.length : 0).toBeLessThanOrEqual(41);
      }
      expect(readPast(await store.item())?.isCut).toBe(true);
    },
  );

  test.each([0, 1, 2, 3, 4, 5, 6, 7])(
    "of a goal is kept at the cost of a unit, for all that is unlinked would be unknown: %i links",
    async (supporters) => {
      const store = new Store();
      const links = (count: number) =>
        Array.from({ length: count }, (_, index) => linkTo(itemId(`w${index}`), goalId("g")));
      for (let letters = 1; letters <= 240; letters += 1) {
        const id = goalId(`g${letters}`);
        const title = "x".repeat(letters);
        const before = links(supporters).map((link) => ({ ...link, toId: id }));
        await store.apply(upserted(goal(`g${letters}`, { title }), before));
        await store.apply(upserted(goal(`g${letters}`, { title, version: 1 }), before.slice(1)));
        const item = await store.table.get(factKey(id));
        expect(item && readPast(item)).toMatchObject({ isCut: false, hidesOthersEdges: false });
      }
    },
  );

  test("says from when on it is whole, once it was cut", async () => {
    const store = new Store();
    for (let version = 0; version < 60; version += 1) {
      await store.apply(upserted(workItem("epic", { version, teamName: `team-${version}` })));
    }
    const past = readPast(await store.item());
    const [first] = past?.rows ?? [];
    // What the oldest line tells held since the moment that the mark names.
    const turn = Number(String(first?.was.get("teamName")).split("-")[1]);
    const heldSince = minuteMs * (turn + 1) + Date.parse("2026-03-02T09:00:00.000Z");
    expect(past?.since).toBe(new Date(heldSince).toISOString());
    expect(past?.isCut).toBe(true);
  });

  test("remembers that it may have named the work of others, once that is forgotten", async () => {
    const store = new Store();
    const many = Array.from({ length: 90 }, (_, index) => linkTo(itemId(`w${index}`), goalId("g")));
    await store.apply(upserted(goal("g"), many));
    await store.apply(upserted(goal("g", { version: 1 })));
    const item = await store.table.get(factKey(goalId("g")));
    expect(item && readPast(item)).toMatchObject({ isCut: true, hidesOthersEdges: true, rows: [] });
  });

  test.each([
    ["still stands", () => [linkTo(epic, goalId("g"))]],
    ["went lately", (version: number) => (version < 58 ? [linkTo(epic, goalId("g"))] : [])],
  ])("remembers that it named the work of others when what is forgotten: %s", async (_when, at) => {
    const store = new Store();
    const statuses = ["todo", "in-progress"] as const;
    for (let version = 0; version < 60; version += 1) {
      await store.apply(
        upserted(goal("g", { version, status: statuses[version % 2] ?? "todo" }), at(version)),
      );
    }
    const item = await store.table.get(factKey(goalId("g")));
    expect(item && readPast(item)).toMatchObject({ isCut: true, hidesOthersEdges: true });
  });

  test("does not remember it of a time in which it named none", async () => {
    const store = new Store();
    const statuses = ["todo", "in-progress"] as const;
    for (let version = 0; version < 60; version += 1) {
      const links = version < 58 ? [] : [linkTo(epic, goalId("g"))];
      await store.apply(
        upserted(goal("g", { version, status: statuses[version % 2] ?? "todo" }), links),
      );
    }
    const item = await store.table.get(factKey(goalId("g")));
    expect(item && readPast(item)).toMatchObject({ isCut: true, hidesOthersEdges: false });
  });

  test("of a goal that is forgotten with its connection, that it named the work of others stays", async () => {
    const store = new Store();
    await store.apply(upserted(goal("g"), [linkTo(epic, goalId("g"))]));
    const { table, clock } = store;
    await applyChanges({ table, clock, forgetsPast: true }, [removed(goalId("g"), 1)]);
    const item = await table.get(factKey(goalId("g")));
    expect(item && readPast(item)).toMatchObject({ isCut: true, hidesOthersEdges: true });
    expect(JSON.stringify(item)).not.toContain(epic);
  });

  test.each([
    ["status", { status: "of another age" }],
    ["status of no text", { status: 7 }],
    ["past", { past: ["garbage", "\t="] }],
    ["past of no list", { past: "garbage" }],
    ["line of the past", { past: ["mh3k2x9a", "mh3k2x9b\tl={", "mh3k2x9c\ts=?"] }],
    ["asserts", { asserts: ["garbage", 7], past: "garbage" }],
  ])("keeps nobody from mending a record whose %s cannot be read", async (_what, spoilt) => {
    const store = new Store();
    await store.apply(upserted(workItem("epic")));
    await store.table.write({
      kind: "put",
      item: { ...(await store.item()), ...spoilt },
      condition: [],
    });
    await store.apply(upserted(workItem("epic", { version: 1, status: "done" })));
    const item = await store.item();
    expect(item["status"]).toBe("done");
    expect(readPast(item)?.isCut).toBe(true);
    await store.apply(upserted(workItem("epic", { version: 2, status: "todo" })));
    expect((await store.rows()).at(-1)?.was.get("status")).toBe("done");
  });

  test("lets an erasure find whom it names, and reads on without them", async () => {
    const store = new Store();
    await store.apply(
      upserted(workItem("epic", { assigneeId: accountId("ann"), teamName: "Red" })),
    );
    await store.apply(upserted(workItem("epic", { version: 1 })));
    const needles = new Needles([accountId("ann")]);
    const item = redactedItem(await store.item(), needles);
    expect(JSON.stringify(item)).not.toContain(accountId("ann"));
    const [row] = readPast(item)?.rows ?? [];
    expect([row?.was.get("assigneeId"), row?.was.get("teamName")]).toEqual([undefined, "Red"]);
  });

  test("of nothing but a tombstone that forgets is told", async () => {
    const store = new Store();
    await store.apply(upserted(workItem("epic", { teamName: "Red" })));
    const { table, clock } = store;
    await applyChanges({ table, clock, forgetsPast: true }, [removed(epic, 1)]);
    expect(JSON.stringify(await store.item())).not.toContain("Red");
    expect(readPast(await store.item())).toMatchObject({ isCut: true, rows: [] });
  });
});

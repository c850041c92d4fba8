import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { HubError } from "#shared/errors.ts";
import type { AssertedEdge, Change } from "#shared/model/change.ts";
import type { Instant } from "#shared/model/time.ts";
import { instantOf } from "#shared/model/time.ts";
import type { Item, ItemChange, Table, Write } from "#shared/ports/table.ts";
import {
  blockedBy,
  goalId,
  itemId,
  linkTo,
  orgUnit,
  person,
  personId,
  removed,
  testEpochMs,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { applyChanges } from "./apply-changes.ts";
import { readEdgeItem, readFactItem } from "./facts.ts";
import { factKey, orgVersionKey } from "./keys.ts";
import { queryAll, scanAll } from "./list.ts";

const clock = new ManualClock("2026-03-02T09:00:00.000Z");
const epic = itemId("epic");

function tableWithLog() {
  const records: ItemChange[] = [];
  const table = createMemoryTable({ onRecord: (record) => records.push(record) });
  return { table, records };
}

async function apply(table: Table, ...changes: readonly Change[]) {
  return applyChanges({ table, clock }, changes);
}

/** Everything but what was seen on the way: when edges were first, and which states came before. */
async function stateOf(table: Table): Promise<readonly unknown[]> {
  return (
    (await scanAll(table))
      .filter((item) => item.pk !== orgVersionKey.pk)
      .map(({ createdAt: _createdAt, past: _past, ...item }) => item)
      // Where a tombstone stands in the index says whether it remembers anything.
      .map(({ cpk, source, ...item }) =>
        item["isRemoved"] === true ? item : { ...item, cpk, source },
      )
      .toSorted((a, b) => (`${a.pk} ${a.sk}` < `${b.pk} ${b.sk}` ? -1 : 1))
  );
}

async function edgesFrom(table: Table, id: string): Promise<readonly string[]> {
  const items = await queryAll(table, { partition: id, consistent: true });
  return items.filter((item) => readEdgeItem(item)).map(({ sk }) => sk);
}

const manyLinks = (count: number, from = 0): readonly AssertedEdge[] =>
  Array.from({ length: count }, (_, n) => linkTo(epic, goalId(`g${from + n}`)));

function readLater(change: Change, minutes: number): Change {
  const readAt: Instant = instantOf(testEpochMs + minutes * 60_000);
  return change.kind === "upserted"
    ? { ...change, record: { ...change.record, readAt } }
    : { ...change, readAt };
}

describe("which state wins", () => {
  /** Versions of one record: each an upsert with other content, or a removal. */
  const history = fc
    .array(fc.record({ isRemoval: fc.boolean(), links: fc.subarray(["a", "b", "c"]) }), {
      minLength: 1,
      maxLength: 6,
    })
    .map((steps) =>
      steps.map(({ isRemoval, links }, version): Change =>
        isRemoval
          ? removed(epic, version)
          : upserted(
              workItem("epic", { version, title: `Title ${version}` }),
              links.map((goal) => linkTo(epic, goalId(goal))),
            ),
      ),
    );

  test("the newest one, in any order, with any repeats, alone or in batches", async () => {
    const arrivals = history.chain((changes) =>
      fc.record({
        changes: fc.constant(changes),
        order: fc
          .shuffledSubarray([...changes, ...changes], {
            minLength: changes.length,
            maxLength: changes.length * 2,
          })
          // Whatever else was lost, the last state is heard of.
          .map((some) => [...some.slice(1), ...changes.slice(-1), ...some.slice(0, 1)]),
        batch: fc.integer({ min: 1, max: 4 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(arrivals, async ({ changes, order, batch }) => {
        const [inOrder, shuffled] = [createMemoryTable(), createMemoryTable()];
        for (const change of changes) await apply(inOrder, change);
        for (let at = 0; at < order.length; at += batch)
          await apply(shuffled, ...order.slice(at, at + batch));
        expect(await stateOf(shuffled)).toEqual(await stateOf(inOrder));
      }),
      { numRuns: 300 },
    );
  });

  test("a deletion, over an update of the same version, whichever comes first", async () => {
    const changes = [readLater(upserted(workItem("epic")), 5), removed(epic, 0)];
    for (const order of [changes, changes.toReversed()]) {
      const [oneByOne, together] = [createMemoryTable(), createMemoryTable()];
      for (const change of order) await apply(oneByOne, change);
      await apply(together, ...order);
      for (const table of [oneByOne, together])
        expect((await table.get(factKey(epic)))?.["isRemoved"]).toBe(true);
    }
  });

  test("a second deletion guards against updates from between the two", async () => {
    const { table } = tableWithLog();
    await apply(table, removed(epic, 1));
    await apply(table, removed(epic, 3));
    const late = await apply(table, upserted(workItem("epic", { version: 2 })));
    expect(late).toMatchObject({ applied: 0, stale: 1 });
    expect((await table.get(factKey(epic)))?.["isRemoved"]).toBe(true);
  });

  test.each([
    ["stays buried when it was read up to ten minutes after the deletion", 10, true],
    ["is back when it was read more than ten minutes after", 11, false],
  ])("a deleted record %s, whichever comes first", async (_what, minutes, isRemoved) => {
    const changes = [removed(epic, 9), readLater(upserted(workItem("epic")), minutes)];
    for (const order of [changes, changes.toReversed()]) {
      const [oneByOne, together] = [createMemoryTable(), createMemoryTable()];
      for (const change of order) await apply(oneByOne, change);
      await apply(together, ...order);
      for (const table of [oneByOne, together])
        expect((await table.get(factKey(epic)))?.["isRemoved"]).toBe(isRemoved || undefined);
    }
  });

  test("a newer version that lost a race is stored in the next round", async () => {
    const { table } = tableWithLog();
    await apply(table, upserted(workItem("epic", { version: 1 })));
    const racing = beforeWrite(table, async () => {
      await apply(table, upserted(workItem("epic", { version: 2, title: "Two" })));
    });
    await apply(racing, upserted(workItem("epic", { version: 3, title: "Three" })));
    expect((await table.get(factKey(epic)))?.["title"]).toBe("Three");
  });

  test("an older version that lost a race is dropped", async () => {
    const { table } = tableWithLog();
    const racing = beforeWrite(table, async () => {
      await apply(table, upserted(workItem("epic", { version: 3, title: "Three" })));
    });
    const outcome = await apply(racing, upserted(workItem("epic", { version: 2, title: "Two" })));
    expect(outcome).toMatchObject({ applied: 0, stale: 1 });
    expect((await table.get(factKey(epic)))?.["title"]).toBe("Three");
  });
});

describe("what it costs", () => {
  test("one write unit for a changed record, none for one whose content is the same", async () => {
    const { table, records } = tableWithLog();
    await apply(table, upserted(workItem("epic")));
    const before = table.usage().writeUnits;
    await apply(table, upserted(workItem("epic", { version: 1, title: "Another" })));
    expect(table.usage().writeUnits - before).toBe(1);
    const again = await apply(table, upserted(workItem("epic", { version: 2, title: "Another" })));
    expect(again).toMatchObject({ applied: 0, unchanged: 1 });
    expect(table.usage().writeUnits - before).toBe(1);
    expect(records).toHaveLength(2);
  });

  test("none for a tombstone that is told of again", async () => {
    const { table } = tableWithLog();
    await apply(table, removed(epic, 1));
    const before = table.usage().writeUnits;
    expect(await apply(table, removed(epic, 1))).toMatchObject({ unchanged: 1 });
    expect(table.usage().writeUnits).toBe(before);
  });

  test("a record and its new edge are one transaction; an unchanged edge is not written again", async () => {
    const { table, records } = tableWithLog();
    const [first, second] = manyLinks(2);
    if (!first || !second) throw new Error("two links were asked for");
    await apply(table, upserted(workItem("epic"), [first]));
    records.length = 0;
    await apply(table, upserted(workItem("epic", { version: 1 }), [first, second]));
    expect(records.map(({ after }) => after?.["type"])).toEqual(["work-item", "link"]);
  });

  test("nothing for changes that are superseded within their batch", async () => {
    const { table, records } = tableWithLog();
    const versions = [2, 0, 1].map((version) =>
      upserted(workItem("epic", { version, title: `Title ${version}` })),
    );
    expect(await apply(table, ...versions)).toMatchObject({ applied: 1, stale: 2 });
    expect(records.map(({ after }) => after?.["title"])).toEqual(["Title 2"]);
  });
});

describe("edges", () => {
  test("go when their record no longer names them, and when it is deleted", async () => {
    const { table } = tableWithLog();
    await apply(table, upserted(workItem("epic"), manyLinks(2)));
    await apply(table, upserted(workItem("epic", { version: 1 }), manyLinks(1)));
    expect(await edgesFrom(table, epic)).toHaveLength(1);
    await apply(table, removed(epic, 2));
    expect(await edgesFrom(table, epic)).toEqual([]);
  });

  test("asserted by two records stand until both let go", async () => {
    const { table } = tableWithLog();
    const link = linkTo(epic, goalId("g"));
    const supporter = workItem("other");
    await apply(table, upserted(workItem("epic"), [link]), upserted(supporter, [link]));
    await apply(table, upserted(workItem("epic", { version: 1 })));
    expect(await edgesFrom(table, epic)).toHaveLength(1);
    await apply(table, removed(itemId("other"), 1));
    expect(await edgesFrom(table, epic)).toEqual([]);
  });

  test("named twice are one, and their record can still be changed and deleted", async () => {
    const { table } = tableWithLog();
    const twice = [blockedBy(epic, itemId("a")), blockedBy(epic, itemId("a"))];
    await apply(table, upserted(workItem("epic"), twice));
    expect(await edgesFrom(table, epic)).toHaveLength(1);
    await apply(table, removed(epic, 1));
    expect(await edgesFrom(table, epic)).toEqual([]);
  });

  test.each([98, 99, 100, 250])("%i of one record are stored and taken back", async (count) => {
    const { table } = tableWithLog();
    await apply(table, upserted(workItem("epic"), manyLinks(count)));
    expect(await edgesFrom(table, epic)).toHaveLength(count);
    await apply(table, upserted(workItem("epic", { version: 1 }), manyLinks(count, count)));
    expect(await edgesFrom(table, epic)).toHaveLength(count);
    const again = await apply(
      table,
      upserted(workItem("epic", { version: 2 }), manyLinks(count, count)),
    );
    expect(again).toMatchObject({ unchanged: 1 });
    await apply(table, removed(epic, 3));
    expect(await edgesFrom(table, epic)).toEqual([]);
  });

  test.each([1, 2, 3, 4, 5])(
    "survive a crash at write %i: the repeat ends where a clean run ends",
    async (writes) => {
      const [clean, { table }] = [createMemoryTable(), tableWithLog()];
      const first = upserted(workItem("epic"), manyLinks(150));
      const second = upserted(workItem("epic", { version: 1 }), manyLinks(150, 100));
      await apply(clean, first);
      await apply(clean, second);
      await apply(table, first);
      await apply(crashingAt(table, writes), second).catch(() => undefined);
      await apply(table, second);
      expect(await stateOf(table)).toEqual(await stateOf(clean));
    },
  );

  test("of a record overtaken by a newer one in the middle leave nothing behind and nothing out", async () => {
    const newer = upserted(workItem("epic", { version: 9 }), manyLinks(120, 60));
    for (const write of [1, 2, 3, 4]) {
      const { table } = tableWithLog();
      await apply(table, upserted(workItem("epic"), manyLinks(110)));
      const racing = beforeWrite(table, async () => void (await apply(table, newer)), write);
      await apply(racing, upserted(workItem("epic", { version: 1 }), manyLinks(150, 200)));
      const clean = createMemoryTable();
      await apply(clean, newer);
      expect(await stateOf(table)).toEqual(await stateOf(clean));
    }
  });
});

describe("records that cannot be stored", () => {
  test("are refused alone, with a reason that quotes no value", async () => {
    const { table } = tableWithLog();
    const bad = upserted(workItem("bad", { title: "secret words ".repeat(100) }));
    const outcome = await apply(table, bad, upserted(workItem("epic")));
    expect(outcome).toMatchObject({ applied: 1, refused: [{ record: "bad" }] });
    expect(outcome.refused[0]?.reason).toContain("title");
    expect(JSON.stringify(outcome.refused)).not.toContain("secret");
    expect(await table.get(factKey(itemId("bad")))).toBeUndefined();
  });

  test("because the table will not hold them stop nobody else", async () => {
    const { table } = tableWithLog();
    const refusing = beforeWrite(
      table,
      async (writes) => {
        if (writes.some((write) => write.kind === "put" && write.item.pk === itemId("bad")))
          throw new HubError("input.too-large", "An item is too large");
      },
      "every",
    );
    const outcome = await apply(refusing, upserted(workItem("bad")), upserted(workItem("epic")));
    expect(outcome).toMatchObject({ applied: 1, refused: [{ record: "bad" }] });
  });

  test("because of an id that no key can be stop nobody else", async () => {
    for (const id of ["", "no-id", itemId("\u{10ffff}"), itemId("x".repeat(2000))]) {
      const table = createMemoryTable();
      const readAt = clock.now();
      const bad: Change = { kind: "removed", id: id as typeof epic, sourceVersion: 1, readAt };
      const applied = await apply(table, bad, upserted(workItem("good")));
      expect([applied.applied, applied.refused.map((one) => one.id)]).toEqual([1, [id]]);
    }
  });

  test("for now, because the table is away, fail the whole batch", async () => {
    const { table } = tableWithLog();
    await expect(apply(crashingAt(table, 1), upserted(workItem("epic")))).rejects.toThrow("crash");
  });
});

describe("the organisation's version", () => {
  async function version(table: Table): Promise<number> {
    return Number((await table.get(orgVersionKey))?.["version"] ?? 0);
  }

  test("grows once for a batch that changed people, accounts or units, and for nothing else", async () => {
    const { table } = tableWithLog();
    await apply(table, upserted(workItem("epic")));
    expect(await version(table)).toBe(0);
    await apply(table, upserted(person("ann")), upserted(orgUnit("red")));
    expect(await version(table)).toBe(1);
    await apply(table, upserted(person("ann", { version: 1 })));
    expect(await version(table)).toBe(1);
    await apply(table, removed(personId("ann"), 2));
    expect(await version(table)).toBe(2);
  });

  test("grows although another record of the batch could not be stored", async () => {
    const { table } = tableWithLog();
    const failing = beforeWrite(
      table,
      async (writes) => {
        if (writes.some((write) => write.kind === "put" && write.item.pk === personId("bob")))
          throw new HubError("store.unavailable", "crash");
      },
      "every",
    );
    await apply(failing, upserted(person("ann")), upserted(person("bob"))).catch(() => undefined);
    expect(
      readFactItem((await table.get(factKey(personId("ann")))) ?? { pk: "", sk: "" }),
    ).toBeDefined();
    expect(await version(table)).toBe(1);
  });
});

/** Calls `meanwhile` before the n-th write (or every one), as another process would get in between. */
function beforeWrite(
  table: Table,
  meanwhile: (writes: readonly Write[]) => Promise<void>,
  nth: number | "every" = 1,
): Table {
  let count = 0;
  const step = async (writes: readonly Write[]) => {
    count += 1;
    if (nth === "every" || count === nth) await meanwhile(writes);
  };
  return {
    ...table,
    write: async (write) => {
      await step([write]);
      return table.write(write);
    },
    transact: async (writes) => {
      await step(writes);
      return table.transact(writes);
    },
  };
}

function crashingAt(table: Table, nth: number): Table {
  return beforeWrite(
    table,
    async () => {
      throw new HubError("store.unavailable", "crash");
    },
    nth,
  );
}

test("a stored record is read back as it was asserted", async () => {
  const { table } = tableWithLog();
  const record = workItem("epic", { otherParentIds: [itemId("home")], parentId: itemId("first") });
  await apply(table, upserted(record, manyLinks(1)));
  const stored: Item | undefined = await table.get(factKey(epic));
  expect(stored && readFactItem(stored)).toEqual({ isRemoved: false, fact: record });
  expect(await edgesFrom(table, epic)).toEqual([
    expect.stringMatching(/^home#/u),
    expect.stringMatching(/^link#/u),
  ]);
});

test.each([
  ["longer than a key may be", itemId("😀".repeat(300))],
  ["no well-formed text", itemId("lone\ud800")],
])("a record whose id is %s stops nobody else", async (_what, id) => {
  const { table } = tableWithLog();
  const outcome = await apply(
    table,
    upserted({ ...workItem("bad"), id }),
    upserted(workItem("epic")),
  );
  expect(outcome).toMatchObject({ applied: 1, refused: [{ id }] });
});

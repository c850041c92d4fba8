import { describe, expect, test } from "vitest";

import type { Connection } from "#shared/model/connection.ts";
import type { Person } from "#shared/model/facts.ts";
import { connectionId, factId } from "#shared/model/ids.ts";
import { hourMs, minuteMs } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import { factItem } from "#shared/store/facts.ts";
import { orgVersionKey } from "#shared/store/keys.ts";
import { OrgReader } from "#shared/store/org-reader.ts";
import {
  account,
  accountId,
  blockedBy,
  goal,
  goalConnection,
  goalId,
  itemId,
  linkTo,
  orgUnit,
  person,
  personId,
  removed,
  unitId,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { MemoryHub } from "../../tests/rig/memory-hub.ts";
import { announceUnseen } from "./announce-unseen.ts";

async function subjects(hub: MemoryHub): Promise<readonly string[]> {
  return (await hub.openSignals()).map(({ subjectId }) => subjectId.split(":").at(-1) ?? "");
}

/** Two teams under one department; `a` of ann in red waits on `b` of bob in blue. */
async function waitingHub(): Promise<MemoryHub> {
  const hub = await MemoryHub.ready();
  await hub.setRule("unlinked-work", { isEnabled: false });
  await hub.apply(
    upserted(orgUnit("dept", { originalKind: "department", level: 2 })),
    upserted(orgUnit("red", { parentId: unitId("dept") })),
    upserted(orgUnit("blue", { parentId: unitId("dept") })),
    ...["ann", "bob"].map((name) => upserted(account(name))),
    upserted(person("ann", { unitId: unitId("red") })),
    upserted(person("bob", { unitId: unitId("blue") })),
    upserted(workItem("b", { assigneeId: accountId("bob") })),
    upserted(workItem("a", { assigneeId: accountId("ann") }), [
      blockedBy(itemId("a"), itemId("b")),
    ]),
  );
  return hub;
}

describe("what a change touches", () => {
  test("a key or address that evidence shows is renewed in open signals of both rules", async () => {
    const hub = await waitingHub();
    await hub.setRule("unlinked-work");
    await hub.settle();
    const moved = { key: "NEW-1", url: "https://tool.example/NEW-1", version: 1 };
    await hub.apply(
      upserted(workItem("a", { assigneeId: accountId("ann"), ...moved }), [
        blockedBy(itemId("a"), itemId("b")),
      ]),
    );
    const shown = (await hub.openSignals())
      .flatMap(({ evidence }) => evidence.path)
      .filter(({ id }) => id === itemId("a"));
    expect(shown).toEqual([
      expect.objectContaining({ label: "NEW-1 Work a", url: moved.url }),
      expect.objectContaining({ label: "NEW-1 Work a", url: moved.url }),
    ]);
    expect(await hub.drift()).toBe(0);
  });

  test("the level of the unit where two teams meet is part of the finding", async () => {
    const hub = await waitingHub();
    await hub.apply(upserted(orgUnit("dept", { originalKind: "division", level: 1, version: 1 })));
    expect(await hub.openSignals()).toMatchObject([
      { evidence: { facts: { boundary: "division" } } },
    ]);
    expect(await hub.drift()).toBe(0);
  });

  test("a parent that comes back takes its child from the child's further home", async () => {
    const hub = await MemoryHub.ready();
    const homes = { parentId: itemId("first"), otherParentIds: [itemId("second")] };
    await hub.apply(
      upserted(workItem("second", { status: "done" })),
      upserted(workItem("child", homes)),
      removed(itemId("first"), 1),
    );
    expect(await subjects(hub)).toEqual(["second"]);
    await hub.apply(upserted(workItem("first", { version: 2 })));
    expect(await subjects(hub)).toEqual(["first"]);
    expect(await hub.drift()).toBe(0);
  });

  test("a parent that comes back breaks the cycle that its child's further home had closed", async () => {
    const hub = await MemoryHub.ready();
    const homes = { parentId: itemId("z"), otherParentIds: [itemId("a")] };
    await hub.apply(
      upserted(workItem("b", homes)),
      upserted(workItem("a", { parentId: itemId("b") })),
      removed(itemId("z"), 1),
    );
    expect(await subjects(hub)).toEqual(["a"]);
    await hub.apply(upserted(workItem("z", { version: 2 })));
    expect(await subjects(hub)).toEqual(["z"]);
    expect(await hub.drift()).toBe(0);
  });

  test("a match that became visible before anybody announced it is seen all the same", async () => {
    const hub = await waitingHub();
    // The writer died between the person's record and the new version of the organisation.
    const write: Table["write"] = (one) =>
      one.kind === "put" && one.item.pk === orgVersionKey.pk
        ? Promise.reject(new Error("died"))
        : hub.table.write(one);
    const dying = { ...hub.table, write };
    const move = upserted(person("bob", { unitId: unitId("red"), version: 1 }));
    await applyChanges({ table: dying, clock: hub.clock }, [move]).catch(() => undefined);
    await hub.settle();
    expect(await subjects(hub)).toEqual([]);
  });
});

describe("somebody of whom two systems tell", () => {
  test("counts for another team as soon as the other record speaks for them", async () => {
    const hub = await waitingHub();
    const directory = connectionId("directory1");
    await hub.connect(directory);
    const managed = (version: number, given: Partial<Person> = {}) =>
      upserted(person("bob", { unitId: unitId("red"), version, ...given }));
    const other: Person = {
      ...person("bob", { unitId: unitId("blue") }),
      id: factId("person", "directory", directory, "bob"),
      connectionId: directory,
    };
    await hub.apply(managed(1, { managerId: personId("ann") }), upserted(other));
    expect(await subjects(hub)).toEqual([]);
    // Both say as much now, and the other comes first.
    await hub.apply(managed(2));
    expect(await subjects(hub)).toHaveLength(1);
    expect(await hub.drift()).toBe(0);
  });
});

describe("a change that nobody announced", () => {
  test("is announced though our own reading shows it, having begun after it", async () => {
    const hub = await waitingHub();
    const app = new OrgReader(hub.table, hub.clock);
    await app.read();
    hub.clock.advance(minuteMs);
    // The writer died between the person's record and its announcement.
    const before = person("bob", { unitId: unitId("blue") });
    const moved = {
      ...before,
      unitId: unitId("red"),
      sourceVersion: before.sourceVersion + 1,
      readAt: hub.clock.now(),
    };
    await hub.table.write({
      kind: "put",
      item: factItem({ kind: "upserted", record: moved, edges: [] }, [], {
        current: undefined,
        now: hub.clock.now(),
      }),
      condition: [],
    });
    hub.clock.advance(minuteMs);
    const after = (await new OrgReader(hub.table, hub.clock).read()).person(before.id);
    const orgReader = new OrgReader(hub.table, hub.clock);
    const deps = { table: hub.table, clock: hub.clock, orgReader };
    await announceUnseen(deps, [{ before, ...(after && { after }) }], () => true);
    expect((await app.read()).person(before.id)?.unitId).toBe(unitId("red"));
  });

  test("is not announced again where our own reading came to show it by an announcement", async () => {
    const hub = await waitingHub();
    const orgReader = new OrgReader(hub.table, hub.clock);
    await orgReader.read();
    hub.clock.advance(minuteMs);
    const before = person("bob", { unitId: unitId("blue") });
    const readAt = hub.clock.now();
    await applyChanges(hub, [
      upserted({
        ...before,
        unitId: unitId("red"),
        sourceVersion: before.sourceVersion + 1,
        readAt,
      }),
    ]);
    const after = (await new OrgReader(hub.table, hub.clock).read()).person(before.id);
    const version = await hub.table.get(orgVersionKey);
    const deps = { table: hub.table, clock: hub.clock, orgReader };
    await announceUnseen(deps, [{ before, ...(after && { after }) }], () => true);
    expect(await hub.table.get(orgVersionKey)).toEqual(version);
  });
});

describe("a source that stood still", () => {
  test.each(["active", "paused"] as const)(
    "once fresh again re-evaluates what happened elsewhere meanwhile, though it was %s all the time",
    async (status) => {
      const hub = await MemoryHub.ready();
      await hub.apply(upserted(workItem("epic")));
      const change = async (id: Connection["id"], given: Partial<Connection>) => {
        await hub.changeConnection(id, (connection) => ({ ...connection, ...given }));
        await hub.settle();
      };
      await change(goalConnection, { status });
      hub.clock.advance(3 * hourMs);
      await change(workConnection, { freshAt: hub.clock.now() });
      // Nothing can be concluded now: the goals are three hours old.
      await hub.apply(upserted(workItem("other")));
      await change(goalConnection, { status: "active" });
      expect(await subjects(hub)).toEqual(["epic"]);
      await change(goalConnection, { freshAt: hub.clock.now() });
      expect((await subjects(hub)).toSorted()).toEqual(["epic", "other"]);
    },
  );

  test("does not recompute at every pull: a connection that stays fresh changes no conclusion", async () => {
    const hub = await MemoryHub.ready();
    hub.logs.length = 0;
    hub.clock.advance(5 * minuteMs);
    await hub.changeConnection(workConnection, (connection) => ({
      ...connection,
      freshAt: hub.clock.now(),
    }));
    await hub.settle();
    expect(hub.logs.filter(({ event }) => event === "detect.recomputed")).toEqual([]);
  });
});

describe("an evaluation", () => {
  test("of an item and its closed anchor together misses no open work between them", async () => {
    const hub = await MemoryHub.ready();
    const under = (name: string, parent: string, given = {}) =>
      workItem(name, { parentId: itemId(parent), ...given });
    await hub.apply(
      upserted(goal("g")),
      upserted(workItem("anchor", { status: "done" })),
      upserted(under("middle", "anchor", { status: "done" })),
      upserted(under("changing", "middle")),
      upserted(under("open", "middle")),
    );
    expect(await subjects(hub)).toEqual(["anchor"]);
    hub.events.length = 0;
    await hub.apply(
      upserted(under("changing", "middle", { version: 1 }), [
        linkTo(itemId("changing"), goalId("g")),
      ]),
    );
    expect(await subjects(hub)).toEqual(["anchor"]);
    expect(hub.events.map(({ type }) => type)).not.toContain("signal.cleared.v1");
  });

  test("that a reorganisation overtakes looks again at the organisation as it is then", async () => {
    let meanwhile: (() => Promise<void>) | undefined;
    const hub = await MemoryHub.ready((table) => beforeSignal(table, async () => meanwhile?.()));
    await hub.setRule("unlinked-work", { isEnabled: false });
    await hub.apply(
      upserted(orgUnit("red")),
      upserted(orgUnit("blue")),
      ...["ann", "bob"].map((name) => upserted(account(name))),
      upserted(person("ann", { unitId: unitId("red") })),
      upserted(person("bob", { unitId: unitId("blue") })),
      upserted(workItem("b", { assigneeId: accountId("bob") })),
    );
    meanwhile = async () => {
      meanwhile = undefined;
      // Another invocation hears of bob's move, finds no signal yet, and has nothing to do.
      await hub.store(upserted(person("bob", { unitId: unitId("red"), version: 1 })));
      await hub.settle();
    };
    await hub.apply(
      upserted(workItem("a", { assigneeId: accountId("ann") }), [
        blockedBy(itemId("a"), itemId("b")),
      ]),
    );
    expect(await subjects(hub)).toEqual([]);
  });

  test("of everything, on a scan that is a moment behind, still sees what the batch itself tells", async () => {
    let frozen: Table["scan"] | undefined;
    const hub = await MemoryHub.ready((table) => ({
      ...table,
      scan: async (request) => (frozen ?? table.scan)(request),
    }));
    await hub.apply(upserted(goal("g")), upserted(workItem("epic")));
    const pages = await Promise.all(
      [0, 1, 2, 3].map((segment) => hub.table.scan({ segment, segments: 4 })),
    );
    frozen = async ({ segment }) => pages[segment] ?? { items: [] };
    await hub.store(
      upserted(workItem("epic", { version: 1 }), [linkTo(itemId("epic"), goalId("g"))]),
    );
    await hub.setRule("unlinked-work");
    await hub.settle();
    expect(await subjects(hub)).toEqual([]);
  });
});

test("a link that expires opens its item's signal with the next self-check", async () => {
  const hub = await MemoryHub.ready();
  await hub.apply(upserted(goal("g")));
  const expiresAt = hub.clock.now();
  const link = { ...linkTo(itemId("epic"), goalId("g")), expiresAt };
  hub.clock.advance(-minuteMs);
  await hub.apply(upserted(workItem("epic"), [link]));
  expect(await subjects(hub)).toEqual([]);
  hub.clock.advance(minuteMs);
  await hub.selfCheck();
  expect(await hub.openSignals()).toMatchObject([
    { evidence: { facts: { reason: "link-expired" } } },
  ]);
});

test("texts longer than a signal may hold are cut, not stored unreadable", async () => {
  const hub = await waitingHub();
  const long = (word: string) => `${word} `.repeat(60).slice(0, 119).trim();
  await hub.apply(
    upserted(orgUnit("red", { name: long("red"), parentId: unitId("dept"), version: 1 })),
    upserted(orgUnit("blue", { name: long("blue"), parentId: unitId("dept"), version: 1 })),
    upserted(orgUnit("dept", { name: long("dept"), originalKind: long("kind"), version: 1 })),
    ...[
      { name: "b", person: "bob", edges: [] },
      { name: "a", person: "ann", edges: [blockedBy(itemId("a"), itemId("b"))] },
    ].map(({ name, person: who, edges }) =>
      upserted(
        workItem(name, {
          assigneeId: accountId(who),
          key: long("KEY"),
          title: `${name} ${"title ".repeat(50)}`.slice(0, 254),
          version: 1,
        }),
        edges,
      ),
    ),
  );
  const [signal] = await hub.openSignals();
  expect(signal?.title.length).toBeLessThanOrEqual(400);
  expect(signal?.evidence.sentence.length).toBeLessThanOrEqual(1000);
  await hub.apply(removed(personId("bob"), 2));
  expect(await hub.openSignals()).toEqual([]);
});

/** Calls `meanwhile` before each write of a signal, as another invocation would get in between. */
function beforeSignal(table: Table, meanwhile: () => Promise<void>): Table {
  return {
    ...table,
    write: async (write) => {
      if (write.kind === "put" && write.item["type"] === "signal") await meanwhile();
      return table.write(write);
    },
  };
}

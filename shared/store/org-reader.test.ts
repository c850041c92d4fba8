import { describe, expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import type { Page, Table } from "#shared/ports/table.ts";
import { orgUnit, person, personId, removed, unitId, upserted } from "#shared/testing/facts.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { applyChanges } from "./apply-changes.ts";
import { edgeItem } from "./facts.ts";
import { edgeKey, orgVersionKey } from "./keys.ts";
import { announceOrgChange } from "./org-changes.ts";
import { OrgReader } from "./org-reader.ts";

const clock = new ManualClock("2026-03-02T09:00:00.000Z");

/** Index queries answer as they did before `lag`, until the index has caught up. */
class LaggingIndex {
  readonly #table = createMemoryTable();
  #frozen: Map<string, Page> | undefined;
  queries = 0;

  readonly table: Table = {
    ...this.#table,
    query: async (request) => {
      if (request.index === undefined) return this.#table.query(request);
      this.queries += 1;
      return this.#frozen?.get(request.partition) ?? this.#table.query(request);
    },
  };

  async lag(): Promise<void> {
    this.#frozen = new Map();
    for (const partition of ["person", "org-unit", "account", "match"])
      this.#frozen.set(partition, await this.#table.query({ index: "list", partition }));
  }

  catchUp(): void {
    this.#frozen = undefined;
  }
}

/** Whoever writes through this announces nothing. */
function silenced(table: Table): Table["write"] {
  return async (one) =>
    one.kind === "put" && one.item.pk === orgVersionKey.pk ? { applied: true } : table.write(one);
}

describe("the organisation", () => {
  test("is read whole once, and again only after a change", async () => {
    const table = createMemoryTable();
    const deps = { table, clock };
    await applyChanges(deps, [upserted(orgUnit("red")), upserted(person("ann"))]);
    const reader = new OrgReader(table, clock);
    clock.advance(60_000);
    const org = await reader.read();
    expect(await reader.read()).toBe(org);
    await applyChanges(deps, [upserted(person("ann", { unitId: unitId("red"), version: 1 }))]);
    expect((await reader.read()).person(personId("ann"))?.unitId).toBe(unitId("red"));
  });

  test("shows what changed although the index lags, and reads it once", async () => {
    const index = new LaggingIndex();
    const deps = { table: index.table, clock };
    await applyChanges(deps, [upserted(person("ann"))]);
    await index.lag();
    await applyChanges(deps, [upserted(person("ann", { unitId: unitId("red"), version: 1 }))]);
    const reader = new OrgReader(index.table, clock);
    expect((await reader.read()).person(personId("ann"))?.unitId).toBe(unitId("red"));
    index.catchUp();
    const queries = index.queries;
    clock.advance(11_000);
    expect((await reader.read()).person(personId("ann"))?.unitId).toBe(unitId("red"));
    expect(index.queries).toBe(queries);
  });

  test("read while the index lags behind a change that nobody named is read again soon, not kept for ever", async () => {
    const index = new LaggingIndex();
    const deps = { table: index.table, clock };
    await applyChanges(deps, [upserted(person("ann"))]);
    clock.advance(60_000);
    await index.lag();
    const silent = { ...deps, table: { ...index.table, write: silenced(index.table) } };
    await applyChanges(silent, [upserted(person("ann", { unitId: unitId("red"), version: 1 }))]);
    await announceOrgChange(index.table, clock);
    const reader = new OrgReader(index.table, clock);
    expect((await reader.read()).person(personId("ann"))?.unitId).toBeUndefined();
    index.catchUp();
    clock.advance(11_000);
    expect((await reader.read()).person(personId("ann"))?.unitId).toBe(unitId("red"));
    const queries = index.queries;
    clock.advance(11_000);
    await reader.read();
    expect(index.queries).toBe(queries);
  });

  test("costs what changed, not what there is", async () => {
    const table = createMemoryTable();
    const deps = { table, clock };
    const people = Array.from({ length: 200 }, (_, at) => upserted(person(`p${at}`)));
    await applyChanges(deps, people);
    clock.advance(60_000);
    const reader = new OrgReader(table, clock);
    await reader.read();
    await applyChanges(deps, [
      upserted(person("p7", { unitId: unitId("red"), version: 1 })),
      removed(personId("p8"), 1),
    ]);
    const before = table.usage().readUnits;
    const org = await reader.read();
    // The version, the match rate that is not there, the announcement, and the two records.
    expect(table.usage().readUnits - before).toBe(5);
    expect(org.person(personId("p7"))?.unitId).toBe(unitId("red"));
    expect(org.person(personId("p8"))).toBeUndefined();
    expect([...org.people()]).toHaveLength(199);
  });

  test("takes in memberships, matches and joins that are named, and their ends", async () => {
    const table = createMemoryTable();
    const member = {
      type: "membership" as const,
      personId: personId("ann"),
      unitId: unitId("red"),
    };
    await applyChanges({ table, clock }, [upserted(orgUnit("red")), upserted(person("ann"))]);
    clock.advance(60_000);
    const reader = new OrgReader(table, clock);
    expect((await reader.read()).primaryTeamOf(personId("ann"))).toBeUndefined();
    const edge = { ...member, createdAt: clock.now() };
    await table.write({ kind: "put", item: edgeItem(edge), condition: [] });
    await announceOrgChange(table, clock, [edgeKey(edge)]);
    expect((await reader.read()).primaryTeamOf(personId("ann"))).toBe(unitId("red"));
    await table.write({ kind: "delete", key: edgeKey(edge), condition: [] });
    await announceOrgChange(table, clock, [edgeKey(edge)]);
    expect((await reader.read()).primaryTeamOf(personId("ann"))).toBeUndefined();
  });

  test("is never older than the version it was asked at, however many announce at once", async () => {
    const table = createMemoryTable();
    await applyChanges({ table, clock }, [upserted(person("p0"))]);
    clock.advance(60_000);
    const reader = new OrgReader(table, clock);
    await reader.read();
    const names = Array.from({ length: 40 }, (_, at) => `p${at}`);
    await Promise.all(
      names.map(async (name) => {
        const moved = upserted(person(name, { unitId: unitId("red"), version: 1 }));
        await applyChanges({ table, clock }, [moved]);
        expect((await reader.read()).person(personId(name))?.unitId).toBe(unitId("red"));
      }),
    );
  });

  test("that could not be read is not remembered as empty", async () => {
    const table = createMemoryTable();
    await applyChanges({ table, clock }, [upserted(person("ann"))]);
    let isDown = true;
    const reader = new OrgReader(
      {
        ...table,
        query: async (request) => {
          if (isDown) throw new Error("down");
          return table.query(request);
        },
      },
      clock,
    );
    await expect(reader.read()).rejects.toThrow("down");
    isDown = false;
    expect((await reader.read()).person(personId("ann"))).toBeDefined();
  });
});

import { describe, expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import type { Page, Table } from "#shared/ports/table.ts";
import { orgUnit, person, personId, unitId, upserted } from "#shared/testing/facts.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { applyChanges } from "./apply-changes.ts";
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

  test("read from an index that lags behind its change is read again soon, not kept for ever", async () => {
    const index = new LaggingIndex();
    const deps = { table: index.table, clock };
    await applyChanges(deps, [upserted(person("ann"))]);
    await index.lag();
    await applyChanges(deps, [upserted(person("ann", { unitId: unitId("red"), version: 1 }))]);
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

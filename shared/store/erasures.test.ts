import { describe, expect, it } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { dateOf, instantOf } from "#shared/model/time.ts";
import {
  account,
  accountId,
  goal,
  person,
  personId,
  removed,
  testEpochMs,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { forgetErased, readErasures, rememberErased, withoutErased } from "./erasures.ts";
import { scanAll } from "./list.ts";

const now = instantOf(testEpochMs);

describe("who was erased", () => {
  it("is recognised by any id or address, whatever its case, and by nothing that the table says", async () => {
    const table = createMemoryTable();
    await rememberErased(table, [personId("ann"), "ann@company.example"], now);
    const erased = await readErasures(table);
    expect(erased.has(personId("ann"))).toBe(true);
    expect(erased.has("Ann@Company.example")).toBe(true);
    expect(erased.has("bob@company.example")).toBe(false);
    expect(JSON.stringify(await scanAll(table))).not.toMatch(/ann/u);
  });

  it("is known to a process that looked before", async () => {
    const table = createMemoryTable();
    await rememberErased(table, ["ann@company.example"], now);
    await readErasures(table);
    await rememberErased(table, ["bob@company.example"], now);
    expect((await readErasures(table)).has("bob@company.example")).toBe(true);
    await forgetErased(table, "bob@company.example");
    expect((await readErasures(table)).has("bob@company.example")).toBe(false);
    expect(await forgetErased(table, "cleo@company.example")).toBe(false);
  });
});

describe("changes without the erased", () => {
  const gone = new Set<string | undefined>([
    personId("ann"),
    accountId("ann"),
    "ann@company.example",
  ]);
  const erased = { has: (id: string | undefined) => gone.has(id) };
  const of = (...changes: Parameters<typeof withoutErased>[0]) => withoutErased(changes, erased);

  it("lack their records, by id and by address, and what would bury them under their id", () => {
    const other = upserted(account("other", { workEmail: "ann@company.example" }));
    expect(of(upserted(person("ann")), other, removed(personId("ann"), 1))).toEqual([]);
  });

  it("name them nowhere: as assignee, owner, manager of today or of other days", () => {
    const work = of(
      upserted(workItem("a", { assigneeId: accountId("ann") })),
      upserted(goal("g", { ownerId: accountId("ann") })),
      upserted(
        person("bob", {
          managerId: personId("ann"),
          placements: [{ validFrom: dateOf(now), managerId: personId("ann") }],
          formerWorkEmails: ["ann@company.example", "bob.old@company.example"],
        }),
      ),
    );
    expect(JSON.stringify(work)).not.toMatch(/:ann|ann@/u);
    expect(work).toHaveLength(3);
    expect(work[2]).toMatchObject({ record: { formerWorkEmails: ["bob.old@company.example"] } });
  });

  it("are the same changes where nobody is meant", () => {
    const bob = upserted(person("bob", { managerId: personId("cleo") }));
    expect(of(bob)).toEqual([bob]);
  });
});

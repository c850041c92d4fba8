import { beforeEach, describe, expect, it } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import type { KeptRecord } from "#shared/ports/kept-records.ts";
import { peopleConnection, workConnection } from "#shared/testing/facts.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { KeptRecordStore } from "./kept-records.ts";

const clock = new ManualClock("2026-03-02T08:00:00.000Z");
let table = createMemoryTable();
let kept = new KeptRecordStore({ table, clock }, peopleConnection);

beforeEach(() => {
  table = createMemoryTable();
  kept = new KeptRecordStore({ table, clock }, peopleConnection);
});

const named = (id: string, name: string) => ({
  id,
  body: { name },
  lookups: [
    { attribute: "userName", value: name, isUnique: true },
    { attribute: "title", value: "engineer", isUnique: false },
  ],
});

async function stored(id: string, name: string, before?: KeptRecord): Promise<KeptRecord> {
  const outcome = await kept.put("users", named(id, name), before);
  if (outcome.outcome !== "stored") throw new Error(outcome.outcome);
  return outcome.record;
}

describe("a kept record", () => {
  it("is found by its id and by its values, of its own connection and collection only", async () => {
    const ann = await stored("1", "ann");
    await stored("2", "bob");
    expect(await kept.get("users", "1")).toEqual(ann);
    expect(await kept.find("users", "userName", "ann")).toEqual(["1"]);
    expect(await kept.find("users", "title", "engineer")).toEqual(["1", "2"]);
    expect(await kept.find("groups", "userName", "ann")).toEqual([]);
    const others = new KeptRecordStore({ table, clock }, workConnection);
    expect(await others.get("users", "1")).toBeUndefined();
  });

  it("is refused where another bears a value that must be unique, and nothing of it is kept", async () => {
    await stored("1", "ann");
    expect(await kept.put("users", named("2", "ann"), undefined)).toEqual({
      outcome: "taken",
      attribute: "userName",
    });
    expect(await kept.get("users", "2")).toBeUndefined();
    expect(await kept.find("users", "title", "engineer")).toEqual(["1"]);
  });

  it("gives a value free when it changes it, and keeps when it was made", async () => {
    const ann = await stored("1", "ann");
    clock.advance(60_000);
    const anna = await stored("1", "anna", ann);
    expect([anna.revision, anna.createdAt]).toEqual([2, ann.createdAt]);
    expect(anna.changedAt > ann.changedAt).toBe(true);
    expect(await kept.find("users", "userName", "ann")).toEqual([]);
    expect((await stored("2", "ann")).revision).toBe(1);
  });

  it("of two changes of one state, the second is told so", async () => {
    const ann = await stored("1", "ann");
    await stored("1", "anna", ann);
    expect(await kept.put("users", named("1", "annie"), ann)).toEqual({ outcome: "conflict" });
    expect(await kept.remove("users", ann)).toBe(false);
    expect(await kept.put("users", named("1", "ann"), undefined)).toEqual({ outcome: "conflict" });
  });

  it("is gone with its values once it is removed", async () => {
    expect(await kept.remove("users", await stored("1", "ann"))).toBe(true);
    expect(await kept.find("users", "userName", "ann")).toEqual([]);
    expect((await table.query({ partition: `kept:${peopleConnection}` })).items).toEqual([]);
  });

  it("comes in pages, in the order of ids, each once", async () => {
    for (const id of ["3", "1", "2"]) await stored(id, `name ${id}`);
    const first = await kept.page("users", undefined, 2);
    const second = await kept.page("users", first.next, 2);
    expect([...first.records, ...second.records].map(({ id }) => id)).toEqual(["1", "2", "3"]);
    expect((await kept.page("groups", undefined)).records).toEqual([]);
  });
});

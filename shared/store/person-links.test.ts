import { expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { minuteMs } from "#shared/model/time.ts";
import { goalId, itemId } from "#shared/testing/facts.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { readEdgeItem } from "./facts.ts";
import { linkKey } from "./keys.ts";
import { endPersonLink, personLinkStretches, statePersonLink } from "./person-links.ts";

const ends = { fromId: itemId("epic"), toId: goalId("north") };
const key = linkKey({ ...ends, source: "person" });

async function stateAndEnd(times: number) {
  const [table, clock] = [createMemoryTable(), new ManualClock("2026-03-02T09:00:00.000Z")];
  for (let turn = 0; turn < times; turn += 1) {
    const stamp = { confidence: 1, createdAt: clock.now() };
    await statePersonLink(table, { type: "link", ...ends, source: "person", ...stamp }, []);
    clock.advance(minuteMs);
    await endPersonLink(table, ends, clock.now());
    clock.advance(minuteMs);
  }
  const item = await table.get(key);
  if (!item) throw new Error("The ended link is not there");
  return { table, clock, item };
}

test("a link that was taken back is no edge, and tells when it stood", async () => {
  const { item, table, clock } = await stateAndEnd(2);
  expect(readEdgeItem(item)).toBeUndefined();
  expect(
    personLinkStretches(item).map(({ from, to }) => [from.slice(11, 16), to?.slice(11, 16)]),
  ).toEqual([
    ["09:00", "09:01"],
    ["09:02", "09:03"],
  ]);
  expect(item["expiresAtEpochSeconds"]).toBeGreaterThan(clock.nowMs() / 1000);
  expect(await endPersonLink(table, ends, clock.now())).toBe(false);
});

test("taking it back costs the one write that its deletion cost", async () => {
  const { table, clock } = await stateAndEnd(1);
  const stamp = { confidence: 1, createdAt: clock.now() };
  await statePersonLink(table, { type: "link", ...ends, source: "person", ...stamp }, []);
  const before = table.usage().writeUnits;
  await endPersonLink(table, ends, clock.now());
  expect(table.usage().writeUnits - before).toBe(1);
});

test("it keeps the twenty newest stretches at most, and says that there were others", async () => {
  const { item } = await stateAndEnd(30);
  const stretches = personLinkStretches(item);
  expect(stretches).toHaveLength(20);
  expect(stretches[0]).toMatchObject({ isForgotten: true, to: stretches[0]?.to });
  expect(stretches.slice(1).every(({ isForgotten }) => isForgotten === undefined)).toBe(true);
});

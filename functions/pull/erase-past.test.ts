import { expect, test } from "vitest";

import { minuteMs } from "#shared/model/time.ts";
import { scanAll } from "#shared/store/list.ts";
import { endPersonLink, statePersonLink } from "#shared/store/person-links.ts";
import {
  account,
  accountId,
  goal,
  goalId,
  itemId,
  linkTo,
  person,
  personId,
  removed,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { MemoryHub } from "../../tests/rig/memory-hub.ts";
import { erasePerson } from "./erase-person.ts";
import { removeHeld } from "./remove-held.ts";

/** Ann worked on two items: one is another's now, one was removed. Somebody linked one, and took it back. */
async function company(): Promise<MemoryHub> {
  const hub = await MemoryHub.ready();
  const ann = { assigneeId: accountId("ann") };
  await hub.apply(
    upserted(person("ann")),
    upserted(account("ann")),
    upserted(goal("north")),
    upserted(workItem("api", { ...ann, teamName: "Red" }), [
      linkTo(itemId("api"), goalId("north")),
    ]),
    upserted(workItem("db", ann)),
  );
  hub.clock.advance(minuteMs);
  await hub.apply(upserted(workItem("api", { version: 1 })), removed(itemId("db"), 1));
  const ends = { fromId: itemId("api"), toId: goalId("north") };
  const stamp = { confidence: 1, createdAt: hub.clock.now() };
  await statePersonLink(hub.table, { type: "link", ...ends, source: "person", ...stamp }, []);
  hub.clock.advance(minuteMs);
  await endPersonLink(hub.table, ends, hub.clock.now());
  await hub.settle();
  return hub;
}

const whole = async (hub: MemoryHub) => JSON.stringify(await scanAll(hub.table));

test("who is erased is in no past of work that was theirs", async () => {
  const hub = await company();
  expect(await whole(hub)).toContain(accountId("ann"));
  const deps = { table: hub.table, clock: hub.clock, logger: createSilentLogger() };
  await erasePerson({ ...deps, random: (length) => "r".repeat(length) }, personId("ann"));
  const left = await whole(hub);
  expect(left).not.toContain(accountId("ann"));
  // The past of the work itself stays.
  expect(left).toContain("t=Red");
});

test("of a connection that is taken away nothing is remembered, not even of what it had removed", async () => {
  const hub = await company();
  expect(await whole(hub)).toContain("ended-link");
  while ((await removeHeld(hub, workConnection)) > 0);
  const items = (await scanAll(hub.table)).filter(({ pk }) => pk.includes(`:${workConnection}:`));
  const kept = items.filter((item) => item["type"] === "work-item");
  expect(kept.map((item) => [item["isRemoved"], item["cpk"]])).toEqual([
    [true, undefined],
    [true, undefined],
  ]);
  const text = JSON.stringify(items);
  for (const trace of ["t=Red", accountId("ann"), "ended-link", "stretches", goalId("north")]) {
    expect(text.replaceAll(`"pk":"${accountId("ann")}"`, "")).not.toContain(trace);
  }
});

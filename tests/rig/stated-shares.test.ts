import { expect, test } from "vitest";

import { sweep } from "#functions/sweep/sweep.ts";
import { rules } from "#shared/rules/index.ts";
import { readCountedShares } from "#shared/store/counted-shares.ts";
import {
  account,
  accountId,
  goal,
  goalId,
  itemId,
  linkTo,
  orgUnit,
  person,
  unitId,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { MemoryHub } from "./memory-hub.ts";
import { ToolHub } from "./tool-hub.ts";

/** A department of one team with four pieces of work, one of them linked. */
async function company(share: number): Promise<MemoryHub> {
  const hub = await MemoryHub.ready();
  await hub.apply(
    upserted(orgUnit("dept", {})),
    upserted(orgUnit("red", { parentId: unitId("dept") })),
    upserted(person("ana", { unitId: unitId("red") })),
    upserted(account("ana")),
    upserted(goal("north")),
  );
  const allowedShares = [{ unitId: unitId("dept"), share, reason: "running the business" }];
  await hub.setRule("unlinked-work", { graceMinutes: 60, allowedShares });
  const work = (name: string) => workItem(name, { assigneeId: accountId("ana") });
  await hub.apply(
    upserted(work("w1"), [linkTo(itemId("w1"), goalId("north"))]),
    upserted(work("w2"), [linkTo(itemId("w2"), goalId("north"))]),
    upserted(work("w3"), [linkTo(itemId("w3"), goalId("north"))]),
    upserted(work("e1")),
  );
  return hub;
}

const unlinked = async (hub: MemoryHub) =>
  (await hub.alerts()).filter(({ rule }) => rule === "unlinked-work");

async function anHour(hub: MemoryHub): Promise<void> {
  hub.clock.advance(61 * 60_000);
  await hub.selfCheck();
  const { deps } = new ToolHub();
  await sweep({ ...deps, table: hub.table, clock: hub.clock, rules });
  await hub.settle();
}

test("alerts within the share that a unit states wait, with the reason, and all go when it is exceeded", async () => {
  const hub = await company(0.25);
  await anHour(hub);
  const shares = await readCountedShares(hub.table, "unlinked-work");
  expect([...shares.values()]).toMatchObject([{ unitId: unitId("dept"), looked: 4, found: 1 }]);
  expect(await unlinked(hub)).toMatchObject([
    {
      status: "pending",
      heldBecause: "within the 25 % that dept states for running the business",
    },
  ]);
  await hub.apply(upserted(workItem("e2", { assigneeId: accountId("ana") })));
  await anHour(hub);
  const alerts = await unlinked(hub);
  expect(alerts.map(({ status }) => status)).toEqual(["open", "open"]);
  expect(alerts.every(({ heldBecause }) => heldBecause === undefined)).toBe(true);
});

test("a smaller share lets go what waited", async () => {
  const hub = await company(0.25);
  await anHour(hub);
  const allowedShares = [{ unitId: unitId("dept"), share: 0.1, reason: "it" }];
  await hub.setRule("unlinked-work", { graceMinutes: 60, allowedShares });
  await anHour(hub);
  expect(await unlinked(hub)).toMatchObject([{ status: "open" }]);
});

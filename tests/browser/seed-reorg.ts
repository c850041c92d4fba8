import { noLinkRules } from "#shared/graph/link-rules.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { OrgUnit, Person } from "#shared/model/facts.ts";
import { CalendarDate } from "#shared/model/time.ts";
import { loadWholeGraph } from "#shared/store/whole-graph.ts";
import { orgUnit, unitId, upserted } from "#shared/testing/facts.ts";

import type { MemoryHub } from "../rig/memory-hub.ts";

/*
 * Changes to come: on one day some people go to another team and somebody leaves, later a team comes to belong
 * elsewhere. Beside that delivery teams, and what does not add up.
 */

const today = CalendarDate.parse("2026-03-02");
const april = CalendarDate.parse("2026-04-01");
const may = CalendarDate.parse("2026-05-04");

export async function seedReorg(hub: MemoryHub): Promise<void> {
  const { graph, facts } = await loadWholeGraph(hub.table, new Map(), {
    day: today,
    linkRules: noLinkRules,
  });
  const { org } = graph;
  const version = { sourceVersion: hub.clock.nowMs(), readAt: hub.clock.now() };
  // Work of a tool that names no team is whoever's team it is that does it.
  const busy = [...graph.dependencies()].flatMap(({ blockedId, blockingId }) =>
    [graph.item(blockedId), graph.item(blockingId)].flatMap((item) => {
      const isTheirs = item && isOpen(item) && item.teamName === undefined;
      const person = isTheirs && item.assigneeId ? org.personOf(item.assigneeId) : undefined;
      return person?.employmentStatus === "active" ? [person] : [];
    }),
  );
  const [leaver, ...movers] = [...new Set(busy)].slice(0, 8);
  const teams = [...org.units()].filter(({ originalKind }) => originalKind === "team");
  const to = teams.find(({ id }) => !busy.some(({ unitId: own }) => own === id));
  const third = teams.find(({ parentId }) => parentId !== to?.parentId);
  const login = [...org.accounts()].find(({ id }) => org.personOf(id)?.id === leaver?.id);
  const goal = facts.find((fact) => fact.type === "goal" && isOpen(fact));
  if (!leaver || !to || !third || !login || goal?.type !== "goal") {
    throw new Error("The sample company is too small");
  }
  const manager = org.leadOf(to.id);
  const moved = (one: Person): Person => ({
    ...one,
    ...version,
    placements: [
      { validFrom: today, ...placeOf(one) },
      { validFrom: april, unitId: to.id, ...(manager !== undefined && { managerId: manager }) },
    ],
  });
  await hub.apply(
    ...movers.map((one) => upserted(moved(one))),
    upserted({ ...leaver, ...version, endOn: CalendarDate.parse("2026-03-31") }),
    upserted({ ...goal, ...version, ownerId: login.id }),
    upserted({ ...third, ...version, placements: parentsOf(third, to) }),
    upserted(orgUnit("platform", { name: "Platform guild", isDeliveryTeam: true })),
    upserted(orgUnit("squad", { name: "Checkout squad", isDeliveryTeam: true, boundToId: to.id })),
    upserted(orgUnit("ring-1", { name: "Ring North", parentId: unitId("ring-2") })),
    upserted(orgUnit("ring-2", { name: "Ring South", parentId: unitId("ring-1") })),
  );
}

function placeOf({ unitId: unit, managerId }: Person) {
  return {
    ...(unit !== undefined && { unitId: unit }),
    ...(managerId !== undefined && { managerId }),
  };
}

function parentsOf(unit: OrgUnit, other: OrgUnit): NonNullable<OrgUnit["placements"]> {
  const rows = [
    { validFrom: today, parentId: unit.parentId },
    { validFrom: may, parentId: other.parentId },
  ];
  return rows.map(({ validFrom, parentId }) => ({
    validFrom,
    ...(parentId !== undefined && { parentId }),
  }));
}

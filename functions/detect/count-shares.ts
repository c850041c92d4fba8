import { teamOf } from "#shared/graph/team.ts";
import { allowedShareOf } from "#shared/kit/alert-share.ts";
import type { Rule } from "#shared/kit/rule.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { OrgUnitId } from "#shared/model/ids.ts";
import { isIdOf } from "#shared/model/ids.ts";
import type { RuleSettings } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import type { Counted } from "#shared/store/counted-shares.ts";
import { saveCountedShare } from "#shared/store/counted-shares.ts";
import type { WholeGraph } from "#shared/store/whole-graph.ts";

interface CountDeps {
  readonly table: Table;
  readonly rules: readonly Rule[];
}

/**
 * How much of the work that an allowance is stated for was found, for every unit that the settings name:
 * alerts wait while it is within that share. A document for each, whatever the number of teams.
 */
export async function countShares(
  { table, rules }: CountDeps,
  whole: WholeGraph,
  { all, asOf }: { readonly all: readonly RuleSettings[]; readonly asOf: Instant },
): Promise<void> {
  for (const settings of all) {
    const rule = rules.find(({ name }) => name === settings.rule);
    if (!rule || !settings.isEnabled) continue;
    const counted = sharesOf(whole, rule, settings.allowedShares ?? []);
    for (const one of counted) await saveCountedShare(table, rule.name, { ...one, asOf });
  }
}

/** Work counts where the nearest allowance above its team is; what no allowance is for counts nowhere. */
function sharesOf(
  { graph, openSignals }: Pick<WholeGraph, "graph" | "openSignals">,
  rule: Rule,
  allowedShares: NonNullable<RuleSettings["allowedShares"]>,
): readonly Omit<Counted, "asOf">[] {
  if (allowedShares.length === 0) return [];
  const looked = new Map<OrgUnitId, number>(allowedShares.map(({ unitId }) => [unitId, 0]));
  const found = new Map(looked);
  const add = (counts: Map<OrgUnitId, number>, teamId: OrgUnitId | undefined) => {
    const up = teamId === undefined ? [] : [teamId, ...graph.org.pathUp(teamId)];
    const unitId = allowedShareOf(allowedShares, up)?.unitId;
    if (unitId !== undefined) counts.set(unitId, (counts.get(unitId) ?? 0) + 1);
  };
  for (const id of rule.subjects(graph)) {
    const item = isIdOf("work-item", id) ? graph.item(id) : undefined;
    if (item && isOpen(item)) add(looked, teamOf(graph.org, item).teamId);
  }
  for (const signal of openSignals) {
    if (signal.rule === rule.name) add(found, signal.teamIds[0]);
  }
  return [...looked].map(([unitId, count]) => ({
    unitId,
    looked: count,
    found: found.get(unitId) ?? 0,
  }));
}

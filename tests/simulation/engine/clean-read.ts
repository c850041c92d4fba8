import { activeRules } from "#functions/detect/active-rules.ts";
import { evaluate } from "#functions/detect/doubt.ts";
import { nextSignal } from "#functions/detect/next-signal.ts";
import { silentLogger } from "#infra/local/logger.ts";
import { storable } from "#shared/adapters/dynamodb/storable.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { noLinkRules } from "#shared/graph/link-rules.ts";
import type { Change } from "#shared/model/change.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { Signal } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { dateOf } from "#shared/model/time.ts";
import type { Item, Table } from "#shared/ports/table.ts";
import { rules } from "#shared/rules/index.ts";
import { readSourceStates } from "#shared/store/connections.ts";
import { edgeItem, edgesOf, factItem, tombstoneItem } from "#shared/store/facts.ts";
import { wholeGraphOf } from "#shared/store/whole-graph.ts";

import type { Run } from "./run.ts";
import { setRules, storeConnection } from "./setup.ts";
import { toolNames } from "./world/company.ts";
import { addressesIn, normalize } from "./world/normalize.ts";
import type { Tool } from "./world/tool.ts";

/** What a hub that saw nothing of it all has, after one full read of the same world. */
export interface CleanRead {
  readonly items: readonly Item[];
  readonly openSignals: readonly Signal[];
}

/** Each record once, as it is stored; and what a pass over everything finds in that. */
export async function readClean(run: Run): Promise<CleanRead> {
  const table = createMemoryTable();
  const deps = { table, clock: run.clock };
  const freshAt = run.clock.now();
  await setRules(deps, 0);
  const { sites } = run.company;
  const items: Item[] = [];
  for (const name of toolNames) {
    const { spec } = sites[name].tool;
    const given = { id: spec.connectionId, connector: spec.name };
    await storeConnection(deps, { ...given, readyAt: freshAt, freshAt });
    const changes = [...changesOf(run, sites[name].tool), ...gravesOf(run, sites[name].tool)];
    items.push(...changes.flatMap((change) => itemsOf(change, freshAt)));
  }
  return { items, openSignals: await signalsIn(run, table, items) };
}

function itemsOf(change: Change, now: Instant): readonly Item[] {
  if (change.kind === "removed") {
    const type = readFactId(change.id)?.type;
    return type === undefined ? [] : [storable(tombstoneItem(change, type))];
  }
  const edges = edgesOf(change, now);
  const fact = factItem(change, edges, { current: undefined, now });
  return [fact, ...edges.map(edgeItem)].map(storable);
}

/** What a first pass over everything opens; `table` holds the connections and what the rules are set to. */
async function signalsIn(
  run: Run,
  table: Table,
  items: readonly Item[],
): Promise<readonly Signal[]> {
  const { clock, ground } = run.host;
  const now = clock.now();
  const sources = await readSourceStates(table, clock, ground.registry);
  const whole = wholeGraphOf(items, sources, { day: dateOf(now), linkRules: noLinkRules });
  const active = await activeRules(table, rules, silentLogger);
  return active.flatMap(({ rule, options }) =>
    [...new Set(rule.subjects(whole.graph))].flatMap((subjectId) => {
      const given = { subjectId, options, now, stored: undefined };
      const evaluation = evaluate(rule, given, whole);
      return nextSignal({ ...given, rule: rule.name, evaluation, sources }) ?? [];
    }),
  );
}

/**
 * Deletion is a fact: that something is gone is known, and is another thing than that it was never read.
 * What went before the first reading came to it, nobody can know.
 */
function gravesOf(run: Run, tool: Tool): readonly Change[] {
  const readAt = run.clock.now();
  return [...tool.records.values()].flatMap((record): Change[] =>
    record.isDeleted && run.heardOf.has(tool.idOf(record))
      ? [{ kind: "removed", id: tool.idOf(record), sourceVersion: record.version, readAt }]
      : [],
  );
}

/** All that a tool shows now, as its connector reads it. */
export function changesOf(run: Run, tool: Tool): readonly Change[] {
  const wires = tool.spec.collections.flatMap(({ name }) =>
    // As the API sends it.
    tool.visible(name).map((record): unknown => JSON.parse(JSON.stringify(tool.wireOf(record)))),
  );
  const resolve = resolverOf(run, wires);
  const readAt = run.clock.now();
  return wires.flatMap((wire) => {
    const change = normalize({ tool, readAt, resolve }, wire);
    return "kind" in change ? [change] : [];
  });
}

function resolverOf({ company }: Run, wires: readonly unknown[]) {
  const known = new Map(
    [...new Set(addressesIn(wires))].map((address) => {
      const url = new URL(address);
      const [, collection = "", id = ""] = url.pathname.split("/");
      const name = url.host.split(".")[0] === "board" ? "board" : "tracker";
      // Addresses of the company's are of work or of goals.
      return [address, company.sites[name].tool.idOf({ collection, id }) as never] as const;
    }),
  );
  return (url: string) => known.get(url);
}

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
import type { Tool, Truth } from "./world/tool.ts";

/** Each record once, as a hub that saw nothing of it all would store it after one full read of the same world. */
export function readClean(run: Run): readonly Item[] {
  const now = run.clock.now();
  return toolNames.flatMap((name) => {
    const { tool } = run.company.sites[name];
    const changes = [...changesOf(run, tool, tool.shown()), ...gravesOf(run, tool)];
    return changes.flatMap((change) => itemsOf(change, now));
  });
}

function itemsOf(change: Change, now: Instant): readonly Item[] {
  if (change.kind === "removed") {
    const type = readFactId(change.id)?.type;
    return type === undefined ? [] : [tombstoneItem(change, type, now)];
  }
  const edges = edgesOf(change, now);
  return [factItem(change, edges, { current: undefined, now }), ...edges.map(edgeItem)];
}

/** What a first pass over everything opens, where `items` were read from sources that are all fresh. */
export async function signalsIn(run: Run, items: readonly Item[]): Promise<readonly Signal[]> {
  const { clock, ground } = run.host;
  const now = clock.now();
  const table = await freshHub(run);
  const sources = await readSourceStates(table, clock, ground.registry);
  const stored = items.map(storable);
  const whole = wholeGraphOf(stored, sources, { day: dateOf(now), linkRules: noLinkRules });
  const active = await activeRules(table, rules, silentLogger);
  return active.flatMap(({ rule, options }) =>
    [...new Set(rule.subjects(whole.graph))].flatMap((subjectId) => {
      const given = { subjectId, options, now, stored: undefined };
      const evaluation = evaluate(rule, given, whole);
      return nextSignal({ ...given, rule: rule.name, evaluation, sources }) ?? [];
    }),
  );
}

/** A hub whose connections have just been read whole, with the rules as the run's hub has them set. */
async function freshHub({ clock, company }: Run): Promise<Table> {
  const table = createMemoryTable();
  const [deps, freshAt] = [{ table, clock }, clock.now()];
  await setRules(deps, 0);
  for (const name of toolNames) {
    const { connectionId: id, name: connector } = company.sites[name].tool.spec;
    await storeConnection(deps, { id, connector, readyAt: freshAt, freshAt });
  }
  return table;
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

/** Records of a tool as it shows them now, as its connector reads them. */
export function changesOf(run: Run, tool: Tool, records: readonly Truth[]): readonly Change[] {
  const wires = records.map((record) => tool.wireOf(record));
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

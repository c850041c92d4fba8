import { recompute } from "#functions/detect/recompute.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import type { Change } from "#shared/model/change.ts";
import type { Signal } from "#shared/model/signal.ts";
import type { Table } from "#shared/ports/table.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import { listDocuments } from "#shared/store/documents.ts";
import { lists } from "#shared/store/keys.ts";
import { signalSpec } from "#shared/store/specs.ts";

import { detectDeps } from "./host/processes.ts";
import type { Run } from "./run.ts";
import { setRules, storeConnection } from "./setup.ts";
import { toolNames } from "./world/company.ts";
import { addressesIn, normalize } from "./world/normalize.ts";
import type { Tool } from "./world/tool.ts";

/** What a hub that saw nothing of it all has, after one full read of the same world. */
export interface CleanRead {
  readonly table: Table;
  readonly openSignals: readonly Signal[];
}

export async function readClean(run: Run): Promise<CleanRead> {
  const table = createMemoryTable();
  const deps = { table, clock: run.clock };
  const freshAt = run.clock.now();
  await setRules(deps, 0);
  const { sites } = run.company;
  for (const name of toolNames) {
    const { spec } = sites[name].tool;
    const given = { id: spec.connectionId, connector: spec.name };
    await storeConnection(deps, { ...given, readyAt: freshAt, freshAt });
    await applyChanges(deps, [
      ...changesOf(run, sites[name].tool),
      ...gravesOf(run, sites[name].tool),
    ]);
  }
  await recompute(detectDeps({ ...run.host.ground, table }));
  return { table, openSignals: await listDocuments(table, signalSpec, lists.openSignals) };
}

/** Deletion is a fact: that something is gone is known, and is another thing than that it was never read. */
function gravesOf(run: Run, tool: Tool): readonly Change[] {
  const readAt = run.clock.now();
  return [...tool.records.values()].flatMap((record): Change[] =>
    record.isDeleted
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

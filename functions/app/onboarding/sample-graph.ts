import { sourceState } from "#shared/graph/sources.ts";
import type { Change, Rejected } from "#shared/model/change.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { Fact } from "#shared/model/facts.ts";
import { dateOf } from "#shared/model/time.ts";
import type { Item } from "#shared/ports/table.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import { readSourceStates } from "#shared/store/connections.ts";
import { readFactItem } from "#shared/store/facts.ts";
import { lists } from "#shared/store/keys.ts";
import { readLinkRules } from "#shared/store/link-rules.ts";
import { queryAll, scanAll } from "#shared/store/list.ts";
import { wholeGraphOf } from "#shared/store/whole-graph.ts";
import type { WholeGraph } from "#shared/store/whole-graph.ts";

import type { AppContext } from "../app-deps.ts";
import type { Sampled } from "./read-sample.ts";

/** A sample as the hub would hold it, together with the goals and people that it holds already. */
export interface SampleGraph extends Omit<WholeGraph, "facts"> {
  /** Of the sample alone. */
  readonly facts: WholeGraph["facts"];
  readonly refused: readonly (Rejected & { readonly collection: string })[];
}

const knownLists = [lists.goals, lists.people, lists.accounts, lists.orgUnits, lists.matches];

/**
 * Stores the sample in a table of its own, by the very code that would store it, and makes a graph of
 * it. The connection counts as read whole: what is looked at is what its records say by themselves.
 */
export async function graphOfSample(
  context: AppContext,
  connection: Connection,
  { sample, above }: { readonly sample: readonly Sampled[]; readonly above: readonly Change[] },
): Promise<SampleGraph> {
  const { clock, registry, createScratchTable } = context;
  const table = createScratchTable();
  const refused: (Rejected & { readonly collection: string })[] = [];
  for (const { collection, changes } of sample) {
    const applied = await applyChanges({ table, clock }, changes);
    refused.push(...applied.refused.map((one) => ({ ...one, collection: collection.name })));
  }
  const facts = factsOf(await scanAll(table));
  await applyChanges({ table, clock }, above);
  const now = clock.now();
  const [own, known, states, linkRules] = await Promise.all([
    scanAll(table),
    readKnown(context),
    readSourceStates(context.table, clock, registry),
    readLinkRules(context.table, now),
  ]);
  const asRead = { ...connection, readyAt: now, freshAt: now };
  const sources = new Map(states).set(
    connection.id,
    sourceState(asRead, registry.providesGoals(connection), clock.nowMs()),
  );
  const whole = wholeGraphOf([...known, ...own], sources, { day: dateOf(now), linkRules });
  return { ...whole, facts, refused };
}

function factsOf(items: readonly Item[]): readonly Fact[] {
  return items.flatMap((item) => {
    const stored = readFactItem(item);
    return stored?.isRemoved === false ? [stored.fact] : [];
  });
}

async function readKnown({ table }: AppContext): Promise<readonly Item[]> {
  const found = await Promise.all(
    knownLists.map((partition) => queryAll(table, { index: "list", partition })),
  );
  return found.flat();
}

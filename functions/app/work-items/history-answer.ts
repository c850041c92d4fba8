import * as z from "zod";

import { statusSince } from "#shared/graph/past.ts";
import type { WorkItem } from "#shared/model/facts.ts";
import type { History, HistoryId } from "#shared/model/history.ts";
import type { Instant } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { readFactItem } from "#shared/store/facts.ts";
import { factKey } from "#shared/store/keys.ts";

const Side = z
  .strictObject({
    status: z.string().optional(),
    id: z.string().optional(),
    name: z.string().optional(),
  })
  .meta({ description: "A status, or another item by its id and, where we hold it, its name" });

/** What happened to one item before now, in our words; whoever did it is nowhere kept. */
export const HistoryAnswer = z
  .strictObject({
    transitions: z
      .array(
        z.strictObject({
          what: z.enum(["status", "parent", "blocked-by"]),
          at: z.string(),
          from: Side.optional(),
          to: Side.optional(),
        }),
      )
      .meta({ description: "Newest first, at most a hundred" }),
    isCut: z.boolean().meta({ description: "There were older ones that are not kept" }),
    readAt: z.string(),
  })
  .meta({ id: "History" });
export type HistoryAnswer = z.input<typeof HistoryAnswer>;

/** Looks up the names of the other items; those we do not hold have none. */
export async function describeHistory(table: Table, history: History): Promise<HistoryAnswer> {
  const { transitions, isCut, readAt } = history;
  const names = await namesOf(
    table,
    transitions.flatMap((each) =>
      each.what === "status" ? [] : [each.from, each.to].filter((id) => id !== undefined),
    ),
  );
  const other = (id: HistoryId | undefined) => id && { id, name: names.get(id) };
  return {
    transitions: transitions.toReversed().map((each) => {
      const { what, at } = each;
      if (each.what !== "status") return { what, at, from: other(each.from), to: other(each.to) };
      const { from, to } = each;
      return { what, at, from: from && { status: from }, to: to && { status: to } };
    }),
    isCut,
    readAt,
  };
}

async function namesOf(
  table: Table,
  ids: readonly HistoryId[],
): Promise<ReadonlyMap<string, string>> {
  const items = await table.batchGet([...new Set(ids)].map(factKey));
  return new Map(
    items.flatMap((item) => {
      const stored = readFactItem(item);
      const fact = stored?.isRemoved === false ? stored.fact : undefined;
      if (fact?.type !== "work-item" && fact?.type !== "goal") return [];
      const name = fact.key === undefined ? fact.title : `${fact.key} ${fact.title}`;
      return [[fact.id, name] as const];
    }),
  );
}

/** The tool's own word first. */
export function sinceWhen(item: WorkItem, past: History | undefined): Instant | undefined {
  return item.statusSince ?? (past && statusSince(past, item.status));
}

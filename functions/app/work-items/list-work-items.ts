import * as z from "zod";

import { isAboutFew } from "#shared/graph/headcount.ts";
import { teamPeopleMin } from "#shared/graph/matching-teams.ts";
import { isOpen } from "#shared/model/facts.ts";
import { WorkItemKind, WorkStatus } from "#shared/model/facts.ts";
import { OrgUnitId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { pageOf, pageQuery } from "../http/paging.ts";
import { allSources, describeItem } from "./describe.ts";
import type { Seen, Snapshot } from "./snapshot.ts";
import { VerdictKind } from "./work-answers.ts";
import type { SourceAnswer, WorkItemAnswer } from "./work-answers.ts";

export const WorkItemsQuery = z.strictObject({
  verdict: VerdictKind.optional(),
  team: z
    .string()
    .optional()
    .meta({ description: "An org unit's id, or `none` for no known team" }),
  connection: z.string().optional(),
  kind: WorkItemKind.optional(),
  status: z
    .union([WorkStatus, z.literal("open")])
    .optional()
    .meta({ description: "`open` is to do or in progress" }),
  text: z.string().max(200).optional().meta({ description: "In title, key or container" }),
  ...pageQuery,
});
export type WorkItemsQuery = z.infer<typeof WorkItemsQuery>;

export interface WorkItemList {
  readonly asOf: string;
  /** Absent where it would be a figure about fewer than five people. */
  readonly total: number | undefined;
  readonly items: WorkItemAnswer[];
  readonly sources: SourceAnswer[];
  readonly next: string | undefined;
}

/** A page of the work that fits the filters, by the snapshot's verdicts. */
export async function listWorkItems(
  context: AppContext,
  query: WorkItemsQuery,
): Promise<WorkItemList> {
  const snapshot = await context.snapshots.read();
  const found = filterSeen(snapshot, query);
  const { page, next } = pageOf(found, (seen) => seen.sortKey, query);
  return {
    asOf: snapshot.asOf,
    total: isTold(snapshot, query) ? found.length : undefined,
    items: page.map(({ item, sight }) => describeItem(snapshot.graph, item, sight)),
    sources: allSources(snapshot.graph.sources, context.clock.nowMs()),
    next,
  };
}

/**
 * A number of the work of a small team, named by the question, would be one about persons; with coverage,
 * that of no team's work would be theirs.
 */
function isTold({ graph: { org }, seen }: Snapshot, { team }: WorkItemsQuery): boolean {
  const isSmall = (id: OrgUnitId) => org.membersOf(id).length < teamPeopleMin;
  if (team === "none") return !isAboutFew(org, teamsOf(seen).filter(isSmall));
  const asked = OrgUnitId.safeParse(team);
  return !asked.success || !isSmall(asked.data);
}

/** Whose work it is, as far as that is known. */
function teamsOf(seen: readonly Seen[]): readonly OrgUnitId[] {
  return [...new Set(seen.flatMap(({ team }) => team.teamId ?? []))];
}

function filterSeen(snapshot: Snapshot, query: WorkItemsQuery): readonly Seen[] {
  const text = query.text?.trim().toLowerCase();
  const tests: ((seen: Seen) => boolean)[] = [];
  if (query.verdict) tests.push(({ sight }) => sight.verdict === query.verdict);
  if (query.team) {
    const wanted = query.team === "none" ? undefined : query.team;
    tests.push(({ team }) => team.teamId === wanted);
  }
  if (query.connection) tests.push(({ item }) => item.connectionId === query.connection);
  if (query.kind) tests.push(({ item }) => item.kind === query.kind);
  if (query.status === "open") tests.push(({ item }) => isOpen(item));
  else if (query.status) tests.push(({ item }) => item.status === query.status);
  if (text) tests.push(({ item }) => searchable(item).includes(text));
  return snapshot.seen.filter((seen) => tests.every((test) => test(seen)));
}

function searchable(item: Seen["item"]): string {
  return `${item.key ?? ""} ${item.title} ${item.container ?? ""}`.toLowerCase();
}

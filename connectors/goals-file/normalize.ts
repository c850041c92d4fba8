import type { UrlResolver } from "#shared/kit/connector.ts";
import type { AssertedEdge, Change, Rejected } from "#shared/model/change.ts";
import type { GoalKind } from "#shared/model/facts.ts";
import { GoalId, factId } from "#shared/model/ids.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { epochMsOf } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";

import type { PlacedRow } from "./row.ts";

interface Circumstances {
  readonly connectionId: ConnectionId;
  readonly readAt: Instant;
  readonly resolveUrl: UrlResolver;
}

export interface NormalizedGoals {
  readonly changes: readonly Change[];
  /** References that lead nowhere; their goals are kept without them. */
  readonly rejected: readonly Rejected[];
}

/** Kinds by depth, for rows that do not say. */
const kindsByDepth: readonly GoalKind[] = ["theme", "objective", "key-result", "initiative"];

export function goalFileId(connectionId: ConnectionId, id: string): GoalId {
  // Signs that could run two ids together are written out: ids are the admin's own words.
  const native = id.replace(/[%\s]/gu, (sign) => encodeURIComponent(sign));
  return factId("goal", "goals-file", connectionId, native);
}

/** All addresses of other tools that the rows name. */
export function addressesIn(rows: readonly PlacedRow[]): readonly string[] {
  return rows.flatMap(({ row }) => [
    ...(row.supportedBy ?? []),
    ...(row.parent !== undefined && isAddress(row.parent) ? [row.parent] : []),
  ]);
}

function isAddress(text: string): boolean {
  return /^https?:/u.test(text);
}

/** The goals of a file with the work that supports them. Pure. */
export function normalizeGoals(rows: readonly PlacedRow[], where: Circumstances): NormalizedGoals {
  const byId = new Map(rows.map((placed) => [placed.row.id, placed]));
  const changes: Change[] = [];
  const rejected: Rejected[] = [];
  for (const placed of rows) {
    const { row, placeOf } = placed;
    const reject = (path: readonly PropertyKey[], reason: string) =>
      rejected.push({ record: placeOf(path), reason });
    const parentId = parentOf(placed, byId, where);
    if (row.parent !== undefined && parentId === undefined) {
      reject(["parent"], "parent is neither an id in this file nor the address of a known goal");
    }
    const id = goalFileId(where.connectionId, row.id);
    const edges: AssertedEdge[] = [];
    for (const [at, url] of (row.supportedBy ?? []).entries()) {
      const fromId = where.resolveUrl(url);
      if (fromId === undefined) {
        reject(["supportedBy", at], "supportedBy: no connection knows this address");
      } else if (!edges.some((edge) => edge.type === "link" && edge.fromId === fromId)) {
        edges.push({ type: "link", fromId, toId: id, source: "field", confidence: 1 });
      }
    }
    changes.push({ kind: "upserted", edges, record: goalOf(placed, byId, { ...where, parentId }) });
  }
  return { changes, rejected };
}

function goalOf(
  { row }: PlacedRow,
  byId: ReadonlyMap<string, PlacedRow>,
  where: Circumstances & { readonly parentId: GoalId | undefined },
) {
  const kind = row.kind ?? kindsByDepth[Math.min(depthOf(row.id, byId), 3)] ?? "objective";
  const status = row.status ?? "in-progress";
  return {
    type: "goal" as const,
    id: goalFileId(where.connectionId, row.id),
    connectionId: where.connectionId,
    // A file has no versions: the later reading is the truer, and an unchanged goal costs no write.
    sourceVersion: epochMsOf(where.readAt),
    readAt: where.readAt,
    kind,
    originalKind: kind,
    title: row.title,
    status,
    originalStatus: status,
    ...(where.parentId !== undefined && { parentId: where.parentId }),
    ...(row.url !== undefined && { url: row.url }),
    ...(row.team !== undefined && { teamName: row.team }),
    ...(row.start !== undefined && { startOn: row.start }),
    ...(row.due !== undefined && { dueOn: row.due }),
    ...(row.progress !== undefined && { progress: row.progress }),
  };
}

/** Another row, or a goal of another tool by its address. */
function parentOf(
  { row }: PlacedRow,
  byId: ReadonlyMap<string, PlacedRow>,
  where: Circumstances,
): GoalId | undefined {
  if (row.parent === undefined) return undefined;
  if (byId.has(row.parent)) return goalFileId(where.connectionId, row.parent);
  const resolved = isAddress(row.parent) ? where.resolveUrl(row.parent) : undefined;
  return GoalId.safeParse(resolved).data;
}

function depthOf(id: string, byId: ReadonlyMap<string, PlacedRow>): number {
  const seen = new Set<string>([id]);
  let depth = 0;
  let parent = byId.get(id)?.row.parent;
  // A cycle ends where it began; who makes one gets some kind.
  while (parent !== undefined && !seen.has(parent)) {
    seen.add(parent);
    depth += 1;
    parent = byId.get(parent)?.row.parent;
  }
  return depth;
}

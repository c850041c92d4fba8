import type { LinkSource } from "./edges.ts";
import type { FactId, GoalId, WorkItemId } from "./ids.ts";
import type { Instant } from "./time.ts";

/**
 * What of a record is remembered of the past: all that a verdict, an anchor or a dependency rests on, and
 * nothing that only explains it (titles, addresses, due words).
 */
export const pastFields = [
  "status",
  "parentId",
  "otherParentIds",
  "container",
  "teamName",
  "assigneeId",
  "canHoldGoal",
  "dueOn",
  "kind",
  "originalKind",
  "labels",
  "section",
  "fields",
] as const;
export type PastField = (typeof pastFields)[number];

/** An edge of then, with what of it counted; who asserted it is whose past tells of it. */
export type PastEdge =
  | {
      readonly type: "link";
      readonly fromId: WorkItemId | GoalId;
      readonly toId: GoalId;
      readonly source: LinkSource;
      readonly confidence: number;
      readonly weight?: number;
      readonly expiresAt?: Instant;
    }
  | {
      readonly type: "dependency";
      readonly blockedId: WorkItemId;
      readonly blockingId: WorkItemId;
      readonly source: "native" | "field" | "person";
    };

/** One write of a record, as what it undid. */
export interface PastRow {
  /** The hub's time of that write. */
  readonly at: Instant;
  /** True: before it, no such record stood. */
  readonly wasAbsent?: boolean;
  /** Fields that differed, as they were before; undefined: not there. */
  readonly was: ReadonlyMap<PastField, unknown>;
  /** Edges that it brought. */
  readonly came: readonly PastEdge[];
  /** Edges that it took. */
  readonly went: readonly PastEdge[];
}

/** The past of one record, as the hub saw it. */
export interface RecordPast {
  readonly id: FactId;
  /** From here on everything is known; at earlier instants nothing is. */
  readonly since: Instant;
  /** It stood before `since` too, in states that are forgotten; else `since` is when it was first stored. */
  readonly isCut: boolean;
  /** What is forgotten may have held edges that start at other records. */
  readonly hidesOthersEdges: boolean;
  /** Oldest first. */
  readonly rows: readonly PastRow[];
}

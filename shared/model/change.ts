import * as z from "zod";

import { Dependency, Link } from "./edges.ts";
import { FactId } from "./fact-id.ts";
import { Fact } from "./facts.ts";
import { Membership } from "./org.ts";
import { Instant } from "./time.ts";

/** An edge as a record asserts it; the store adds `assertedBy` and `createdAt`. */
export const AssertedEdge = z.discriminatedUnion("type", [
  Link.omit({ assertedBy: true, createdAt: true, ruleId: true }),
  Dependency.omit({ assertedBy: true, createdAt: true }),
  Membership.omit({ assertedBy: true, createdAt: true }),
]);
export type AssertedEdge = z.infer<typeof AssertedEdge>;

/**
 * All a source can say. An upsert carries the record whole and the complete set of edges this record
 * asserts: an edge it asserted before and no longer names is retracted with it. A link may start at
 * another record (a goal that names its supporting work); a dependency's blocked end is the record itself.
 */
export const Change = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("upserted"),
    record: Fact,
    edges: z.array(AssertedEdge).max(1000),
  }),
  z.strictObject({
    kind: z.literal("removed"),
    id: FactId,
    sourceVersion: z.int().nonnegative(),
    readAt: Instant,
  }),
]);
export type Change = z.infer<typeof Change>;
export type Upsert = Extract<Change, { kind: "upserted" }>;
export type Removal = Extract<Change, { kind: "removed" }>;

/** A record that could not be understood. Its page goes on; the reason says where and what, never the value. */
export interface Rejected {
  /** The provider's id where readable, else its position: "issue 10042", "record 17". */
  readonly record: string;
  readonly reason: string;
  /** What it would have become, where that can be told: the record can be read again by it. */
  readonly id?: z.infer<typeof FactId>;
}

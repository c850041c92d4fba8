import * as z from "zod";

import { RuleName, SubjectId } from "./ids.ts";
import { Instant } from "./time.ts";

/** A signal that was wrong: what stood in the table, and what the graph says. */
export const SelfCheckExample = z.strictObject({
  rule: RuleName,
  subjectId: SubjectId,
  stored: z.enum(["open", "not-open"]),
  /** Where both are open, its evidence, severity or routing was another. */
  found: z.enum(["open", "not-open"]),
  because: z.string().max(200).optional(),
});
export type SelfCheckExample = z.infer<typeof SelfCheckExample>;

const count = z.int().nonnegative();

/** One pass that recomputes everything, compares, and mends what differs. */
export const SelfCheck = z.strictObject({
  type: z.literal("self-check"),
  state: z.enum(["wanted", "running", "done", "failed"]),
  /** When it was asked for, by the clock or by somebody: its identity. */
  wantedAt: Instant,
  startedBy: z.enum(["schedule", "person"]),
  /** Its latest beginning; one that ran out of time or memory is begun again. */
  startedAt: Instant.optional(),
  attempts: count,
  durationMs: count.optional(),
  result: z
    .strictObject({
      /** Findings that there may be, each looked at. */
      subjects: count,
      opened: count,
      cleared: count,
      updated: count,
      /** Mended though nothing explains it. */
      drift: count,
      driftByRule: z.record(RuleName, z.int().positive()),
      /** Mended because time had passed, or before a change had come through the stream. */
      expected: count,
      /** Findings that differed and that there was no time to mend: a recompute goes on with them. */
      remaining: z.int().positive().optional(),
      examples: z.array(SelfCheckExample).max(5),
      /** Stored items that cannot be read, and the first of them. */
      unreadable: count,
      unreadableNamed: z
        .array(z.strictObject({ key: z.string(), type: z.string(), reason: z.string() }))
        .max(20),
    })
    .optional(),
  /** The code of what made it fail; `out-of-time` where it was begun twice and never ended. */
  problem: z.string().max(80).optional(),
  revision: count,
});
export type SelfCheck = z.infer<typeof SelfCheck>;
export type SelfCheckResult = NonNullable<SelfCheck["result"]>;

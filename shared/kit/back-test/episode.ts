import type { RuleName, SubjectId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import type { Evaluation } from "../rule.ts";

export type Finding = Extract<Evaluation, { state: "open" }>;

/**
 * How a finding begins: `seen` to open; open `before` the first moment; or found once the past of something
 * it rests on begins to be known, so that nobody knows how long it had stood.
 */
export type EpisodeStart = "seen" | "before" | "unknown";

/** One opening of a finding about one subject, to its clearing. */
export interface Episode {
  /** The rule that finds it. */
  readonly rule: RuleName;
  readonly subjectId: SubjectId;
  readonly start: EpisodeStart;
  readonly openedAt: Instant;
  /** Absent: it stands at the end. */
  readonly clearedAt?: Instant;
  readonly clearedBecause?: string;
  /** What it said, oldest first: each wording with when it began. */
  readonly says: readonly Said[];
  /** A source that it rests on had just been read for the first time. */
  readonly isBaseline: boolean;
}

export interface Said {
  readonly at: Instant;
  readonly finding: Finding;
  /** Whether whoever looks makes an alert of it: by a rule's scope and worth, or a custom rule's pattern. */
  readonly isWanted: boolean;
}

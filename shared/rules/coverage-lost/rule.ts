import * as z from "zod";

import type { Coverage } from "#shared/graph/coverage.ts";
import { differ } from "#shared/kit/differ.ts";
import type { Delta, Evaluation, Touch } from "#shared/kit/rule.ts";
import { defineRule } from "#shared/kit/rule.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { ConnectionId, SubjectId } from "#shared/model/ids.ts";

const Options = z.strictObject({
  quarantinedAbove: z.int().min(0).max(100_000).default(10).meta({
    title: "Records that cannot be read",
    description: "More of them than this in one connection are told of.",
  }),
  ignoreGaps: z.array(z.string().min(1).max(120)).max(100).default([]).meta({
    title: "Gaps that are known",
    description:
      "What somebody has looked at and left as it is, in the words of the connection's page: it is not told of.",
  }),
});
type Options = z.infer<typeof Options>;

/** Of so many the sentence tells by name. */
const namedMax = 3;

/** Something that a tool holds and the hub cannot see. The subject is the connection. */
export const coverageLost = defineRule<Options>({
  name: "coverage-lost",
  title: "Part of a tool cannot be seen",
  why: "What the hub cannot see it cannot warn of: of this part of the company no alert will ever come, and numbers about it are too small.",
  nextStep:
    "Open the connection's page, which lists what is missing and why. Give its account the right that it lacks, or name the gap in this rule's options if it is meant to be.",
  options: Options,
  defaults: { graceMinutes: 60, escalates: false, delivery: "digest" },
  reads: "coverage",

  touched(delta: Delta): readonly Touch[] {
    const thing = delta.after ?? delta.before;
    if (thing?.type === "connection") {
      return isSeenOtherwise(delta) ? [{ kind: "subject", id: thing.id }] : [];
    }
    if (delta.ofCoverage !== undefined) return [{ kind: "subject", id: delta.ofCoverage }];
    return thing?.type === "rule-settings" ? [{ kind: "all" }] : [];
  },

  *subjects(graph) {
    yield* graph.sources.keys();
  },

  evaluate({ view, subjectId, options }): Evaluation {
    const id = asConnectionId(subjectId);
    const source = view.sources.get(id);
    if (!source) return { state: "cleared", because: "removed" };
    // What a first reading has not come to yet is no loss.
    if (!source.isReady) return { state: "unknown", because: "source-not-read-yet" };
    const { gaps, quarantined } = lost(view.coverage(id), options);
    if (gaps.length === 0 && quarantined === 0) return { state: "cleared", because: "covered" };
    return {
      state: "open",
      severity: gaps.length > 0 ? "warning" : "info",
      title: `Not all of ${source.name} can be seen`,
      evidence: {
        sentence: `Of the connection “${source.name}” ${sentence(gaps, quarantined)}`,
        path: [{ id, role: "subject", label: source.name }],
        facts: { gaps: gaps.length, ...(quarantined > 0 && { isAboveQuarantine: true }) },
      },
      teamIds: [],
      connectionIds: [id],
    };
  },
});

interface Lost {
  /** By name. */
  readonly gaps: readonly string[];
  /** None where there are no more than may be. */
  readonly quarantined: number;
}

/**
 * That another tool could be connected is an offer, and no loss. What a tool shows to nobody stands on the
 * connection's page: an alert that nobody can ever end would only teach people to look away.
 */
function lost({ gaps, quarantined }: Coverage, { ignoreGaps, quarantinedAbove }: Options): Lost {
  const names = gaps
    .filter((gap) => !gap.isMendedByConnecting && !gap.isForEverybody)
    .flatMap(({ what }) => (ignoreGaps.includes(what) ? [] : [what]));
  return {
    gaps: names.toSorted(),
    quarantined: quarantined > quarantinedAbove ? quarantined : 0,
  };
}

function sentence(gaps: readonly string[], quarantined: number): string {
  const named = gaps.slice(0, namedMax).map((what) => `“${what}”`);
  const more = gaps.length - named.length;
  if (more > 0) named.push(`${more} more`);
  const hidden = gaps.length > 0 ? [`it does not show ${named.join(", ")}`] : [];
  // To the hundred, so that one record more is no news.
  const unread = quarantined > 0 ? [`${roughly(quarantined)} records could not be read`] : [];
  return `${[...hidden, ...unread].join(", and ")}.`;
}

function roughly(count: number): string {
  if (count < 100) return "some";
  return `more than ${Math.floor(count / 100) * 100}`;
}

/** Whether it works now has nothing to do with what it cannot see. */
function isSeenOtherwise({ before, after }: Delta): boolean {
  if (before?.type !== "connection" || after?.type !== "connection") return true;
  const isOther = isSource(before) !== isSource(after);
  return isOther || differ(before, after, ["name", "readyAt", "settings"]);
}

function isSource({ status }: Connection): boolean {
  return status !== "draft" && status !== "removing";
}

/** Subjects of this rule are connections: `subjects` and `touched` give nothing else. */
function asConnectionId(id: SubjectId): ConnectionId {
  return id as ConnectionId;
}

import * as z from "zod";

import { differ } from "#shared/kit/differ.ts";
import type { Delta, Evaluation, Touch } from "#shared/kit/rule.ts";
import { defineRule } from "#shared/kit/rule.ts";
import type { ConnectionId, SubjectId } from "#shared/model/ids.ts";
import { dateOf } from "#shared/model/time.ts";

const Options = z.strictObject({});
type Options = z.infer<typeof Options>;

/** A source that cannot be read, and will not be until somebody does something. The subject is the connection. */
export const connectionDegraded = defineRule<Options>({
  name: "connection-degraded",
  title: "Connection does not work",
  why: "Nothing new is heard of what this tool holds. Alerts about it are frozen as they were, and what happens there meanwhile is not seen.",
  nextStep:
    "Open the connection's page: it says what the tool answered. Most often its credentials have expired or lost a right; renew them, and reading goes on where it stopped.",
  options: Options,
  // One that mends itself within the hour is nobody's business.
  defaults: { graceMinutes: 60, escalates: false },
  reads: "connection",

  touched(delta: Delta): readonly Touch[] {
    const thing = delta.after ?? delta.before;
    if (thing?.type === "connection") {
      return standsOtherwise(delta) ? [{ kind: "subject", id: thing.id }] : [];
    }
    if (delta.ofConnection !== undefined) return [{ kind: "subject", id: delta.ofConnection }];
    return thing?.type === "rule-settings" ? [{ kind: "all" }] : [];
  },

  *subjects(graph) {
    yield* graph.sources.keys();
  },

  evaluate({ view, subjectId }): Evaluation {
    const source = view.sources.get(asConnectionId(subjectId));
    if (!source) return { state: "cleared", because: "removed" };
    const { id, name, problem } = source;
    if (!problem) return { state: "cleared", because: "works" };
    const { code, since } = problem;
    return {
      state: "open",
      severity: "warning",
      title: `Connection does not work: ${name}`,
      evidence: {
        sentence: `The connection “${name}” has had a problem since ${dateOf(since)} that no waiting mends (${code}).`,
        path: [{ id, role: "subject", label: name }],
        facts: { problem: code, since },
      },
      teamIds: [],
      connectionIds: [id],
    };
  },
});

/** That it was read once more changes nothing that is found. */
function standsOtherwise({ before, after }: Delta): boolean {
  if (before?.type !== "connection" || after?.type !== "connection") return true;
  return differ(before, after, ["status", "name", "problem", "settings"]);
}

/** Subjects of this rule are connections: `subjects` and `touched` give nothing else. */
function asConnectionId(id: SubjectId): ConnectionId {
  return id as ConnectionId;
}

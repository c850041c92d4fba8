import type { Allowance } from "#shared/graph/allowances.ts";
import { judge } from "#shared/graph/line-of-sight.ts";
import type { EvaluateInput } from "#shared/kit/rule.ts";
import type { WorkItem } from "#shared/model/facts.ts";

type Input = EvaluateInput<{ readonly allowances: readonly Allowance[] }>;

/** Whether `openWorkUnder` goes on below a closed item: it is unlinked, and by this anchor. */
export function entersBelow(
  { view, subjectId, options: { allowances }, now }: Input,
  child: WorkItem,
): boolean {
  const { verdict, anchorId } = judge(view, child, { now, allowances, homes: "spine" });
  return verdict === "unlinked" && anchorId === subjectId;
}

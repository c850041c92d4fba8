import type { Goal, WorkItem } from "#shared/model/facts.ts";

import type { Delta } from "./rule.ts";

/** Both sides of a change of one record. */
interface Ends<T> {
  readonly was: T | undefined;
  readonly is: T | undefined;
  /** The later of the two; undefined where the change is of something else. */
  readonly any: T | undefined;
}

export function workItemEnds({ before, after }: Delta): Ends<WorkItem> {
  const was = before?.type === "work-item" ? before : undefined;
  const is = after?.type === "work-item" ? after : undefined;
  return { was, is, any: is ?? was };
}

export function goalEnds({ before, after }: Delta): Ends<Goal> {
  const was = before?.type === "goal" ? before : undefined;
  const is = after?.type === "goal" ? after : undefined;
  return { was, is, any: is ?? was };
}

import type { Context } from "hono";

import { instantParameter } from "./answers.ts";
import type { BulkGlimpse } from "./bulk-tasks.ts";
import type { Task } from "./state.ts";

/** Which tasks of a list are asked for. */
export interface TaskFilter {
  /** Tells this filter from another one. */
  readonly key: string;
  readonly isOpen: boolean;
  passes(task: Task): boolean;
  /** The same for a task as the bulk seed computes it. */
  passesGlimpse(glimpse: BulkGlimpse): boolean;
}

/** `completed_since=now` means incomplete ones; `modified_since` sees more than `modified_at` shows. */
export function taskFilter(c: Context, nowMs: number): TaskFilter {
  const completedSince = instantParameter(c, "completed_since", nowMs);
  const modifiedSince = instantParameter(c, "modified_since", nowMs);
  const passes = (completedMs: number | undefined, touchedMs: number) =>
    (completedSince === undefined || completedMs === undefined || completedMs >= completedSince) &&
    (modifiedSince === undefined || touchedMs >= modifiedSince);
  return {
    // As it was asked: `now` stays one filter for all pages of a list.
    key: `${c.req.query("completed_since") ?? ""}|${c.req.query("modified_since") ?? ""}`,
    isOpen: completedSince === undefined && modifiedSince === undefined,
    passes: (task) =>
      passes(
        task.completed ? Date.parse(task.completed_at ?? task.modified_at) : undefined,
        Date.parse(task.touchedAt),
      ),
    passesGlimpse: ({ completed, createdMs }) =>
      passes(completed ? createdMs : undefined, createdMs),
  };
}

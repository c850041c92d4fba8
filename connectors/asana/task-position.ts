import * as z from "zod";

import { Instant } from "#shared/model/time.ts";

/** Where a task's subtasks wait to be read: its gid, and how many levels it is below a project's list. */
const Parent = z.tuple([z.string(), z.int().min(0).max(9)]);
export type Parent = z.infer<typeof Parent>;

/**
 * What a run reads in turn: tasks of each project; then, on sweeping runs, the subtasks of all
 * incomplete parents, and what people are assigned that is in no project.
 */
export const Stage = z.enum(["projects", "parents", "people"]);
export type Stage = z.infer<typeof Stage>;

/** A run under way. Lists are walked in the order of their keys, so that a resumed run skips nothing. */
export const TaskRun = z.strictObject({
  startedAt: Instant,
  /** Reads what changed since then; absent: everything. */
  since: Instant.optional(),
  sweeps: z.boolean(),
  stage: Stage,
  /** The list being read: a project's gid, or `workspace/user`; absent before the first. */
  list: z.string().optional(),
  /** Where in it; absent at its start. */
  offset: z.string().optional(),
  /** True once the last page of `list` was read. */
  isListDone: z.boolean(),
  /** Parents found, whose subtasks are read before the next page. */
  parents: z.array(Parent),
});
export type TaskRun = z.infer<typeof TaskRun>;

/** What is saved between calls: a run under way, or what the next one needs to know of the last. */
export const TaskPosition = z.strictObject({
  v: z.literal(1),
  /** When the last finished run began. */
  since: Instant.optional(),
  /** When the last finished sweeping run began. */
  sweptAt: Instant.optional(),
  run: TaskRun.optional(),
});
export type TaskPosition = z.infer<typeof TaskPosition>;

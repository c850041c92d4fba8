import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { epochMsOf, Instant, hourMs } from "#shared/model/time.ts";

import { parsePosition } from "./workspace-walk.ts";

/** Where a task's subtasks wait to be read: its gid, and how many levels it is below a project's list. */
const Parent = z.tuple([z.string(), z.int().min(0).max(9)]);
export type Parent = z.infer<typeof Parent>;

/**
 * What a run reads in turn: tasks of each project; then, on sweeping runs, the subtasks of all
 * incomplete parents in projects, what people are assigned that is in no project, and the subtasks of
 * that.
 */
export const Stage = z.enum(["projects", "parents", "people", "people-parents"]);
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
  /** The list is read whole, although the run reads what changed. */
  isWhole: z.boolean().optional(),
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
  /** 1 was of the days when sections were not read: such a one starts over, which reads them. */
  v: z.literal(2),
  /** When the last finished run began. */
  since: Instant.optional(),
  /** When the last finished sweeping run began, and how long it took. */
  sweptAt: Instant.optional(),
  sweepMinutes: z.int().nonnegative().optional(),
  /** Projects read up to now (`KnownProjects`); absent: all that there are. */
  known: z.string().optional(),
  /** Where event streams stand, by project gid. */
  tokens: z.record(z.string(), z.string()).optional(),
  run: TaskRun.optional(),
});
export type TaskPosition = z.infer<typeof TaskPosition>;

/** Clocks of two functions may differ a little, not more. */
const clockSkewMs = hourMs;

/**
 * A position to go on from. Throws `connector.cursor-expired` for one that this version cannot read,
 * or that speaks of times to come: nothing would ever have changed since then.
 */
export function readTaskPosition(text: string | undefined, nowMs: number): TaskPosition {
  if (text === undefined) return { v: 2 };
  const position = parsePosition(TaskPosition, text);
  const { since, sweptAt, run } = position;
  const moments = [since, sweptAt, run?.startedAt, run?.since].flatMap((moment) => moment ?? []);
  if (moments.every((moment) => epochMsOf(moment) <= nowMs + clockSkewMs)) return position;
  throw new HubError("connector.cursor-expired", "The saved position is of a time to come");
}

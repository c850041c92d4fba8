import { HubError } from "#shared/errors.ts";
import type { Gap } from "#shared/kit/connector.ts";
import { epochMsOf, instantOf, minuteMs } from "#shared/model/time.ts";

import type { Page, PageRequest, TaskQuery } from "./client.ts";
import { isAbsent } from "./errors.ts";
import { collect, type ReaderDeps, unlessAbsent } from "./reader.ts";
import { listsOf, type TaskLists } from "./task-lists.ts";
import type { Parent, Stage, TaskRun } from "./task-position.ts";
import { GidRef, taskFields, TaskOutline, taskOutlineFields } from "./wire.ts";
import { listFrom } from "./workspace-walk.ts";

/** One piece of a run: task records, and where the run goes on; `next` is absent at its end. */
export interface Step {
  readonly records: readonly unknown[];
  readonly next: TaskRun | undefined;
  readonly gap?: Gap;
}

/**
 * Asana's index of changes may lag, and our clock may differ from its own: a run begins this much
 * before the last one did. Repeats cost nothing, misses would be for ever.
 */
const overlapMs = 15 * minuteMs;

/** Parents whose subtasks are read at once: a step must fit even a budget of 150 calls a minute. */
const parentsPerStep = 20;
/** https://developers.asana.com/reference/tasks: subtasks may be five levels deep (read 2026-11-21). */
const levelsMax = 5;

const stagesInTurn: readonly Stage[] = ["projects", "parents", "people"];

/** What a call of `pull` works with from step to step. */
export interface TaskWork extends ReaderDeps {
  readonly lists: TaskLists;
  /** Gids of tasks read by this call: a multi-homed task or an assigned subtask is met several times. */
  readonly readGids: Set<string>;
  /** Gids of tasks whose subtasks are read by this call. */
  readonly parentGids: Set<string>;
}

/** Does the next piece of a run. Throws `HubError`; the run as it was can then be resumed. */
export async function takeStep(work: TaskWork, run: TaskRun): Promise<Step> {
  if (run.parents.length > 0) return readSubtasks(work, run);
  const at = run.list !== undefined && !run.isListDone ? run : nextList(work.lists, run);
  if (!at) return { records: [], next: undefined };
  return readPage(work, at);
}

type RunInList = TaskRun & { readonly list: string };

/** The list after the present one, in this stage or a later one. A list that is gone is passed over. */
function nextList(lists: TaskLists, run: TaskRun): RunInList | undefined {
  const { offset: _offset, ...rest } = run;
  for (const stage of stagesInTurn.slice(stagesInTurn.indexOf(run.stage))) {
    if (!isNeeded(stage, run)) continue;
    const after = stage === run.stage ? run.list : undefined;
    const list = listsOf(lists, stage, run.sweeps).find(
      (key) => after === undefined || key > after,
    );
    if (list !== undefined) return { ...rest, stage, list, isListDone: false };
  }
  return undefined;
}

/** A full run meets every parent in its project's list; between sweeps only changed ones are met. */
function isNeeded(stage: Stage, run: TaskRun): boolean {
  switch (stage) {
    case "projects":
      return true;
    case "parents":
      return run.sweeps && run.since !== undefined;
    case "people":
      return run.sweeps;
  }
}

async function readPage(work: TaskWork, run: TaskRun): Promise<Step> {
  const list = run.list ?? "";
  try {
    const request = (page: PageRequest) => pageOf(work, run, page);
    const { page } = await listFrom(request, run.offset);
    const { offset: _offset, ...rest } = run;
    const place = page.offset === undefined ? { isListDone: true } : { offset: page.offset };
    const isOutline = run.stage === "parents";
    const wanted = run.stage === "people" ? page.records.filter(isHomeless) : page.records;
    const parents = parentsIn(work, wanted, 0);
    const records = isOutline ? [] : unread(work, wanted);
    return { records, next: { ...rest, ...place, parents } };
  } catch (error) {
    if (!isSkippable(error, run.stage)) throw error;
    const next = { ...run, isListDone: true };
    if (run.stage !== "projects" || error.code !== "connector.forbidden") {
      return { records: [], next };
    }
    return { records: [], next, gap: { what: `Tasks of project ${list}`, why: error.message } };
  }
}

/** A project that vanished or is hidden, and a person who may not be asked about, do not end a run. */
function isSkippable(error: unknown, stage: Stage): error is HubError {
  if (isAbsent(error)) return true;
  const isRefused = error instanceof HubError && error.code === "connector.misconfigured";
  return stage === "people" && isRefused;
}

async function pageOf(deps: ReaderDeps, run: TaskRun, page: PageRequest): Promise<Page> {
  const { client } = deps;
  const list = run.list ?? "";
  switch (run.stage) {
    case "projects":
      return client.tasks(
        { what: `tasks of project ${list}`, project: list, ...sinceOf(run) },
        { ...page, fields: taskFields },
      );
    case "parents":
      return client.tasks(
        { what: `tasks of project ${list}`, project: list, completed_since: run.startedAt },
        { ...page, fields: taskOutlineFields },
      );
    case "people": {
      const [workspace = "", assignee = ""] = list.split("/");
      return client.tasks(
        { what: `tasks of user ${assignee}`, workspace, assignee, ...sinceOf(run) },
        { ...page, fields: taskFields },
      );
    }
  }
}

function sinceOf({ since }: TaskRun): Pick<TaskQuery, "modified_since"> {
  if (since === undefined) return {};
  return { modified_since: instantOf(epochMsOf(since) - overlapMs) };
}

/** Last in, first out: the list of waiting parents stays short, however many there are in all. */
async function readSubtasks(work: TaskWork, run: TaskRun): Promise<Step> {
  const waiting = run.parents.slice(0, -parentsPerStep);
  const asked = run.parents.slice(-parentsPerStep);
  const read = await Promise.all(
    asked.map(async ([gid, level]) => {
      const records = await subtasksOf(work, gid);
      const parents = level + 1 < levelsMax ? parentsIn(work, records, level + 1) : [];
      return { records: unread(work, records), parents };
    }),
  );
  return {
    records: read.flatMap(({ records }) => records),
    next: { ...run, parents: [...waiting, ...read.flatMap(({ parents }) => parents)] },
  };
}

/** None for a parent that vanished meanwhile. */
async function subtasksOf({ client }: ReaderDeps, gid: string): Promise<readonly unknown[]> {
  const list = client.every((page) => client.subtasks(gid, { ...page, fields: taskFields }));
  return (await unlessAbsent(collect(list))) ?? [];
}

/** Tasks with subtasks that this call has not read yet. */
function parentsIn(work: TaskWork, records: readonly unknown[], level: number): Parent[] {
  return records.flatMap((record): Parent[] => {
    const task = TaskOutline.safeParse(record);
    if (!task.success || task.data.num_subtasks === 0) return [];
    const { gid } = task.data;
    if (work.parentGids.has(gid)) return [];
    work.parentGids.add(gid);
    return [[gid, level]];
  });
}

/** Records that this call has not seen yet. One without a gid is kept, to be rejected with its reason. */
function unread(work: TaskWork, records: readonly unknown[]): readonly unknown[] {
  return records.filter((record) => {
    const ref = GidRef.safeParse(record);
    if (!ref.success) return true;
    if (work.readGids.has(ref.data.gid)) return false;
    work.readGids.add(ref.data.gid);
    return true;
  });
}

/** In no project: nothing else would show it, but as somebody's subtask. */
export function isHomeless(record: unknown): boolean {
  const task = TaskOutline.safeParse(record);
  return !task.success || task.data.memberships.length === 0;
}

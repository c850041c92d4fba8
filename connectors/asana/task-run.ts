import { HubError } from "#shared/errors.ts";
import type { Gap } from "#shared/kit/connector.ts";
import { watermarkAfter } from "#shared/kit/watermark.ts";
import type { Change } from "#shared/model/change.ts";
import { dayMs, epochMsOf, instantOf, minuteMs } from "#shared/model/time.ts";

import type { Page, PageRequest, TaskQuery } from "./client.ts";
import { isAbsent } from "./errors.ts";
import { type KnownProjects, toRemember } from "./known-projects.ts";
import { readStream } from "./project-events.ts";
import { collect, type ReaderDeps, unlessAbsent } from "./reader.ts";
import type { RecentGids } from "./recent-gids.ts";
import type { SyncTokens } from "./sync-tokens.ts";
import { listsOf, type TaskLists } from "./task-lists.ts";
import type { Parent, Stage, TaskRun } from "./task-position.ts";
import type { Touched } from "./touched.ts";
import {
  type FieldSettings,
  GidRef,
  TaskDependents,
  taskFieldsFor,
  TaskOutline,
  taskOutlineFields,
} from "./wire.ts";
import { listFrom } from "./workspace-walk.ts";

/** One piece of a run: task records, and where the run goes on; `next` is absent at its end. */
export interface Step {
  readonly records: readonly unknown[];
  readonly next: TaskRun | undefined;
  readonly gap?: Gap;
  /** What a stream says of deletions, and of what it read. */
  readonly removed?: readonly Change[];
  readonly touched?: readonly Touched[];
}

/**
 * Asana's index of changes may lag, and our clock may differ from its own: a run begins this much
 * before the last one did. Repeats cost nothing, misses would be for ever.
 */
const overlapMs = 15 * minuteMs;

/** Subtasks may still change when their parent is complete already. */
const completedForMs = 7 * dayMs;

/** Parents whose subtasks are read at once: a step must fit even a budget of 150 calls a minute. */
const parentsPerStep = 20;
/** Asana's own pages make five levels (read 2026-11-21); its API is not known to hold to that. */
const levelsMax = 10;

const stagesInTurn: readonly Stage[] = ["projects", "parents", "people", "people-parents"];

const ofPeople: ReadonlySet<Stage> = new Set(["people", "people-parents"]);
/** Stages that only look for parents; the tasks themselves were read before. */
const outlines: ReadonlySet<Stage> = new Set(["parents", "people-parents"]);

/** What a call of `pull` works with from step to step. */
export interface TaskWork extends ReaderDeps {
  readonly lists: TaskLists;
  /** Gids of tasks read by this call: a multi-homed task or an assigned subtask is met several times. */
  readonly readGids: RecentGids;
  /** Gids of tasks whose subtasks are read by this call. */
  readonly parentGids: RecentGids;
  /** Projects that a webhook watches and that tell of their changes themselves. */
  readonly watched: ReadonlySet<string>;
  /** Which projects were read before, and where their streams stand; noted as the run goes. */
  readonly known: KnownProjects | undefined;
  readonly tokens: SyncTokens;
}

/** Does the next piece of a run. Throws `HubError`; the run as it was can then be resumed. */
export async function takeStep(work: TaskWork, run: TaskRun): Promise<Step> {
  if (run.parents.length > 0) return readSubtasks(work, run);
  const at = run.list !== undefined && !run.isListDone ? run : await nextList(work.lists, run);
  if (!at) return { records: [], next: undefined };
  return readPage(work, at);
}

type RunInList = TaskRun & { readonly list: string };

/** The list after the present one, in this stage or a later one. A list that is gone is passed over. */
async function nextList(lists: TaskLists, run: TaskRun): Promise<RunInList | undefined> {
  const { offset: _offset, isWhole: _isWhole, ...rest } = run;
  for (const stage of stagesInTurn.slice(stagesInTurn.indexOf(run.stage))) {
    if (!isNeeded(stage, run)) continue;
    const after = stage === run.stage ? run.list : undefined;
    const keys = await listsOf(lists, stage, run.sweeps);
    const list = keys.find((key) => after === undefined || key > after);
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
    case "people-parents":
      return run.sweeps && run.since !== undefined;
    case "people":
      return run.sweeps;
  }
}

async function readPage(work: TaskWork, run: TaskRun): Promise<Step> {
  const { stage, offset, since, list = "" } = run;
  const isEntering = stage === "projects" && offset === undefined && since !== undefined;
  if (!isEntering) return readListed(work, run);
  const entered = isNew(work, list) ? { ...run, isWhole: true } : run;
  return isToStream(work, entered) ? readStreamed(work, entered) : readListed(work, entered);
}

/** What a stream tells, and the list where that is not enough. */
async function readStreamed(work: TaskWork, run: TaskRun): Promise<Step> {
  const { news, removed } = await readStream(work, run.list ?? "");
  switch (news.kind) {
    case "tasks": {
      const next = { ...run, isListDone: true, parents: parentsIn(work, news.records, 0) };
      return { records: unread(work, news.records), next, removed, touched: news.touched };
    }
    case "ask-changed":
      return { ...(await readListed(work, run)), removed };
    case "ask-all":
      return { ...(await readListed(work, { ...run, isWhole: true })), removed };
  }
}

/** Was hidden or did not exist when the last run read projects. */
function isNew({ known, lists }: TaskWork, project: string): boolean {
  return known !== undefined && toRemember(lists).includes(project) && !known.has(project);
}

/**
 * Streams are for active projects that no working webhook watches. Between sweeps the stream is all
 * that is asked; a sweep lists what changed, and only begins streams, as does a project read whole.
 */
function isToStream({ watched, tokens, lists }: TaskWork, run: TaskRun): boolean {
  const { list: project = "", sweeps, isWhole = false } = run;
  const isWanted = !watched.has(project) && lists.activeProjects.includes(project);
  if (!isWanted) tokens.delete(project);
  const isBegun = tokens.get(project) !== undefined;
  return isWanted && !(isBegun && (sweeps || isWhole));
}

async function readListed(work: TaskWork, run: TaskRun): Promise<Step> {
  const list = run.list ?? "";
  try {
    const request = (page: PageRequest) => pageOf(work, run, page);
    const { page } = await listFrom(request, run.offset);
    const { offset: _offset, ...rest } = run;
    const place = page.offset === undefined ? { isListDone: true } : { offset: page.offset };
    const wanted = ofPeople.has(run.stage) ? page.records.filter(isHomeless) : page.records;
    const parents = parentsIn(work, wanted, 0);
    const waiting = run.isWhole === true ? await readDependents(work, page.records) : [];
    const records = outlines.has(run.stage) ? [] : unread(work, [...wanted, ...waiting]);
    if (run.stage === "projects" && page.offset === undefined) work.known?.add(list);
    return { records, next: { ...rest, ...place, parents } };
  } catch (error) {
    if (!isSkippable(error, run.stage)) throw error;
    return { records: [], next: { ...run, isListDone: true }, ...skipped(work, run, error) };
  }
}

function skipped(work: TaskWork, run: TaskRun, error: HubError): Pick<Step, "gap"> {
  if (run.stage !== "projects") return {};
  const list = run.list ?? "";
  // Whoever gets to see it again must read it whole.
  work.known?.delete(list);
  work.tokens.delete(list);
  if (error.code !== "connector.forbidden") return {};
  return { gap: { what: `Tasks of project ${list}`, why: error.message } };
}

/** A project that vanished or is hidden, and a person who may not be asked about, do not end a run. */
function isSkippable(error: unknown, stage: Stage): error is HubError {
  if (isAbsent(error)) return true;
  const isRefused = error instanceof HubError && error.code === "connector.misconfigured";
  return ofPeople.has(stage) && isRefused;
}

async function pageOf(deps: ReaderDeps, run: TaskRun, page: PageRequest): Promise<Page> {
  const { client, source } = deps;
  const list = run.list ?? "";
  const fields = fieldsOf(source.settings, run);
  const [workspace = "", assignee = ""] = list.split("/");
  switch (run.stage) {
    case "projects":
      return client.tasks(
        { what: `tasks of project ${list}`, project: list, ...sinceOf(run) },
        { ...page, fields },
      );
    case "parents":
      return client.tasks(
        { what: `tasks of project ${list}`, project: list, completed_since: openSince(run) },
        { ...page, fields: taskOutlineFields },
      );
    case "people":
      return client.tasks(
        { what: `tasks of user ${assignee}`, workspace, assignee, ...sinceOf(run) },
        { ...page, fields },
      );
    case "people-parents":
      return client.tasks(
        {
          what: `tasks of user ${assignee}`,
          workspace,
          assignee,
          completed_since: openSince(run),
        },
        { ...page, fields: taskOutlineFields },
      );
  }
}

function fieldsOf(settings: FieldSettings, { isWhole }: TaskRun): string {
  return `${taskFieldsFor(settings)}${isWhole === true ? ",dependents" : ""}`;
}

/** A week after a task is complete, its subtasks are looked at no more. */
function openSince({ startedAt }: TaskRun): string {
  return instantOf(epochMsOf(startedAt) - completedForMs);
}

function sinceOf({ since, isWhole }: TaskRun): Pick<TaskQuery, "modified_since"> {
  if (since === undefined || isWhole === true) return {};
  return { modified_since: watermarkAfter(since, overlapMs) };
}

/**
 * While a project was hidden, what waits for its tasks was shown without that, and does not change when
 * it comes back: it is read again with the project.
 */
async function readDependents(
  { client, source }: ReaderDeps,
  records: readonly unknown[],
): Promise<readonly unknown[]> {
  const tasks = records.flatMap((record) => TaskDependents.safeParse(record).data ?? []);
  const listed = new Set(tasks.map(({ gid }) => gid));
  const waiting = tasks.flatMap(({ dependents }) => (dependents ?? []).map(({ gid }) => gid));
  const gids = [...new Set(waiting)].filter((gid) => !listed.has(gid));
  const fields = taskFieldsFor(source.settings);
  const read = await Promise.all(gids.map((gid) => unlessAbsent(client.task(gid, fields))));
  return read.filter((record) => record !== undefined);
}

/** Last in, first out: the list of waiting parents stays short, however many there are in all. */
async function readSubtasks(work: TaskWork, run: TaskRun): Promise<Step> {
  const waiting = run.parents.slice(0, -parentsPerStep);
  const asked = run.parents.slice(-parentsPerStep);
  const read = await Promise.all(
    asked.map(async ([gid, level]) => {
      const records = await subtasksOf(work, gid, run);
      const waiting = run.isWhole === true ? await readDependents(work, records) : [];
      const parents = level + 1 < levelsMax ? parentsIn(work, records, level + 1) : [];
      return { records: unread(work, [...records, ...waiting]), parents };
    }),
  );
  return {
    records: read.flatMap(({ records }) => records),
    next: { ...run, parents: [...waiting, ...read.flatMap(({ parents }) => parents)] },
  };
}

/** None for a parent that vanished meanwhile. */
async function subtasksOf(
  { client, source }: ReaderDeps,
  gid: string,
  run: TaskRun,
): Promise<readonly unknown[]> {
  const fields = fieldsOf(source.settings, run);
  const list = client.every((page) => client.subtasks(gid, { ...page, fields }));
  return (await unlessAbsent(collect(list))) ?? [];
}

/** Tasks with subtasks that this call has not read yet. */
function parentsIn(work: TaskWork, records: readonly unknown[], level: number): Parent[] {
  return records.flatMap((record): Parent[] => {
    const task = TaskOutline.safeParse(record);
    if (!task.success || task.data.num_subtasks === 0) return [];
    const { gid } = task.data;
    return work.parentGids.add(gid) ? [[gid, level]] : [];
  });
}

/** Records that this call has not seen yet. One without a gid is kept, to be rejected with its reason. */
function unread(work: TaskWork, records: readonly unknown[]): readonly unknown[] {
  return records.filter((record) => {
    const ref = GidRef.safeParse(record);
    return !ref.success || work.readGids.add(ref.data.gid);
  });
}

/** In no project: nothing else would show it, but as somebody's subtask. */
export function isHomeless(record: unknown): boolean {
  const task = TaskOutline.safeParse(record);
  return !task.success || task.data.memberships.length === 0;
}

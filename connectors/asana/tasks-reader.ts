import type { Gap, PulledPage, Reading } from "#shared/kit/connector.ts";
import { epochMsOf, hourMs } from "#shared/model/time.ts";

import { parsed } from "./client.ts";
import { normalizeTask } from "./normalize-task.ts";
import type { NormalizeContext, Normalized } from "./normalize.ts";
import {
  collect,
  type CollectionReader,
  contextOf,
  inBatches,
  type ReaderDeps,
  readingOf,
  unlessAbsent,
} from "./reader.ts";
import { readTaskLists, teamsOf } from "./task-lists.ts";
import { TaskPosition, type TaskRun } from "./task-position.ts";
import { isHomeless, takeStep, type TaskWork } from "./task-run.ts";
import {
  GidRef,
  ProjectOutline,
  projectOutlineFields,
  TaskOutline,
  taskOutlineFields,
} from "./wire.ts";
import { parsePosition } from "./workspace-walk.ts";

/** A parent does not change when its subtask does, so all subtasks are read again this often. */
const sweepEveryMs = hourMs;
/** A page of a pull gathers steps until it holds this much: a quiet project is no page of its own. */
const recordsPerPage = 100;
const stepsPerPage = 10;
/** Some 25 characters each, in a position of at most 20,000. */
const parentsSavedMax = 500;

/** Tasks and subtasks, in any number of projects or in none. */
export class TasksReader implements CollectionReader {
  readonly #deps: ReaderDeps;
  constructor(deps: ReaderDeps) {
    this.#deps = deps;
  }

  async *pull(position: string | undefined): AsyncIterable<PulledPage> {
    const saved: TaskPosition =
      position === undefined ? { v: 1 } : parsePosition(TaskPosition, position);
    let run: TaskRun | undefined = saved.run ?? this.#begin(saved);
    const work: TaskWork = {
      ...this.#deps,
      lists: await readTaskLists(this.#deps),
      readGids: new Set(),
      parentGids: new Set(),
    };
    while (run) {
      const page = await this.#readPage(work, run);
      const isLast = page.next === undefined;
      const after: TaskPosition = page.next
        ? { ...saved, run: page.next }
        : {
            v: 1,
            since: run.startedAt,
            ...(run.sweeps ? { sweptAt: run.startedAt } : keptSweep(saved)),
          };
      yield {
        ...page.reading,
        position: JSON.stringify(after),
        isLast,
        recordsRead: page.recordsRead,
      };
      run = page.next;
    }
  }

  #begin({ since, sweptAt }: TaskPosition): TaskRun {
    const { clock } = this.#deps.source;
    const sweeps = sweptAt === undefined || clock.nowMs() - epochMsOf(sweptAt) >= sweepEveryMs;
    // What only sweeps read has not been read since the last of them.
    const from = sweeps ? sweptAt : since;
    return {
      startedAt: clock.now(),
      ...(from !== undefined && { since: from }),
      sweeps,
      stage: "projects",
      isListDone: false,
      parents: [],
    };
  }

  async #readPage(
    work: TaskWork,
    run: TaskRun,
  ): Promise<{ reading: Reading; recordsRead: number; next: TaskRun | undefined }> {
    const normalized: Normalized[] = [];
    const gaps: Gap[] = [];
    let next: TaskRun | undefined = run;
    for (let steps = 0; next && !isFull(next, steps, normalized.length); steps += 1) {
      const context = contextOf(this.#deps, work.lists);
      const step = await takeStep(work, next);
      normalized.push(...step.records.map((record) => normalizeTask(context, record)));
      if (step.gap) gaps.push(step.gap);
      next = step.next;
    }
    return { reading: readingOf(normalized, gaps), recordsRead: normalized.length, next };
  }

  enumerate(): AsyncIterable<readonly string[]> {
    return inBatches(this.#gids());
  }

  async *#gids(): AsyncGenerator<string> {
    const { client } = this.#deps;
    const lists = await readTaskLists(this.#deps);
    for (const project of lists.projects) {
      const what = `tasks of project ${project}`;
      const list = client.every((page) =>
        client.tasks({ what, project }, { ...page, fields: taskOutlineFields }),
      );
      // A hidden or vanished project shows nothing; its tasks are then confirmed one by one.
      yield* this.#withSubtasks((await unlessAbsent(collect(list))) ?? []);
    }
    for (const person of lists.people) {
      const [workspace = "", assignee = ""] = person.split("/");
      const what = `tasks of user ${assignee}`;
      const list = client.every((page) =>
        client.tasks({ what, workspace, assignee }, { ...page, fields: taskOutlineFields }),
      );
      yield* this.#withSubtasks(((await unlessAbsent(collect(list))) ?? []).filter(isHomeless));
    }
  }

  async *#withSubtasks(records: readonly unknown[]): AsyncGenerator<string> {
    const { client } = this.#deps;
    const tasks = records.map((record) => parsed(TaskOutline, record, "tasks"));
    yield* tasks.map(({ gid }) => gid);
    const lists = tasks
      .filter((task) => task.num_subtasks > 0)
      .map(({ gid }) =>
        unlessAbsent(
          collect(
            client.every((page) => client.subtasks(gid, { ...page, fields: taskOutlineFields })),
          ),
        ),
      );
    for (const below of await Promise.all(lists)) yield* this.#withSubtasks(below ?? []);
  }

  async read(gids: readonly string[]): Promise<Reading> {
    const teams = new Map<string, Promise<string | undefined>>();
    const read = gids.map(async (gid) => {
      const context = contextOf(this.#deps);
      const record = await unlessAbsent(this.find(gid));
      if (record === undefined) return [];
      return [normalizeTask(await this.#withTeam(context, record, teams), record)];
    });
    return readingOf((await Promise.all(read)).flat());
  }

  /** A list knows the teams of all projects; for a single task its first project is asked. */
  async #withTeam(
    context: NormalizeContext,
    record: unknown,
    teams: Map<string, Promise<string | undefined>>,
  ): Promise<NormalizeContext> {
    const outline = TaskOutline.safeParse(record);
    const home = outline.success ? homeOf(outline.data) : undefined;
    if (home === undefined) return context;
    const asking = teams.get(home) ?? this.#teamOf(home);
    teams.set(home, asking);
    const team = await asking;
    return team === undefined ? context : { ...context, teamOfProject: new Map([[home, team]]) };
  }

  async #teamOf(project: string): Promise<string | undefined> {
    const asked = this.#deps.client.project(project, projectOutlineFields);
    const outline = ProjectOutline.safeParse(await unlessAbsent(asked));
    return outline.success ? teamsOf([outline.data]).get(project) : undefined;
  }

  async find(gid: string): Promise<unknown> {
    return this.#deps.client.task(gid);
  }
}

/** A run that waits with very many parents goes on reading: its position would grow too long to save. */
function isFull(run: TaskRun, steps: number, records: number): boolean {
  if (run.parents.length > parentsSavedMax) return false;
  return steps >= stepsPerPage || records >= recordsPerPage;
}

function keptSweep({ sweptAt }: TaskPosition): Pick<TaskPosition, "sweptAt"> {
  return sweptAt === undefined ? {} : { sweptAt };
}

function homeOf(task: TaskOutline): string | undefined {
  for (const membership of task.memberships) {
    if (typeof membership !== "object" || membership === null || !("project" in membership))
      continue;
    const project = GidRef.safeParse(membership.project);
    if (project.success) return project.data.gid;
  }
  return undefined;
}

import type { Gap, PulledPage, Reading } from "#shared/kit/connector.ts";
import type { Change } from "#shared/model/change.ts";
import { epochMsOf, hourMs, type Instant, minuteMs } from "#shared/model/time.ts";

import { resolveAddresses } from "./addresses.ts";
import { parsed } from "./client.ts";
import { KnownProjects, toRemember } from "./known-projects.ts";
import { normalizeTask } from "./normalize-task.ts";
import type { NormalizeContext } from "./normalize.ts";
import {
  collect,
  type CollectionReader,
  contextOf,
  type GidOutline,
  inBatches,
  type ReaderDeps,
  readingOf,
  unlessAbsent,
} from "./reader.ts";
import { RecentGids } from "./recent-gids.ts";
import { SyncTokens } from "./sync-tokens.ts";
import { readTaskLists, teamsOf } from "./task-lists.ts";
import { homeOf, outlineOf } from "./task-outline.ts";
import { readTaskPosition, type TaskPosition, type TaskRun } from "./task-position.ts";
import { isHomeless, takeStep, type TaskWork } from "./task-run.ts";
import { restored, type Touched } from "./touched.ts";
import { watchedResources } from "./webhook-list.ts";
import {
  ProjectOutline,
  projectOutlineFields,
  taskFieldsFor,
  TaskOutline,
  taskOutlineFields,
} from "./wire.ts";

/**
 * A parent does not change when its subtask does, so all subtasks of open work are read again this
 * often, or so seldom that sweeping takes a sixth of the time at most.
 */
const sweepEveryMs = hourMs;
const sweepRestFactor = 6;
/** A run that was held up took long for other reasons. */
const sweepRestMsMax = 6 * hourMs;
/** A page of a pull gathers steps until it holds this much: a quiet project is no page of its own. */
const recordsPerPage = 100;
const stepsPerPage = 10;
/** Some 25 characters each, in a position of at most 20,000, of which projects take 15,500. */
const parentsSavedMax = 150;

/** Tasks and subtasks, in any number of projects or in none. */
export class TasksReader implements CollectionReader {
  readonly #deps: ReaderDeps;
  constructor(deps: ReaderDeps) {
    this.#deps = deps;
  }

  async *pull(position: string | undefined): AsyncIterable<PulledPage> {
    const saved = readTaskPosition(position, this.#deps.source.clock.nowMs());
    let run: TaskRun | undefined = saved.run ?? this.#begin(saved);
    const work = await this.#open(saved, run);
    while (run) {
      const page = await this.#readPage(work, run);
      const isLast = page.next === undefined;
      const after = page.next ? { ...saved, run: page.next } : this.#finished(saved, run);
      yield {
        changes: page.changes,
        rejected: page.rejected,
        ...gapsOf(page.gaps, isLast && run.sweeps ? (await work.lists.people()).gaps : []),
        position: JSON.stringify({ ...after, ...placesOf(work, isLast) }),
        isLast,
        recordsRead: page.recordsRead,
      };
      run = page.next;
    }
  }

  async #open(saved: TaskPosition, run: TaskRun): Promise<TaskWork> {
    // In a first run nothing is streamed: webhooks are made when it is over.
    const isFirst = run.since === undefined;
    const [lists, watched] = await Promise.all([
      readTaskLists(this.#deps),
      isFirst ? new Set<string>() : watchedResources(this.#deps),
    ]);
    return {
      ...this.#deps,
      lists,
      watched,
      known: knownIn(saved, run),
      tokens: new SyncTokens(saved.tokens),
      readGids: new RecentGids(),
      parentGids: new RecentGids(),
    };
  }

  #begin({ since, sweptAt, sweepMinutes = 0 }: TaskPosition): TaskRun {
    const { clock } = this.#deps.source;
    const tookMs = sweepMinutes * minuteMs;
    const restMs = Math.min(sweepRestMsMax, Math.max(sweepEveryMs, tookMs * sweepRestFactor));
    const sweeps = sweptAt === undefined || clock.nowMs() - epochMsOf(sweptAt) >= restMs;
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

  #finished({ sweptAt, sweepMinutes }: TaskPosition, run: TaskRun): TaskPosition {
    const { startedAt } = run;
    const tookMs = this.#deps.source.clock.nowMs() - epochMsOf(startedAt);
    // The first run reads everything; how long that takes says nothing of the sweeps to come.
    const minutes = run.since === undefined ? 0 : Math.max(0, Math.ceil(tookMs / minuteMs));
    const swept = run.sweeps
      ? { sweptAt: startedAt, sweepMinutes: minutes }
      : {
          ...(sweptAt !== undefined && { sweptAt }),
          ...(sweepMinutes !== undefined && { sweepMinutes }),
        };
    return { v: 2, since: startedAt, ...swept };
  }

  async #readPage(
    work: TaskWork,
    run: TaskRun,
  ): Promise<Reading & { recordsRead: number; next: TaskRun | undefined }> {
    const read: { readonly readAt: Instant; readonly record: unknown }[] = [];
    const removed: Change[] = [];
    const touched: Touched[] = [];
    const gaps: Gap[] = [];
    let next: TaskRun | undefined = run;
    for (let steps = 0; next && !isFull(next, steps, read.length); steps += 1) {
      // The moment before the question: what changed while Asana answered may be missing in it.
      const readAt = this.#deps.source.clock.now();
      const step = await takeStep(work, next);
      read.push(...step.records.map((record) => ({ readAt, record })));
      removed.push(...(step.removed ?? []));
      touched.push(...(step.touched ?? []));
      if (step.gap) gaps.push(step.gap);
      next = step.next;
    }
    const addresses = await resolveAddresses(
      this.#deps,
      read.map(({ record }) => record),
    );
    const { resolveUrl } = addresses;
    const { teamOfProject } = work.lists;
    const context = contextOf(this.#deps, { teamOfProject, resolveUrl });
    const { changes, rejected } = readingOf(
      read.map(({ readAt, record }) => normalizeTask({ ...context, readAt }, record)),
    );
    const upserts = changes.map((change) => restored(this.#deps, change, touched));
    return {
      changes: [...removed, ...upserts],
      rejected,
      gaps: [...gaps, ...addresses.gaps],
      recordsRead: read.length,
      next,
    };
  }

  async *enumerate(): AsyncIterable<readonly string[]> {
    for await (const batch of inBatches(this.#outlines())) yield batch.map(({ gid }) => gid);
  }

  async *enumerateOutlines(): AsyncIterable<ReadonlyMap<string, GidOutline>> {
    for await (const batch of inBatches(this.#outlines())) {
      yield new Map(batch.map((task) => [task.gid, outlineOf(task)] as const));
    }
  }

  async *#outlines(): AsyncGenerator<TaskOutline> {
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
    for (const person of (await lists.people()).keys) {
      const [workspace = "", assignee = ""] = person.split("/");
      const what = `tasks of user ${assignee}`;
      const list = client.every((page) =>
        client.tasks({ what, workspace, assignee }, { ...page, fields: taskOutlineFields }),
      );
      yield* this.#withSubtasks(((await unlessAbsent(collect(list))) ?? []).filter(isHomeless));
    }
  }

  async *#withSubtasks(records: readonly unknown[]): AsyncGenerator<TaskOutline> {
    const { client } = this.#deps;
    const tasks = records.map((record) => parsed(TaskOutline, record, "tasks"));
    yield* tasks;
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
    const context = contextOf(this.#deps);
    const found = await Promise.all(gids.map((gid) => unlessAbsent(this.find(gid))));
    const records = found.filter((record) => record !== undefined);
    const { resolveUrl, gaps } = await resolveAddresses(this.#deps, records);
    const normalized = records.map(async (record) =>
      normalizeTask(await this.#withTeam({ ...context, resolveUrl }, record, teams), record),
    );
    return readingOf(await Promise.all(normalized), gaps);
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
    const { client, source } = this.#deps;
    return client.task(gid, taskFieldsFor(source.settings));
  }
}

/** A run that waits with very many parents goes on reading: its position would grow too long to save. */
function isFull(run: TaskRun, steps: number, records: number): boolean {
  if (run.parents.length > parentsSavedMax) return false;
  return steps >= stepsPerPage || records >= recordsPerPage;
}

/** A first run gets to know its projects; a position without them knows all, or too many to keep. */
function knownIn(saved: TaskPosition, { since }: TaskRun): KnownProjects | undefined {
  if (saved.known !== undefined) return KnownProjects.parse(saved.known);
  const isBeginning = since === undefined && saved.run === undefined;
  return isBeginning ? KnownProjects.none() : undefined;
}

/** What the next call needs to know of projects: at the end of a run, of those that are still there. */
function placesOf(
  { known, tokens, lists }: TaskWork,
  isLast: boolean,
): Pick<TaskPosition, "known" | "tokens"> {
  const gids = toRemember(lists);
  const projects = isLast ? (known?.among(gids) ?? KnownProjects.of(gids)) : known;
  const text = projects?.toText();
  const streams = (isLast ? tokens.among(lists.activeProjects) : tokens).toRecord();
  return { ...(text !== undefined && { known: text }), ...(streams && { tokens: streams }) };
}

function gapsOf(...gaps: readonly (readonly Gap[] | undefined)[]): {
  readonly gaps?: readonly Gap[];
} {
  const all = gaps.flatMap((some) => some ?? []);
  return all.length > 0 ? { gaps: all } : {};
}

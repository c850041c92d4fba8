import * as z from "zod";

import type { Gap, PulledPage, Reading } from "#shared/kit/connector.ts";

import { type Page, type PageRequest, parsed } from "./client.ts";
import { normalizeGoal } from "./normalize-goal.ts";
import type { Normalized } from "./normalize.ts";
import {
  collect,
  type CollectionReader,
  contextOf,
  inBatches,
  orGap,
  type ReaderDeps,
  readingOf,
  unlessAbsent,
  unlessGone,
} from "./reader.ts";
import { GidRef } from "./wire.ts";
import { parsePosition, walkWorkspaces } from "./workspace-walk.ts";

/** Each goal costs two more calls; small pages keep a run resumable under a tight rate limit. */
const goalsPerPage = 25;

/**
 * Goals change without a moment that says so, and a run is due every five minutes: with more than these,
 * each run reads the relations of a part, in turn, so that goals leave most of the requests to work.
 */
const goalsPerRun = 300;

/** Where a run stands, or where the last one ended. */
const GoalsPosition = z.strictObject({
  v: z.literal(2),
  /** Where in the lists of workspaces; absent between runs. */
  walk: z.string().optional(),
  /** Which part this run reads, of how many. */
  turn: z.int().nonnegative(),
  turns: z.int().positive(),
  /** Goals listed by this run so far. */
  counted: z.int().nonnegative(),
});
type GoalsPosition = z.infer<typeof GoalsPosition>;

/** Goals with what supports them. Asana cannot list changed ones, so runs read all, if need be by turns. */
export class GoalsReader implements CollectionReader {
  readonly #deps: ReaderDeps;
  constructor(deps: ReaderDeps) {
    this.#deps = deps;
  }

  async *pull(position: string | undefined): AsyncIterable<PulledPage> {
    const { source } = this.#deps;
    const gaps: Gap[] = [];
    const run = runFrom(position);
    const walk = walkWorkspaces(source.settings.workspaces, run.walk, (workspace, page) =>
      this.#list(workspace, page, gaps),
    );
    let { counted } = run;
    for await (const page of walk) {
      const due = page.records.filter((goal) => isDue(run, goal));
      const normalized = await Promise.all(due.map((goal) => this.#withRelations(goal, gaps)));
      counted += page.records.length;
      const next: GoalsPosition = {
        v: 2,
        turn: run.turn,
        turns: run.turns,
        counted,
        ...(!page.isLast && { walk: page.position }),
      };
      yield {
        ...readingOf(normalized.flat(), gaps.splice(0)),
        position: JSON.stringify(next),
        isLast: page.isLast,
        recordsRead: due.length,
      };
    }
  }

  /** A workspace whose plan has no goals is a gap in what we see, not a failure. */
  async #list(workspace: string, page: PageRequest, gaps: Gap[]): Promise<Page> {
    const list = this.#deps.client.goals(workspace, { ...page, limit: goalsPerPage });
    const { value, gap } = await orGap(`Goals of workspace ${workspace}`, list);
    if (!gap) return value;
    gaps.push(gap);
    return { records: [] };
  }

  /**
   * Nothing for a goal that vanished between the questions, or whose relationships are refused: a
   * goal without them would say that nothing supports it.
   */
  async #withRelations(goal: unknown, gaps: Gap[]): Promise<readonly Normalized[]> {
    const { client } = this.#deps;
    const context = contextOf(this.#deps);
    const ref = GidRef.safeParse(goal);
    if (!ref.success) return [normalizeGoal(context, { goal, relationships: [], parents: [] })];
    const { gid } = ref.data;
    const asked = Promise.all([
      collect(client.every((page) => client.goalRelationships(gid, page))),
      client.parentGoals(gid),
    ]);
    const { value, gap } = await orGap("Relationships of goals", unlessGone(asked));
    if (gap && !gaps.some(({ what }) => what === gap.what)) gaps.push(gap);
    if (!value) return [];
    const [relationships, parents] = value;
    return [normalizeGoal(context, { goal, relationships, parents })];
  }

  enumerate(): AsyncIterable<readonly string[]> {
    return inBatches(this.#gids());
  }

  async *#gids(): AsyncGenerator<string> {
    const { client, source } = this.#deps;
    for (const workspace of source.settings.workspaces) {
      // A plan without goals has none to enumerate; ones we hold from before are confirmed one by one.
      const list = collect(client.every((page) => client.goals(workspace, page)));
      const { value = [] } = await orGap("goals", list);
      for (const goal of value) yield parsed(GidRef, goal, "goals").gid;
    }
  }

  async read(gids: readonly string[]): Promise<Reading> {
    const gaps: Gap[] = [];
    const read = gids.map(async (gid) => {
      const goal = await unlessAbsent(this.find(gid));
      return goal === undefined ? [] : this.#withRelations(goal, gaps);
    });
    return readingOf((await Promise.all(read)).flat(), gaps);
  }

  async find(gid: string): Promise<unknown> {
    return this.#deps.client.goal(gid);
  }
}

/** The first run reads all; a later one its part of as many as the last one listed. */
function runFrom(position: string | undefined): GoalsPosition {
  if (position === undefined) return { v: 2, turn: 0, turns: 1, counted: 0 };
  const saved = parsePosition(GoalsPosition, position);
  if (saved.walk !== undefined) return saved;
  const turns = Math.max(1, Math.ceil(saved.counted / goalsPerRun));
  return { v: 2, turn: (saved.turn + 1) % turns, turns, counted: 0 };
}

/** One that cannot be told apart is always due, to be rejected with its reason. */
function isDue({ turn, turns }: GoalsPosition, goal: unknown): boolean {
  const ref = GidRef.safeParse(goal);
  const number = ref.success ? Number(ref.data.gid.slice(-9)) : Number.NaN;
  return !Number.isInteger(number) || number % turns === turn;
}

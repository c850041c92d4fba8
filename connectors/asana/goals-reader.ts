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
import { walkWorkspaces } from "./workspace-walk.ts";

/** Each goal costs two more calls; small pages keep a run resumable under a tight rate limit. */
const goalsPerPage = 25;

/** Goals with what supports them. Asana cannot list changed ones, so every run reads all. */
export class GoalsReader implements CollectionReader {
  readonly #deps: ReaderDeps;
  constructor(deps: ReaderDeps) {
    this.#deps = deps;
  }

  async *pull(position: string | undefined): AsyncIterable<PulledPage> {
    const { source } = this.#deps;
    const gaps: Gap[] = [];
    const walk = walkWorkspaces(source.settings.workspaces, position, (workspace, page) =>
      this.#list(workspace, page, gaps),
    );
    for await (const page of walk) {
      const normalized = await Promise.all(
        page.records.map((goal) => this.#withRelations(goal, gaps)),
      );
      yield {
        ...readingOf(normalized.flat(), gaps.splice(0)),
        position: page.position,
        isLast: page.isLast,
        recordsRead: page.records.length,
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

import type { HeldFact } from "#shared/model/held-fact.ts";
import { epochMsOf, minuteMs, readInstant } from "#shared/model/time.ts";

import { splitByCreated } from "./created-windows.ts";
import { inParallel } from "./in-parallel.ts";
import {
  goalTypeIds,
  holdsKey,
  holdsMoment,
  type IssuePart,
  partJql,
  partText,
} from "./issue-parts.ts";
import type { JiraSession } from "./session.ts";
import { WireCreated } from "./wire.ts";

/** What one page of ids holds: enumerating less costs no less than counting it. */
const issuesPerPart = 5000;
/** More project keys in one query have not been seen to work. */
const keysPerQueryMax = 200;
const windowsMax = 400;
const countsAtOnce = 8;

interface Counted extends IssuePart {
  readonly count: number;
}

/**
 * The parts into which a reconcile splits the issues: they follow from the counts, so a fact's part is
 * known once they were taken. Lives as long as its source.
 */
export class IssueParts {
  readonly #session: JiraSession;
  #parts: readonly Counted[] = [];

  constructor(session: JiraSession) {
    this.#session = session;
  }

  async count(): Promise<ReadonlyMap<string, number>> {
    const { timeZone } = await this.#session.client.myself();
    const site = { types: await goalTypeIds(this.#session), timeZone };
    const counting = new Counting(this.#session, site);
    this.#parts = await counting.parts();
    // A token that died meanwhile would count nothing.
    await this.#session.client.myself();
    return new Map(this.#parts.map(({ count, ...part }) => [partText(part), count]));
  }

  /** Undefined for what is no issue, and before anything was counted. */
  partOf(fact: HeldFact): string | undefined {
    const found = this.#parts.find((part) => isIn(part, fact));
    if (!found) return undefined;
    const { count: _count, ...part } = found;
    return partText(part);
  }
}

function isIn(part: IssuePart, fact: HeldFact): boolean {
  if (fact.type === "goal") return part.isGoals === true;
  if (fact.type !== "work-item" || part.isGoals === true) return false;
  const createdMs = fact.createdAt === undefined ? -Infinity : epochMsOf(fact.createdAt);
  return holdsKey(part, fact.container ?? "") && holdsMoment(part, createdMs);
}

/** Counts of one site at one time. */
class Counting {
  readonly #session: JiraSession;
  readonly #site: Parameters<typeof partJql>[2];

  constructor(session: JiraSession, site: Parameters<typeof partJql>[2]) {
    this.#session = session;
    this.#site = site;
  }

  async parts(): Promise<readonly Counted[]> {
    const goals: readonly IssuePart[] = this.#site.types.length > 0 ? [{ isGoals: true }] : [];
    const counted = await inParallel(goals, countsAtOnce, (part) => this.#counted(part));
    const keys = (await this.#session.projectsRead()).toSorted((a, b) => (a < b ? -1 : 1));
    const groups = Array.from({ length: Math.ceil(keys.length / keysPerQueryMax) }, (_, index) =>
      keys.slice(index * keysPerQueryMax, (index + 1) * keysPerQueryMax),
    );
    // What we hold of a site that shows nothing still counts for something.
    if (groups.length === 0) return [...counted, { count: 0 }];
    const work = await inParallel(groups, 1, async (group) => {
      const part = rangeOf(keys, group);
      return this.#split(await this.#counted(part), keys, group);
    });
    return [...counted, ...work.flat()];
  }

  /** Halves a range of projects until it is small or one project, and that by when its issues were created. */
  async #split(
    part: Counted,
    keys: readonly string[],
    group: readonly string[],
  ): Promise<readonly Counted[]> {
    if (part.count <= issuesPerPart) return [part];
    if (group.length === 1) return this.#windows(part);
    const middle = Math.ceil(group.length / 2);
    const [first, second] = [group.slice(0, middle), group.slice(middle)];
    const left = await this.#counted(rangeOf(keys, first));
    const rest = { ...rangeOf(keys, second), count: Math.max(0, part.count - left.count) };
    return [...(await this.#split(left, keys, first)), ...(await this.#split(rest, keys, second))];
  }

  async #windows({ count, ...part }: Counted): Promise<readonly Counted[]> {
    const fromMs = await this.#oldest(part);
    if (fromMs === undefined) return [{ ...part, count }];
    const toMs = this.#session.context.clock.nowMs() + minuteMs;
    const windows = await splitByCreated(
      { fromMs, toMs, count },
      {
        count: async (window) => (await this.#counted({ ...part, ...window })).count,
        countMax: issuesPerPart,
        windowsMax,
      },
    );
    // The first and the last are open, so that none is left out, whenever it was created.
    return windows.map((window, index) => ({
      ...part,
      ...(index > 0 && { fromMs: window.fromMs }),
      ...(index < windows.length - 1 && { toMs: window.toMs }),
      count: window.count,
    }));
  }

  async #oldest(part: IssuePart): Promise<number | undefined> {
    const where = await partJql(this.#session, part, this.#site);
    if (where === undefined) return undefined;
    const jql = `${where} ORDER BY created ASC`;
    const { issues } = await this.#session.client.search({ jql }, ["created"], 1);
    const created = readInstant(WireCreated.safeParse(issues[0]).data?.fields.created);
    return created === undefined ? undefined : Math.floor(epochMsOf(created) / minuteMs) * minuteMs;
  }

  async #counted(part: IssuePart): Promise<Counted> {
    const where = await partJql(this.#session, part, this.#site);
    return { ...part, count: where === undefined ? 0 : await this.#session.client.count(where) };
  }
}

/** The range that holds these keys, up to the neighbours; at either end of the list it is open. */
function rangeOf(keys: readonly string[], group: readonly string[]): IssuePart {
  const before = keys[keys.indexOf(group[0] ?? "") - 1];
  const last = group.at(-1);
  return {
    ...(before !== undefined && { after: before }),
    ...(last !== undefined && last !== keys.at(-1) && { upTo: last }),
  };
}

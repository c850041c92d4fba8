import type { RuleName, SubjectId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import type { Episode, EpisodeStart, Said } from "./episode.ts";

interface Growing {
  readonly rule: RuleName;
  readonly subjectId: SubjectId;
  readonly start: EpisodeStart;
  readonly openedAt: Instant;
  readonly isBaseline: boolean;
  readonly says: Said[];
  clearedAt?: Instant;
  clearedBecause?: string;
}

/** Wordings kept of one opening: what it said first, and how it went on. */
const saysMax = 20;

/** Openings and clearings of what one rule finds, put together as they are told. */
export class Episodes {
  readonly #rule: RuleName;
  readonly #all: Growing[] = [];
  readonly #open = new Map<SubjectId, Growing>();
  readonly #subjects = new Set<SubjectId>();

  constructor(rule: RuleName) {
    this.#rule = rule;
  }

  /** Since when it stands; undefined: it does not. */
  openedAt(subjectId: SubjectId): Instant | undefined {
    return this.#open.get(subjectId)?.openedAt;
  }

  /** Whether anything was ever found about it. */
  has(subjectId: SubjectId): boolean {
    return this.#subjects.has(subjectId);
  }

  /** It opens, or what stands says something else. */
  say(
    subjectId: SubjectId,
    said: Said,
    begun: { readonly start: EpisodeStart; readonly isBaseline: boolean },
  ): void {
    const open = this.#open.get(subjectId);
    if (open) {
      sayOn(open.says, said);
      return;
    }
    const episode: Growing = {
      rule: this.#rule,
      subjectId,
      ...begun,
      openedAt: said.at,
      says: [said],
    };
    this.#all.push(episode);
    this.#open.set(subjectId, episode);
    this.#subjects.add(subjectId);
  }

  end(subjectId: SubjectId, at: Instant, because: string): void {
    const open = this.#open.get(subjectId);
    if (!open) return;
    open.clearedAt = at;
    open.clearedBecause = because;
    this.#open.delete(subjectId);
  }

  all(): readonly Episode[] {
    return this.#all;
  }
}

/** Of many wordings in a row that are wanted alike the newest stands for all. */
function sayOn(says: Said[], said: Said): void {
  const last = says.at(-1);
  if (last?.finding === said.finding && last.isWanted === said.isWanted) return;
  if (says.length < saysMax || last?.isWanted !== said.isWanted) says.push(said);
  else says.splice(-1, 1, { ...said, at: last.at });
}

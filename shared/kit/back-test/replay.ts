import { HubError } from "#shared/errors.ts";
import type { PastParts } from "#shared/graph/graph-as-of.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import type { Person } from "#shared/model/facts.ts";
import { signalId } from "#shared/model/ids.ts";
import type { GoalId, OrgUnitId, RuleName, SignalId, SubjectId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import { isOfFirstReading } from "../alert-baseline.ts";
import { type FindingChange, LiveFindings } from "../live-findings.ts";
import type { Delta, Rule, Touch } from "../rule.ts";
import type { Episode, EpisodeStart, Finding, Said } from "./episode.ts";
import { Episodes } from "./episodes.ts";
import type { Look } from "./look.ts";
import type { OrgStep } from "./org-in-time.ts";
import { type Happening, PastInTime } from "./past-in-time.ts";

/** A rule as it is set, or would be, and all who make alerts of what it finds. */
export interface Finder {
  readonly rule: Rule;
  readonly options: unknown;
  /** One for each policy, in their order; undefined: that policy has other findings to look at. */
  readonly looks: readonly (Look | undefined)[];
  /** Whether anybody looks at who is named in a finding, or to whom it goes: then reorgs alter findings. */
  readonly followsRouting?: boolean;
  /** Whether anybody looks at which goals are above those that a finding names. */
  readonly followsGoals?: boolean;
}

interface ReplayInput {
  readonly parts: PastParts;
  readonly finders: readonly Finder[];
  readonly from: Instant;
  readonly to: Instant;
  /** For how long after a first reading a finding counts as the first reading's. */
  readonly baselineMinutes: number;
  /** Asked before each moment; false ends the replay where it is. */
  readonly hasTime: () => boolean;
}

/** Who was in a team when something of it was found, at its smallest. */
export type TeamPeople = ReadonlyMap<OrgUnitId, readonly Pick<Person, "id">[]>;

/** What one look saw. */
export interface Looked {
  /** In the order of their beginnings. */
  readonly episodes: readonly Episode[];
  /** Subjects of which it could not always be said whether there was a finding. */
  readonly hidden: ReadonlySet<SignalId>;
}

export interface Replayed {
  /** Of each finder, in their order, what each of its looks saw; nothing where it has none. */
  readonly looked: readonly (readonly Looked[])[];
  /** How far it came. */
  readonly reachedAt: Instant;
  readonly people: TeamPeople;
  readonly orgStep: OrgStep;
  readonly mayMissLinks: boolean;
  /** Records of which not all was known when it began. */
  readonly forgetful: number;
}

/** Lets rules look on while all that happened between two moments happens again. Pure. */
export function replay(input: ReplayInput): Replayed {
  const { parts, from, to, hasTime } = input;
  const past = new PastInTime(parts, from, to);
  const replaying = new Replaying(past, input);
  let [lastAt, isInTime] = [from, true];
  for (const happening of past.happenings()) {
    // One moment may take a tenth of a second: a reorg, with all rules looking on.
    isInTime = hasTime();
    if (!isInTime) break;
    replaying.follow(happening);
    lastAt = happening.at;
  }
  const reachedAt = isInTime ? to : lastAt;
  return { ...replaying.result(), reachedAt, orgStep: past.orgStep };
}

/** One look at one finder's findings. */
interface Looking {
  readonly policy: number;
  readonly look: Look;
  readonly episodes: Episodes;
  readonly hidden: Set<SignalId>;
}

class Replaying {
  readonly #past: PastInTime;
  readonly #input: ReplayInput;
  readonly #findings: LiveFindings;
  readonly #looking: readonly (readonly Looking[])[];
  /** Of each finder: subjects of which it could not always be said. */
  readonly #hidden: readonly Set<SubjectId>[];
  readonly #people = new Map<OrgUnitId, readonly Pick<Person, "id">[]>();
  readonly #mayMissLinks: boolean;
  readonly #forgetful: number;

  constructor(past: PastInTime, input: ReplayInput) {
    this.#past = past;
    this.#input = input;
    const { finders, from } = input;
    this.#looking = finders.map(({ rule, looks }) =>
      looks.flatMap((look, policy) => {
        if (!look) return [];
        return { policy, look, episodes: new Episodes(rule.name), hidden: new Set() };
      }),
    );
    this.#hidden = finders.map(() => new Set<SubjectId>());
    this.#mayMissLinks = past.haze.mayMissLinks;
    this.#forgetful = past.haze.size;
    const set = finders.map(({ options }, at) => ({ rule: this.#asSeen(at), options }));
    this.#findings = new LiveFindings(past.live, set, from);
    for (const [at] of finders.entries()) {
      for (const [subjectId, finding] of this.#findings.openFindings(nameOf(at))) {
        this.#say(at, { subjectId, finding, at: from, start: "before" });
      }
    }
  }

  get #graph(): MemoryGraph {
    return this.#past.live.graph;
  }

  #finder(at: number): Finder {
    const finder = this.#input.finders[at];
    if (!finder) throw new HubError("invariant.broken", "A replay found something by nobody");
    return finder;
  }

  /** The rule under a name for each finder; it hears of no source that is not ready, and guesses nothing. */
  #asSeen(at: number): Rule {
    const { rule, followsRouting = false } = this.#finder(at);
    const { haze } = this.#past;
    return {
      ...rule,
      name: nameOf(at),
      touched: (delta, options) => {
        if (!this.#isHeard(delta)) return [];
        const all = rule.touched(delta, options);
        const touches = followsRouting ? all : all.filter(bringsOrEnds);
        // What is hidden is not open, and ends as well: when to look again is to be known of it too.
        const mayEndHidden = rule.turnsWithTime === true && !haze.isClear;
        return mayEndHidden ? touches.map((touch) => ({ ...touch, mayTurn: true })) : touches;
      },
      evaluate: (input) => {
        const found = rule.evaluate(input);
        if (found.state !== "open" || input.stands || haze.isClear) return found;
        const { subjectId } = input;
        if (!haze.hides(this.#graph, { subjectId, reads: rule.reads, finding: found }))
          return found;
        this.#hide(at, { subjectId, finding: found, at: input.now });
        return { state: "unknown", because: "past-unknown", turnsAt: found.turnsAt };
      },
    };
  }

  #hide(finder: number, found: Pick<Said, "at" | "finding"> & { subjectId: SubjectId }): void {
    const { subjectId, finding, at: openedAt } = found;
    this.#hidden[finder]?.add(subjectId);
    const { rule } = this.#finder(finder);
    const seen = { rule: rule.name, subjectId, finding, openedAt, graph: this.#graph };
    for (const { look, hidden } of this.#looking[finder] ?? []) {
      if (look(seen)) hidden.add(signalId(rule.name, subjectId));
    }
  }

  /** While a source is read for the first time nothing is concluded about what it tells. */
  #isHeard({ before, after }: Delta): boolean {
    const thing = after ?? before;
    if (thing === undefined || !("connectionId" in thing)) return true;
    return this.#graph.sources.get(thing.connectionId)?.isReady ?? true;
  }

  follow(happening: Happening): void {
    const { at, deltas, org, sources, isPass, isOfAll, liftsHaze } = happening;
    const around = { now: at, turns: isPass, ...(org && { org }), ...(sources && { sources }) };
    for (const change of this.#findings.apply(deltas, around)) this.#note(change, at, liftsHaze);
    this.#lookAnew(at, { isReorg: deltas.some(isOfUnit), hasGoalMoved: deltas.some(movesGoal) });
    if (!isOfAll) return;
    for (const change of this.#findings.recompute()) this.#note(change, at, liftsHaze);
  }

  /** What is found says the same, and may belong elsewhere now: a unit moved with all of its teams, or a goal. */
  #lookAnew(at: Instant, { isReorg, hasGoalMoved }: Record<"isReorg" | "hasGoalMoved", boolean>) {
    for (const [finder, { followsRouting, followsGoals }] of this.#input.finders.entries()) {
      if (!(isReorg && followsRouting) && !(hasGoalMoved && followsGoals)) continue;
      for (const [subjectId, finding] of this.#findings.openFindings(nameOf(finder))) {
        this.#say(finder, { subjectId, finding, at, start: "seen" });
      }
    }
  }

  #note({ rule, subjectId, evaluation }: FindingChange, at: Instant, liftsHaze: boolean): void {
    const finder = finderOf(rule);
    if (evaluation.state === "cleared") {
      for (const { episodes } of this.#looking[finder] ?? [])
        episodes.end(subjectId, at, evaluation.because);
      return;
    }
    const wasHidden = this.#hidden[finder]?.has(subjectId) === true;
    const start =
      liftsHaze || (wasHidden && !this.#hasBegun(finder, subjectId)) ? "unknown" : "seen";
    this.#say(finder, { subjectId, finding: evaluation, at, start });
  }

  /** After its first opening that is known, all of it is. */
  #hasBegun(finder: number, subjectId: SubjectId): boolean {
    return this.#looking[finder]?.[0]?.episodes.has(subjectId) === true;
  }

  #say(
    finder: number,
    said: {
      readonly subjectId: SubjectId;
      readonly finding: Finding;
      readonly at: Instant;
      readonly start: EpisodeStart;
    },
  ): void {
    const { subjectId, finding, at, start } = said;
    const isBaseline = this.#isOfFirstReading(finding, at);
    const { rule } = this.#finder(finder);
    for (const { look, episodes } of this.#looking[finder] ?? []) {
      const openedAt = episodes.openedAt(subjectId) ?? at;
      const isWanted = look({ rule: rule.name, subjectId, finding, openedAt, graph: this.#graph });
      episodes.say(subjectId, { at, finding, isWanted }, { start, isBaseline });
    }
    for (const id of finding.teamIds) this.#count(id);
  }

  #count(id: OrgUnitId): void {
    const [people, least] = [this.#graph.org.membersOf(id), this.#people.get(id)];
    if (!least || people.length < least.length) this.#people.set(id, people);
  }

  #isOfFirstReading({ connectionIds, restsOn = [] }: Finding, openedAt: Instant): boolean {
    const { baselineMinutes } = this.#input;
    if (baselineMinutes === 0) return false;
    const freshness = [...connectionIds, ...restsOn].map((connectionId) => {
      const readyAt = this.#graph.sources.get(connectionId)?.readyAt;
      return { connectionId, ...(readyAt !== undefined && { readyAt }) };
    });
    return isOfFirstReading({ restsOn: freshness, openedAt }, baselineMinutes);
  }

  #seenBy(finder: number, policy: number): Looked {
    const looking = this.#looking[finder]?.find((one) => one.policy === policy);
    return looking
      ? { episodes: looking.episodes.all(), hidden: looking.hidden }
      : { episodes: [], hidden: new Set() };
  }

  result(): Omit<Replayed, "reachedAt" | "orgStep"> {
    return {
      looked: this.#input.finders.map(({ looks }, at) =>
        looks.map((_look, policy) => this.#seenBy(at, policy)),
      ),
      people: this.#people,
      mayMissLinks: this.#mayMissLinks,
      forgetful: this.#forgetful,
    };
  }
}

function isOfUnit({ before, after }: Delta): boolean {
  return (after ?? before)?.type === "org-unit";
}

function movesGoal({ before, after }: Delta): boolean {
  return goalAbove(before) !== goalAbove(after);
}

function goalAbove(thing: Delta["after"]): GoalId | undefined {
  return thing?.type === "goal" ? thing.parentId : undefined;
}

/** The others alter what findings say, or to whom they go. */
function bringsOrEnds({ kind }: Touch): boolean {
  return kind !== "open" && kind !== "led";
}

const prefix = "finder-";

function nameOf(finder: number): RuleName {
  return `${prefix}${finder}`;
}

function finderOf(name: RuleName): number {
  return Number(name.slice(prefix.length));
}

import type { PastParts } from "#shared/graph/graph-as-of.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import { depthMax } from "#shared/graph/ways-up.ts";
import type { GoalId, OrgUnitId, RuleName, SubjectId } from "#shared/model/ids.ts";
import type { RuleSettings } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";

import { isOfFirstReading } from "../alert-baseline.ts";
import { isInScope } from "../alert-scope.ts";
import { compilePattern } from "../event-pattern/compile-pattern.ts";
import { type FindingChange, LiveFindings } from "../live-findings.ts";
import type { Delta, Rule, Touch } from "../rule.ts";
import type { Episode, EpisodeStart, Finding } from "./episode.ts";
import { Episodes } from "./episodes.ts";
import type { OrgStep } from "./org-in-time.ts";
import { type Happening, PastInTime } from "./past-in-time.ts";

/** A rule as it is set, or would be. */
export interface Variant {
  readonly options: unknown;
  readonly scope: RuleSettings["scope"];
}

interface ReplayInput {
  readonly parts: PastParts;
  readonly rule: Rule;
  readonly variants: readonly Variant[];
  readonly from: Instant;
  readonly to: Instant;
  /** For how long after a first reading a finding counts as the first reading's. */
  readonly baselineMinutes: number;
  /** Asked now and then; false ends the replay where it is. */
  readonly hasTime: () => boolean;
}

export interface Replayed {
  /** Of each variant, in the order of their beginnings. */
  readonly episodes: readonly (readonly Episode[])[];
  /** Of each variant: subjects of which it could not always be said whether there was a finding. */
  readonly hidden: readonly ReadonlySet<SubjectId>[];
  /** How far it came. */
  readonly reachedAt: Instant;
  /** The least number of people that a team had when something of it was found. */
  readonly people: ReadonlyMap<OrgUnitId, number>;
  readonly orgStep: OrgStep;
  readonly mayMissLinks: boolean;
  /** Records of which not all was known when it began. */
  readonly forgetful: number;
}

/** Moments between two looks at the time. */
const lookEvery = 256;

/** Lets the rule look on while all that happened between two moments happens again. Pure. */
export function replay(input: ReplayInput): Replayed {
  const { parts, from, to, hasTime } = input;
  const past = new PastInTime(parts, from, to);
  const replaying = new Replaying(past, input);
  let [lastAt, moments, isOutOfTime] = [from, 0, false];
  for (const happening of past.happenings()) {
    moments += 1;
    isOutOfTime = moments % lookEvery === 0 && !hasTime();
    if (isOutOfTime) break;
    replaying.follow(happening);
    lastAt = happening.at;
  }
  const reachedAt = isOutOfTime ? lastAt : to;
  return { ...replaying.result(), reachedAt, orgStep: past.orgStep };
}

class Replaying {
  readonly #past: PastInTime;
  readonly #input: ReplayInput;
  readonly #findings: LiveFindings;
  readonly #episodes: readonly Episodes[];
  readonly #hidden: readonly Set<SubjectId>[];
  readonly #people = new Map<OrgUnitId, number>();
  readonly #isWorthOne: (finding: Finding) => boolean;
  readonly #mayMissLinks: boolean;
  readonly #forgetful: number;

  constructor(past: PastInTime, input: ReplayInput) {
    this.#past = past;
    this.#input = input;
    const { rule, variants, from } = input;
    this.#episodes = variants.map(() => new Episodes());
    this.#hidden = variants.map(() => new Set<SubjectId>());
    this.#mayMissLinks = past.haze.mayMissLinks;
    this.#forgetful = past.haze.size;
    const pattern = rule.alertOn && compilePattern(rule.alertOn);
    this.#isWorthOne = (finding) => pattern?.matches(finding) ?? true;
    const set = variants.map(({ options }, at) => ({ rule: this.#asSeen(at), options }));
    this.#findings = new LiveFindings(past.live, set, from);
    for (const [at] of variants.entries()) {
      for (const [subjectId, finding] of this.#findings.openFindings(nameOf(at))) {
        this.#say(at, { subjectId, finding, at: from, start: "before" });
      }
    }
  }

  get #graph(): MemoryGraph {
    return this.#past.live.graph;
  }

  /** The rule under a name for each variant; it hears of no source that is not ready, and guesses nothing. */
  #asSeen(variant: number): Rule {
    const { rule } = this.#input;
    const { haze } = this.#past;
    const hidden = this.#hidden[variant];
    return {
      ...rule,
      name: nameOf(variant),
      touched: (delta, options) =>
        this.#isHeard(delta) ? rule.touched(delta, options).filter(bringsOrEnds) : [],
      evaluate: (input) => {
        const found = rule.evaluate(input);
        if (found.state !== "open" || input.stands || haze.isClear) return found;
        const { subjectId } = input;
        if (!haze.hides(this.#graph, { subjectId, reads: rule.reads, finding: found }))
          return found;
        hidden?.add(subjectId);
        return { state: "unknown", because: "past-unknown", turnsAt: found.turnsAt };
      },
    };
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
    if (!isOfAll) return;
    for (const change of this.#findings.recompute()) this.#note(change, at, liftsHaze);
  }

  #note({ rule, subjectId, evaluation }: FindingChange, at: Instant, liftsHaze: boolean): void {
    const variant = variantOf(rule);
    if (evaluation.state === "cleared") {
      this.#episodes[variant]?.end(subjectId, at, evaluation.because);
      return;
    }
    const wasHidden = this.#hidden[variant]?.has(subjectId) === true;
    const start =
      liftsHaze || (wasHidden && !this.#hasBegun(variant, subjectId)) ? "unknown" : "seen";
    this.#say(variant, { subjectId, finding: evaluation, at, start });
  }

  /** After its first opening that is known, all of it is. */
  #hasBegun(variant: number, subjectId: SubjectId): boolean {
    return this.#episodes[variant]?.has(subjectId) === true;
  }

  #say(
    variant: number,
    said: {
      readonly subjectId: SubjectId;
      readonly finding: Finding;
      readonly at: Instant;
      readonly start: EpisodeStart;
    },
  ): void {
    const { subjectId, finding, at, start } = said;
    const isWanted = this.#isWorthOne(finding) && this.#isInScope(variant, { subjectId, finding });
    const isBaseline = this.#isOfFirstReading(finding, at);
    this.#episodes[variant]?.say(subjectId, { at, finding, isWanted }, { start, isBaseline });
    for (const id of finding.teamIds) this.#count(id);
  }

  #count(id: OrgUnitId): void {
    const count = this.#graph.org.membersOf(id).length;
    this.#people.set(id, Math.min(count, this.#people.get(id) ?? count));
  }

  #isInScope(
    variant: number,
    { subjectId, finding }: { readonly subjectId: SubjectId; readonly finding: Finding },
  ): boolean {
    const scope = this.#input.variants[variant]?.scope;
    if (!scope) return true;
    const { teamIds, evidence } = finding;
    return isInScope(
      scope,
      { subjectId, teamIds: [...teamIds], evidence },
      {
        unitsUp: (id) => this.#graph.org.pathUp(id),
        goalsUp: (id) => goalsUp(this.#graph, id),
      },
    );
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

  result(): Omit<Replayed, "reachedAt" | "orgStep"> {
    return {
      episodes: this.#episodes.map((each) => each.all()),
      hidden: this.#hidden,
      people: this.#people,
      mayMissLinks: this.#mayMissLinks,
      forgetful: this.#forgetful,
    };
  }
}

/** The others alter what findings say, or to whom they go: nothing that is counted. */
function bringsOrEnds({ kind }: Touch): boolean {
  return kind !== "open" && kind !== "led";
}

const prefix = "variant-";

function nameOf(variant: number): RuleName {
  return `${prefix}${variant}`;
}

function variantOf(name: RuleName): number {
  return Number(name.slice(prefix.length));
}

function goalsUp(graph: MemoryGraph, id: GoalId): readonly GoalId[] {
  const way: GoalId[] = [];
  let at: GoalId | undefined = id;
  while (at !== undefined && way.length < depthMax && !way.includes(at)) {
    way.push(at);
    at = graph.goal(at)?.parentId;
  }
  return way;
}

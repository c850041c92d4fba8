import type { LinkRules } from "#shared/graph/link-rules.ts";
import type { LiveGraph } from "#shared/graph/live-graph.ts";
import type { Org } from "#shared/graph/org.ts";
import type { SourceStates } from "#shared/graph/sources.ts";
import { isIdOf } from "#shared/model/ids.ts";
import type { FactId, RuleName, SubjectId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

import { DueSubjects } from "./due-subjects.ts";
import { KnownSpines, LiveTouches } from "./live-touches.ts";
import type { Delta, Evaluation, Rule } from "./rule.ts";
import { sameJson } from "./same-json.ts";

type Open = Extract<Evaluation, { state: "open" }>;

/** A rule with its options, parsed by its own schema. */
export interface SetRule {
  readonly rule: Rule;
  readonly options: unknown;
}

/** What became of one finding: it opened, says something else, or is no more. */
export interface FindingChange {
  readonly rule: RuleName;
  readonly subjectId: SubjectId;
  readonly evaluation: Extract<Evaluation, { state: "open" | "cleared" }>;
}

/** A rule with what it has found, and when it is to look again. */
interface Kept {
  readonly set: SetRule;
  readonly open: Map<SubjectId, Open>;
  readonly due: DueSubjects;
  readonly touches: LiveTouches;
}

/** What stands around the graph and is not of it; whoever tells of a change of these gives them anew. */
interface Surroundings {
  readonly now?: Instant;
  readonly org?: Org;
  readonly sources?: SourceStates;
  readonly linkRules?: LinkRules;
  /** False: what time alone turns waits, as in the hub for the pass of the clock. Absent: true. */
  readonly turns?: boolean;
}

/**
 * The open findings of some rules about a graph in memory, kept as it changes: after each change the
 * subjects are evaluated that the rules say it touched, and no others. It is for replays and back-tests
 * what detect is for the table, and answers to the same law: what is open is what an evaluation of the
 * whole graph finds.
 */
export class LiveFindings {
  readonly #live: LiveGraph;
  readonly #spines: KnownSpines;
  readonly #rules: readonly Kept[];
  #now: Instant;
  /** Until when it was seen what time alone turns. */
  #turnedAt: Instant;

  /** Evaluates every subject once. */
  constructor(live: LiveGraph, rules: readonly SetRule[], now: Instant) {
    this.#live = live;
    this.#spines = new KnownSpines(live.graph);
    this.#rules = rules.map((set) => {
      const open = new Map<SubjectId, Open>();
      const touches = new LiveTouches(live, this.#spines, { open, now });
      return { set, open, due: new DueSubjects(), touches };
    });
    this.#now = now;
    this.#turnedAt = now;
    this.recompute();
  }

  /** Open findings of a rule by their subjects. */
  openFindings(rule: RuleName): ReadonlyMap<SubjectId, Open> {
    return this.#rules.find(({ set }) => set.rule.name === rule)?.open ?? new Map();
  }

  /**
   * Lets changes happen and tells what came of them. What a delta says was before is not believed: the
   * graph knows. Time may pass with them; it never goes back.
   */
  apply(deltas: readonly Delta[], around: Surroundings = {}): readonly FindingChange[] {
    const { graph } = this.#live;
    if (around.org) graph.org = around.org;
    if (around.sources) graph.sources = around.sources;
    if (around.linkRules) graph.linkRules = around.linkRules;
    const happened = deltas.map((delta) => this.#happen(delta));
    // It is still there, and holds no more: to every rule that is as if it were gone.
    const { now = this.#now, turns = true } = around;
    for (const ended of this.#passTo(now, turns)) happened.push({ before: ended });
    const changes: FindingChange[] = [];
    this.#spines.forget();
    for (const kept of this.#rules) {
      for (const change of this.#follow(kept, happened, turns)) changes.push(change);
    }
    return changes;
  }

  /** Evaluates everything there is, as after a change that touches all. */
  recompute(): readonly FindingChange[] {
    return this.#rules.flatMap((kept) => this.#evaluate(kept, this.#all(kept)));
  }

  #passTo(now: Instant, turns: boolean) {
    this.#now = now > this.#now ? now : this.#now;
    if (!turns || this.#turnedAt === this.#now) return none;
    const [after, until] = [this.#turnedAt, this.#now];
    this.#turnedAt = until;
    const { linkRules } = this.#live.graph;
    return [...this.#live.expiredBetween(after, until), ...linkRules.expiredBetween(after, until)];
  }

  #happen(delta: Delta): Delta {
    if (delta.history) this.#live.graph.addHistory(delta.history);
    if (delta.buriedId !== undefined) return this.#bury(delta.buriedId);
    const is = delta.after;
    if (is === undefined) return this.#end(delta);
    switch (is.type) {
      case "work-item":
        return changed(this.#live.putItem(is), is);
      case "goal":
        return changed(this.#live.putGoal(is), is);
      case "link":
        return changed(this.#live.putLink(is), is);
      case "dependency":
        return changed(this.#live.putDependency(is), is);
      default:
        return delta;
    }
  }

  /** The after image is gone: of facts for certain, of edges until somebody asserts them again. */
  #end(delta: Delta): Delta {
    const was = delta.before;
    switch (was?.type) {
      case "work-item":
      case "goal":
        return this.#bury(was.id);
      case "link":
        return changed(this.#live.dropLink(was), undefined);
      case "dependency":
        return changed(this.#live.dropDependency(was), undefined);
      default:
        return delta;
    }
  }

  #bury(id: FactId): Delta {
    const before = isIdOf("work-item", id)
      ? this.#live.removeItem(id)
      : isIdOf("goal", id)
        ? this.#live.removeGoal(id)
        : undefined;
    return before ? { before } : { buriedId: id };
  }

  #follow(kept: Kept, deltas: readonly Delta[], turns: boolean): readonly FindingChange[] {
    const { set, open, due, touches } = kept;
    const { rule, options } = set;
    touches.begin(this.#now);
    for (const delta of deltas) {
      for (const touch of rule.touched(delta, options)) touches.add(touch);
    }
    const turning = turns ? due.takeUntil(this.#now) : none;
    if (touches.isEverything) return this.#evaluate(kept, this.#all(kept));
    for (const id of turning) touches.add({ kind: "subject", id });
    if (touches.ofOpen !== undefined) {
      const routedElse = this.#routedElse(rule, open, touches.ofOpen === "all");
      for (const id of routedElse) touches.add({ kind: "subject", id });
    }
    return touches.found.size === 0 ? none : this.#evaluate(kept, touches.found);
  }

  /** All that is open, or only what would go to another leader now. */
  *#routedElse(
    { leaderOf }: Rule,
    open: ReadonlyMap<SubjectId, Open>,
    all: boolean,
  ): Iterable<SubjectId> {
    for (const [id, { teamIds, leaderId }] of open) {
      const isElse = all || leaderOf?.(this.#live.graph.org, teamIds) !== leaderId;
      if (isElse || leaderOf === undefined) yield id;
    }
  }

  #all({ set, open }: Kept): ReadonlySet<SubjectId> {
    return new Set([...set.rule.subjects(this.#live.graph), ...open.keys()]);
  }

  #evaluate(
    { set: { rule, options }, open, due }: Kept,
    subjects: Iterable<SubjectId>,
  ): readonly FindingChange[] {
    const changes: FindingChange[] = [];
    const [view, now] = [this.#live.graph, this.#now];
    for (const subjectId of subjects) {
      const stands = open.get(subjectId);
      const evaluation = rule.evaluate({ view, subjectId, options, now, stands });
      if (rule.turnsWithTime === true) due.set(subjectId, evaluation.turnsAt);
      // What stands, stands, where nothing can be said.
      if (evaluation.state === "unknown" || isSame(stands, evaluation)) continue;
      if (evaluation.state === "open") open.set(subjectId, evaluation);
      else open.delete(subjectId);
      changes.push({ rule: rule.name, subjectId, evaluation });
    }
    return changes;
  }
}

const none: readonly never[] = [];

function changed(before: Delta["before"], after: Delta["after"]): Delta {
  if (before && after) return { before, after };
  return { ...(before && { before }), ...(after && { after }) };
}

/** All that a finding says and to whom it goes; which sources stand behind it is no news. */
function isSame(stands: Open | undefined, is: Evaluation): boolean {
  if (stands === is) return true;
  if (is.state !== "open" || !stands) return is.state !== "open" && stands === undefined;
  return (
    stands.title === is.title &&
    stands.severity === is.severity &&
    stands.leaderId === is.leaderId &&
    sameJson(stands.teamIds, is.teamIds) &&
    sameJson(stands.connectionIds, is.connectionIds) &&
    sameJson(stands.evidence, is.evidence)
  );
}

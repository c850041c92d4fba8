import type * as z from "zod";

import type { Org } from "#shared/graph/org.ts";
import type { GraphView, MemoryGraph } from "#shared/graph/view.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { Edge, Match } from "#shared/model/edges.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { History } from "#shared/model/history.ts";
import type {
  AccountId,
  ConnectionId,
  DependencyId,
  FactId,
  GoalId,
  OrgUnitId,
  PersonId,
  RuleName,
  SubjectId,
  WorkItemId,
} from "#shared/model/ids.ts";
import type { LinkRule } from "#shared/model/link-rule.ts";
import type { SamePerson } from "#shared/model/org.ts";
import type { Evidence, RuleSettings, Severity } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";

type Changed = Fact | Edge | Match | SamePerson | Connection | RuleSettings | LinkRule;

/** What changed in the table: one thing before and after. Both are absent for what is of no interest. */
export interface Delta {
  readonly before?: Changed;
  readonly after?: Changed;
  /** What is newly known of the past of an item. */
  readonly history?: History;
  /** A record that we never held is now known to be gone: what refers to it can be judged. */
  readonly buriedId?: FactId;
  /** What it said before could not be read: a finding may rest on that, and has stood since. */
  readonly wasUnread?: boolean;
}

/** Which subjects a change may have touched, as far as the change alone can tell. */
export type Touch = Where & {
  /** What changed may end a finding or alter what it says, and can bring about none: open ones only. */
  readonly onlyOpen?: boolean;
};

type Where =
  | { readonly kind: "subject"; readonly id: SubjectId }
  /**
   * The anchor above this item, as the graph stands now: the item itself, or one that is closed. What
   * an open anchor's finding says rests on nothing that is under it. And a finding about the item.
   */
  | { readonly kind: "anchor"; readonly itemId: WorkItemId }
  /** Findings about the item and any above it: where a cycle was broken, each may have been the anchor. */
  | { readonly kind: "spine"; readonly itemId: WorkItemId }
  /** Items that have or had a home in this one. */
  | { readonly kind: "children"; readonly itemId: WorkItemId }
  /** Circles that the ways up from here lead to, and findings about any on these ways. */
  | { readonly kind: "circles-above"; readonly id: WorkItemId | GoalId }
  /** The same for items that have or had a home in this one and may go another way now. */
  | { readonly kind: "circles-above-children"; readonly itemId: WorkItemId }
  /** Circles that are reached from here by what waits for what, and findings about any on these ways. */
  | { readonly kind: "circles-of-waiting"; readonly itemId: WorkItemId }
  /** The anchors of everything that links to this goal; everything, where a link rule links to it. */
  | { readonly kind: "linked-to"; readonly goalId: GoalId }
  | { readonly kind: "dependency"; readonly id: DependencyId }
  /** All dependencies of which the item is either end. */
  | { readonly kind: "dependencies"; readonly itemId: WorkItemId }
  /** Of work assigned to the account: all its dependencies, or itself and its anchors. */
  | {
      readonly kind: "assigned-to";
      readonly accountId: AccountId;
      readonly of: "dependencies" | "work";
    }
  /** The same, for all accounts matched with the person, or that bear one of these addresses or ids. */
  | {
      readonly kind: "person";
      readonly personId: PersonId;
      readonly workEmails: readonly string[];
      readonly externalIds?: readonly string[];
      readonly of: "dependencies" | "work";
    }
  /** The subjects of the rule's open signals: what changed can alter their evidence or routing only. */
  | { readonly kind: "open" }
  /** The subjects of the rule's open signals that would go to another leader now: see `leaderOf`. */
  | { readonly kind: "led" }
  /** Everything: recompute and compare. */
  | { readonly kind: "all" };

export type Evaluation =
  | {
      readonly state: "open";
      readonly severity: Severity;
      readonly title: string;
      readonly evidence: Evidence;
      readonly teamIds: readonly OrgUnitId[];
      /** The tools that the subject is from. */
      readonly connectionIds: readonly ConnectionId[];
      /** Further sources whose silence could make the finding wrong: of goals, of people, of hops. */
      readonly restsOn?: Iterable<ConnectionId>;
      readonly leaderId?: PersonId | undefined;
    }
  | { readonly state: "cleared"; readonly because: string }
  /** We cannot see enough to say: what stands, stands. */
  | { readonly state: "unknown"; readonly because: string };

export interface EvaluateInput<Options> {
  readonly view: GraphView;
  readonly subjectId: SubjectId;
  readonly options: Options;
  readonly now: Instant;
  /** What was found of this subject in the same graph before; given back, it says that nothing is new. */
  readonly stands?: Extract<Evaluation, { state: "open" }> | undefined;
}

/**
 * `subject`: it alone, with its edges; both ends of a dependency. `above`: and everything above it.
 * `above-and-below`: and what is under it, where it is closed. `waited-for`: and all that it waits for.
 */
export type Reads = "subject" | "above" | "above-and-below" | "waited-for";

/** A rule: data for people, and pure functions of a graph. */
export interface Rule<Options = unknown> {
  readonly name: RuleName;
  readonly title: string;
  /** Why a leader should care, in one or two sentences. */
  readonly why: string;
  readonly nextStep: string;
  readonly options: z.ZodType<Options>;
  readonly defaults: {
    /** How long a signal must stand before anybody is told. */
    readonly graceMinutes: number;
    /** How long after a clearing a new opening waits. Absent: 60. */
    readonly holdDownMinutes?: number;
    /** Absent: `message`. */
    readonly delivery?: "message" | "digest";
    /** Absent: true. */
    readonly escalates?: boolean;
    /** Absent: true. False: an admin has to switch it on. */
    readonly isEnabled?: boolean;
  };
  /**
   * Which subjects this change may touch under these options, by default none set; too many is waste, too
   * few is a wrong answer.
   */
  touched(delta: Delta, options?: Options): readonly Touch[];
  /** What an evaluation reads, so that it is there and nothing is read for nothing. */
  readonly reads: Reads;
  /**
   * Where it reads below: whether what was not read yet could still change this evaluation, beside making
   * it open. Absent: it could not.
   */
  readonly restsOnBelow?: (evaluation: Evaluation) => boolean;
  /** Which signals are worth an alert, by their content; absent: all of the rule. */
  readonly alertOn?: { readonly [field: string]: unknown };
  /**
   * Whom a finding about these teams goes to. A rule that says so need not have all its open signals
   * evaluated when somebody moves: only those that would go to somebody else.
   */
  readonly leaderOf?: (org: Org, teamIds: readonly OrgUnitId[]) => PersonId | undefined;
  /** Every subject there may be, for the pass over the whole graph. */
  subjects(graph: MemoryGraph): Iterable<SubjectId>;
  evaluate(input: EvaluateInput<Options>): Evaluation;
}

/**
 * Declares a rule. Inside its folder the options are typed; the registry holds them untyped, which is
 * sound because detect parses a rule's options with this very schema before it evaluates.
 */
export function defineRule<Options>(rule: Rule<Options>): Rule {
  return rule;
}

import type * as z from "zod";

import type { Org } from "#shared/graph/org.ts";
import type { GraphView, MemoryGraph } from "#shared/graph/view.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { Edge, Match } from "#shared/model/edges.ts";
import type { Fact, WorkItem } from "#shared/model/facts.ts";
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
import type { Evidence, RuleSettings, Severity, Signal } from "#shared/model/signal.ts";
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
  /**
   * How this connection stands is another; it has nothing to do with what it told. Comes alone: what changes
   * conclusions too is told as the change of the connection itself.
   */
  readonly ofConnection?: ConnectionId;
  /** What this connection cannot see is another, or what it is called with that. Comes alone. */
  readonly ofCoverage?: ConnectionId;
  /** What is written of this rule about this subject is another: it may rest on what was read too early. */
  readonly ofSignal?: Pick<Signal, "rule" | "subjectId" | "looks">;
}

/** Which subjects a change may have touched, as far as the change alone can tell. */
export type Touch = Where & {
  /** What changed may end a finding or alter what it says, and can bring about none: open ones only. */
  readonly onlyOpen?: boolean;
  /**
   * With `onlyOpen`, of a rule that turns with time: none now, but time alone may bring one about sooner than
   * was said before. The hourly pass finds that; whoever has none evaluates it, to know when to look again.
   */
  readonly mayTurn?: boolean;
};

/** What of somebody's work a change of theirs touches. */
export type OfWork = "dependencies" | "work" | "owned";

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
  /** The item, and all that is above it by any of its homes. */
  | { readonly kind: "ancestors"; readonly itemId: WorkItemId }
  /** The anchors of everything that links to this goal; everything, where a link rule links to it. */
  | { readonly kind: "linked-to"; readonly goalId: GoalId }
  /** The same, of the items themselves that link to it. */
  | { readonly kind: "linkers"; readonly goalId: GoalId }
  /** The goals that stored links of this item lead to. */
  | { readonly kind: "goals-of"; readonly itemId: WorkItemId }
  /** The goals right above this one: its parent, and those that its links lead to. */
  | { readonly kind: "goals-above"; readonly goalId: GoalId }
  /** The goals right below this one: those whose parent it is, and those that link to it. */
  | { readonly kind: "goals-below"; readonly goalId: GoalId }
  /** The team that owns a goal of this team's name or of this owner; see `teamOfGoal`. */
  | {
      readonly kind: "team-of-goal";
      readonly teamName?: string | undefined;
      readonly ownerId?: AccountId | undefined;
    }
  /** The teams that own the goals whose parent is this one. */
  | { readonly kind: "teams-below"; readonly goalId: GoalId }
  /** Every team that owns an open goal now. */
  | { readonly kind: "goal-teams" }
  | { readonly kind: "dependency"; readonly id: DependencyId }
  /** All dependencies of which the item is either end. */
  | { readonly kind: "dependencies"; readonly itemId: WorkItemId }
  /**
   * Of work assigned to the account: all its dependencies, or itself and its anchors. `owned`: the latter,
   * and the goals of which it is the owner.
   */
  | { readonly kind: "assigned-to"; readonly accountId: AccountId; readonly of: OfWork }
  /** The same, for all accounts matched with the person, or that bear one of these addresses or ids. */
  | {
      readonly kind: "person";
      readonly personId: PersonId;
      readonly workEmails: readonly string[];
      readonly externalIds?: readonly string[];
      readonly of: OfWork;
    }
  /** The subjects of the rule's open signals: what changed can alter their evidence or routing only. */
  | { readonly kind: "open" }
  /** The subjects of the rule's open signals that would go to another leader now: see `leaderOf`. */
  | { readonly kind: "led" }
  /** Everything: recompute and compare. */
  | { readonly kind: "all" };

/** `turnsAt`: when time alone may make it another one; before that only a change can. */
export type Evaluation = { readonly turnsAt?: Instant | undefined } & Found;

type Found =
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
 * `subject`: it alone, with its edges; both ends of a dependency. `next-above`: and its parents and the goals
 * that it links to. `above`: and everything above it. `above-and-below`: and what is under it, where it is
 * closed. `next-above-and-all-below`: all that is under it, as long as the evaluation is open.
 * `waited-for`: and all that it waits for. `under-goal`: a goal, the goals right below it and what links to
 * it, no more than `linkersMax` of goal-tree.ts. `goals`: all goals, without their edges. `connection`: how a
 * connection stands. `coverage`: and what it cannot see; these two read neither organisation nor link rules.
 */
export type Reads =
  | "subject"
  | "next-above"
  | "above"
  | "above-and-below"
  | "next-above-and-all-below"
  | "waited-for"
  | "under-goal"
  | "goals"
  | "connection"
  | "coverage";

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
  /** Where it reads below what is closed: whether what is under this closed item counts too. Absent: it does. */
  entersBelow?(input: EvaluateInput<Options>, child: WorkItem): boolean;
  /**
   * Time alone may alter what it finds: its evaluations say when, or some moment before it. The hourly pass
   * finds that; whoever has no such pass looks again then. See `mayTurn` of a touch.
   */
  readonly turnsWithTime?: boolean;
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

import * as z from "zod";

import { restOnTeams } from "#shared/graph/allowances.ts";
import { judge, parentIds, spineOf, spineParentId } from "#shared/graph/line-of-sight.ts";
import { openWorkUnder } from "#shared/graph/open-work-under.ts";
import type { Org } from "#shared/graph/org.ts";
import { goalSources, spineSources, teamSources } from "#shared/graph/rests-on.ts";
import { incompleteBecause } from "#shared/graph/sources.ts";
import { teamOf } from "#shared/graph/team.ts";
import type { GraphView } from "#shared/graph/view.ts";
import { differ } from "#shared/kit/differ.ts";
import { touchedByLinkRule } from "#shared/kit/link-rule-touches.ts";
import type { Delta, EvaluateInput, Evaluation, Touch } from "#shared/kit/rule.ts";
import { defineRule } from "#shared/kit/rule.ts";
import { peopleMatter, touchedByTeams, unitMatters } from "#shared/kit/team-touches.ts";
import { type Goal, type WorkItem, WorkItemKind, isOpen } from "#shared/model/facts.ts";
import type { ConnectionId, FactId, GoalId, SubjectId, WorkItemId } from "#shared/model/ids.ts";
import { isIdOf, readFactId } from "#shared/model/ids.ts";

import { entersBelow } from "./below.ts";

const Options = z.strictObject({
  allowances: z
    .array(
      z.strictObject({
        reason: z.string().min(1).max(120),
        containers: z.array(z.string()).optional(),
        originalKinds: z.array(z.string()).optional(),
        labels: z.array(z.string()).optional(),
        kinds: z.array(WorkItemKind).optional(),
        teams: z.array(z.string().min(1).max(400)).max(100).optional(),
      }),
    )
    .max(100)
    .default([])
    .meta({
      title: "Allowances",
      description:
        "Work that may stand outside strategy, each with its `reason`: by `containers`, `labels`, `kinds` of work as the hub knows them, `originalKinds` as its tool calls them, or `teams`, by the name or id of a unit. All conditions given must hold; work whose team is not known belongs to none.",
    }),
});
type Options = z.infer<typeof Options>;

/** Work items no rule of ours should nag about: the frame of a tool, not work in it. */
const frameKinds: ReadonlySet<WorkItem["kind"]> = new Set(["portfolio"]);

/** Work whose anchor serves no goal. The subject is the anchor: one epic is one signal, not forty. */
export const unlinkedWork = defineRule<Options>({
  name: "unlinked-work",
  title: "Work with no strategic parent",
  why: "Nobody can see which goal this work serves, so nobody can say whether it should go on, wait or stop.",
  nextStep:
    "Link the item to the goal it serves, in its own tool or here. If it serves none on purpose, give its kind of work an allowance.",
  options: Options,
  defaults: { graceMinutes: 60 },
  reads: "above-and-below",
  restsOnBelow: (found) => found.state === "cleared" && found.because === "closed",
  entersBelow,

  touched(delta: Delta, options?: Options): readonly Touch[] {
    if (delta.buriedId !== undefined) return touchedByBurial(delta.buriedId);
    const type = (delta.after ?? delta.before)?.type;
    if (type === undefined) return [];
    const isByTeams = options !== undefined && restOnTeams(options.allowances);
    const touches = touchedBy[type](delta, isByTeams);
    if (!isByTeams) return touches;
    // What was allowed has no signal among the open ones, so whose team changes must be looked up.
    if (type === "org-unit" && unitMatters(delta)) return everything();
    return [...touches, ...touchedByTeams(delta, "work")];
  },

  *subjects(graph) {
    for (const item of graph.items()) if (isOwnAnchor(graph, item)) yield item.id;
  },

  evaluate({ view, subjectId, options, now, stands }): Evaluation {
    const anchor = view.item(asWorkItemId(subjectId));
    if (!anchor) return { state: "cleared", because: "removed" };
    if (frameKinds.has(anchor.kind)) return { state: "cleared", because: "not-work" };
    const spine = spineOf(view, anchor);
    if (spine.items.length > 1) return { state: "cleared", because: "has-a-parent" };
    const { allowances } = options;
    const sight = judge(view, anchor, { now, allowances, homes: "spine" }, spine);
    // A circle has no top to link. That it is one is a finding of its own, and the one that helps; it is
    // one whatever stands still, and what is under it must not keep an old finding standing.
    const isCircle = sight.verdict !== "linked" && spine.end === "cycle";
    if (isCircle) return { state: "cleared", because: "cycle" };
    // A source that stands still tells nothing new: what was found stands. A parent or goal that we
    // cannot read is a fact about the item: it must not be called unlinked.
    if (sight.verdict === "unknown" && incompleteBecause(view.sources, anchor.connectionId)) {
      return { state: "unknown", because: sight.reason };
    }
    if (sight.verdict !== "unlinked") return { state: "cleared", because: sight.verdict };
    const witness = isOpen(anchor) ? anchor : openWorkUnder(view, anchor, { now, allowances });
    if (!witness) return { state: "cleared", because: "closed" };
    const isByTeams = restOnTeams(allowances);
    return opened(new Found(view, { anchor, witness, reason: sight.reason, isByTeams }), stands);
  },
});

/** It is the topmost that we hold, or of a circle the one that a finding would be about. */
function isOwnAnchor(view: GraphView, item: WorkItem): boolean {
  const aboveId = spineParentId(view, item);
  if (aboveId === undefined || view.item(aboveId) === undefined) return true;
  return spineOf(view, item).items.length === 1;
}

type DeltaType = NonNullable<Delta["after"]>["type"];

const everything = (): readonly Touch[] => [{ kind: "all" }];
/** Whose work it is, and who leads them, is part of every open finding. */
const whatIsOpen = (): readonly Touch[] => [{ kind: "open" }];
const nothing = (): readonly Touch[] => [];

type TouchedBy = (delta: Delta, isByTeams: boolean) => readonly Touch[];

const touchedBy: Readonly<Record<DeltaType, TouchedBy>> = {
  "work-item": ({ before, after }, isByTeams) =>
    touchedByItem(asItem(before), asItem(after), isByTeams),
  goal: ({ before, after }) => touchedByGoal(asGoal(before), asGoal(after)),
  link: ({ before, after }) => touchedByLink(after ?? before),
  connection: everything,
  "rule-settings": everything,
  "link-rule": touchedByLinkRule,
  person: (delta) => (peopleMatter(delta) ? whatIsOpen() : []),
  account: whatIsOpen,
  match: whatIsOpen,
  membership: whatIsOpen,
  "same-person": whatIsOpen,
  "org-unit": whatIsOpen,
  dependency: nothing,
  home: nothing,
};

interface Parts {
  readonly anchor: WorkItem;
  readonly witness: WorkItem;
  readonly reason: string;
  /** Whose they are, and what is between them, might have allowed it. */
  readonly isByTeams: boolean;
}

/**
 * All that a finding is made from, so that one that would say the same is known before it is written. And
 * the sources that it rests on, looked up when they are asked for: whoever follows many changes never does.
 */
class Found implements Iterable<ConnectionId> {
  readonly anchor: WorkItem;
  readonly witness: WorkItem;
  readonly reason: string;
  readonly isByTeams: boolean;
  /** It decides whose work it is, and who leads them; another organisation is another object. */
  readonly org: Org;
  readonly #view: GraphView;

  constructor(view: GraphView, { anchor, witness, reason, isByTeams }: Parts) {
    this.anchor = anchor;
    this.witness = witness;
    this.reason = reason;
    this.isByTeams = isByTeams;
    this.org = view.org;
    this.#view = view;
  }

  isSame(other: Found): boolean {
    return (
      this.anchor === other.anchor &&
      this.witness === other.witness &&
      this.reason === other.reason &&
      this.isByTeams === other.isByTeams &&
      this.org === other.org &&
      this.#view === other.#view
    );
  }

  *[Symbol.iterator]() {
    yield* goalSources(this.#view.sources);
    yield* spineSources(this.#view, this.witness);
    const { items } = this.isByTeams ? spineOf(this.#view, this.witness) : { items: [this.anchor] };
    for (const item of items) yield* teamSources(this.org, item);
  }
}

function opened(found: Found, stands: EvaluateInput<Options>["stands"]): Evaluation {
  if (stands?.restsOn instanceof Found && stands.restsOn.isSame(found)) return stands;
  const { anchor, witness, reason, org } = found;
  const { teamId } = teamOf(org, anchor);
  const name = anchor.key === undefined ? anchor.title : `${anchor.key} ${anchor.title}`;
  const nodes = witness.id === anchor.id ? [anchor] : [witness, anchor];
  return {
    state: "open",
    severity: anchor.kind === "epic" || anchor.kind === "project" ? "warning" : "info",
    title: `No goal above ${name}`,
    evidence: {
      sentence: sentence(anchor, witness, reason),
      path: nodes.map((node, index) => ({
        id: node.id,
        role: index === nodes.length - 1 ? ("subject" as const) : ("ancestor" as const),
        label: node.key === undefined ? node.title : `${node.key} ${node.title}`,
        url: node.url,
      })),
      facts: { reason, kind: anchor.kind, isAnchorOpen: isOpen(anchor) },
    },
    teamIds: teamId === undefined ? [] : [teamId],
    connectionIds: [anchor.connectionId],
    restsOn: found,
    leaderId: teamId === undefined ? undefined : org.leadOf(teamId),
  };
}

function sentence(anchor: WorkItem, witness: WorkItem, reason: string): string {
  const why = {
    "goal-removed": "the goal it was linked to was deleted",
    "goal-dropped": "the goal it is linked to was dropped",
    "link-expired": "its link to a goal has expired",
  }[reason];
  const subject = `The ${anchor.kind} “${anchor.title}” is the top of its hierarchy and ${why ?? "has no link to a goal"}`;
  return isOpen(anchor)
    ? `${subject}.`
    : `${subject}; it is closed, but work under it is still open: “${witness.title}”.`;
}

function touchedByItem(
  before: WorkItem | undefined,
  after: WorkItem | undefined,
  isByTeams: boolean,
): readonly Touch[] {
  const item = after ?? before;
  if (!item) return [];
  const { id } = item;
  if (before && after && !differ(before, after, ["parentId", "otherParentIds"])) {
    return touchedInPlace(before, after, isByTeams);
  }
  const touches: Touch[] = [{ kind: "anchor", itemId: id }];
  // Homes it had: what it leaves behind may have no open work any more.
  if (before) for (const itemId of parentIds(before)) touches.push({ kind: "spine", itemId });
  // Children change their anchor when the item appears above them or vanishes.
  if (!before || !after) touches.push({ kind: "children", itemId: id });
  return touches;
}

/** Where no allowance asks whose work it is, its assignee tells only where a finding about itself goes. */
function touchedInPlace(before: WorkItem, after: WorkItem, isByTeams: boolean): readonly Touch[] {
  const { id, assigneeId } = after;
  if (matters(before, after)) return [{ kind: "anchor", itemId: id }];
  if (before.assigneeId === assigneeId) return [];
  return [isByTeams ? { kind: "anchor", itemId: id } : { kind: "subject", id, onlyOpen: true }];
}

function touchedByLink(link: Delta["after"]): readonly Touch[] {
  if (link?.type !== "link" || !isIdOf("work-item", link.fromId)) return [];
  return [{ kind: "anchor", itemId: link.fromId }];
}

function touchedByBurial(id: FactId): readonly Touch[] {
  const parts = readFactId(id);
  // The type of an id is what the id itself says.
  if (parts?.type === "work-item") return [{ kind: "children", itemId: id as WorkItemId }];
  return parts?.type === "goal" ? [{ kind: "linked-to", goalId: id as GoalId }] : [];
}

/** Fields that the evaluation of the item or its anchor reads, evidence and link rules included. */
function matters(before: WorkItem, after: WorkItem): boolean {
  return isOpen(before) !== isOpen(after) || differ(before, after, fieldsRead);
}

const fieldsRead = [
  "canHoldGoal",
  "container",
  "kind",
  "originalKind",
  "labels",
  "section",
  "fields",
  "teamName",
  "title",
  "key",
  "url",
] as const satisfies (keyof WorkItem)[];

function touchedByGoal(before: Goal | undefined, after: Goal | undefined): readonly Touch[] {
  const goalId = after?.id ?? before?.id;
  // Unread, dropped, removed and supporting are four different answers for what links to it.
  const same =
    (before?.status === "dropped") === (after?.status === "dropped") && !before === !after;
  return goalId === undefined || same ? [] : [{ kind: "linked-to", goalId }];
}

function asItem(thing: Delta["before"]): WorkItem | undefined {
  return thing?.type === "work-item" ? thing : undefined;
}

function asGoal(thing: Delta["before"]): Goal | undefined {
  return thing?.type === "goal" ? thing : undefined;
}

/** Subjects of this rule are work items: `subjects` and `touched` give nothing else. */
function asWorkItemId(id: SubjectId): WorkItemId {
  return id as WorkItemId;
}

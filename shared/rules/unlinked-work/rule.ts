import * as z from "zod";

import { lineOfSight, openWorkUnder, pathToAnchor } from "#shared/graph/line-of-sight.ts";
import { teamOf } from "#shared/graph/team.ts";
import type { GraphView } from "#shared/graph/view.ts";
import type { Delta, Evaluation, Touch } from "#shared/kit/rule.ts";
import { defineRule } from "#shared/kit/rule.ts";
import { isOpen } from "#shared/model/facts.ts";
import type { Goal, WorkItem } from "#shared/model/facts.ts";
import type { SubjectId, WorkItemId } from "#shared/model/ids.ts";
import { WorkItemId as WorkItemIdSchema } from "#shared/model/ids.ts";

const Options = z.strictObject({
  allowances: z
    .array(
      z.strictObject({
        reason: z.string().min(1).max(120),
        containers: z.array(z.string()).optional(),
        originalKinds: z.array(z.string()).optional(),
        labels: z.array(z.string()).optional(),
      }),
    )
    .max(100)
    .default([])
    .meta({
      title: "Allowances",
      description:
        "Work that may stand outside strategy, each with its reason: by container, kind of work or label.",
    }),
});
type Options = z.infer<typeof Options>;

/** Work items no rule of ours should nag about: the frame of a tool, not work in it. */
const frameKinds: readonly WorkItem["kind"][] = ["portfolio"];

/** Work whose anchor serves no goal. The subject is the anchor: one epic is one signal, not forty. */
export const unlinkedWork = defineRule<Options>({
  name: "unlinked-work",
  title: "Work with no strategic parent",
  why: "Nobody can see which goal this work serves, so nobody can say whether it should go on, wait or stop.",
  nextStep:
    "Link the item to the goal it serves, in its own tool or here. If it serves none on purpose, give its kind of work an allowance.",
  options: Options,
  defaults: { graceMinutes: 60 },

  touched(delta: Delta): readonly Touch[] {
    const { before, after } = delta;
    const type = (after ?? before)?.type;
    if (type === "work-item") return touchedByItem(asItem(before), asItem(after));
    if (type === "link") {
      const link = after ?? before;
      if (link?.type !== "link" || !isItemId(link.fromId)) return [];
      return [
        { kind: "subject", id: link.fromId },
        { kind: "anchor", itemId: link.fromId },
      ];
    }
    if (type === "goal") return touchedByGoal(asGoal(before), asGoal(after));
    return type === "connection" || type === "rule-settings" ? [{ kind: "all" }] : [];
  },

  *subjects(graph) {
    for (const item of graph.items()) {
      if (pathToAnchor(graph, item).length === 1) yield item.id;
    }
  },

  evaluate({ view, subjectId, options, now }): Evaluation {
    const anchor = view.item(asWorkItemId(subjectId));
    if (!anchor) return { state: "cleared", because: "removed" };
    if (frameKinds.includes(anchor.kind)) return { state: "cleared", because: "not-work" };
    const sight = lineOfSight(view, anchor, { now, allowances: options.allowances });
    if (sight.anchorId !== anchor.id) return { state: "cleared", because: "has-a-parent" };
    if (sight.verdict === "unknown" && isOpen(anchor)) {
      return { state: "unknown", because: sight.reason };
    }
    if (sight.verdict !== "unlinked") return { state: "cleared", because: sight.verdict };
    const witness = isOpen(anchor)
      ? anchor
      : openWorkUnder(view, anchor, { now, allowances: options.allowances });
    if (!witness) return { state: "cleared", because: "closed" };
    return opened(view, { anchor, witness, reason: sight.reason });
  },
});

interface Found {
  readonly anchor: WorkItem;
  readonly witness: WorkItem;
  readonly reason: string;
}

function opened(view: GraphView, { anchor, witness, reason }: Found): Evaluation {
  const team = teamOf(view.org, anchor);
  const name = anchor.key === undefined ? anchor.title : `${anchor.key} ${anchor.title}`;
  const lead = team.teamId === undefined ? undefined : view.org.leadOf(team.teamId);
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
    teamIds: team.teamId === undefined ? [] : [team.teamId],
    connectionIds: [anchor.connectionId],
    leaderId: lead,
  };
}

function sentence(anchor: WorkItem, witness: WorkItem, reason: string): string {
  const kind = anchor.originalKind;
  const why = {
    "goal-removed": "the goal it was linked to was deleted",
    "goal-dropped": "the goal it is linked to was dropped",
    "link-expired": "its link to a goal has expired",
    cycle: "its parents form a cycle that reaches no goal",
  }[reason];
  const subject = `${kind} “${anchor.title}” is the top of its hierarchy and ${why ?? "has no link to a goal"}`;
  return isOpen(anchor)
    ? `${subject}.`
    : `${subject}; it is closed, but work under it is still open: “${witness.title}”.`;
}

function touchedByItem(
  before: WorkItem | undefined,
  after: WorkItem | undefined,
): readonly Touch[] {
  const id = after?.id ?? before?.id;
  if (id === undefined || (before && after && !matters(before, after))) return [];
  const touches: Touch[] = [
    { kind: "subject", id },
    { kind: "anchor", itemId: id },
  ];
  if (before?.parentId !== undefined && before.parentId !== after?.parentId) {
    touches.push({ kind: "anchor", itemId: before.parentId });
  }
  // Children change their anchor when the item appears above them or vanishes.
  if (!before || !after) touches.push({ kind: "children", itemId: id });
  return touches;
}

/** Fields that the evaluation of the item or its anchor reads, evidence included. */
function matters(before: WorkItem, after: WorkItem): boolean {
  return (
    isOpen(before) !== isOpen(after) ||
    before.parentId !== after.parentId ||
    before.otherParentIds?.join() !== after.otherParentIds?.join() ||
    before.canHoldGoal !== after.canHoldGoal ||
    before.container !== after.container ||
    before.originalKind !== after.originalKind ||
    before.labels?.join() !== after.labels?.join()
  );
}

function touchedByGoal(before: Goal | undefined, after: Goal | undefined): readonly Touch[] {
  const goalId = after?.id ?? before?.id;
  const wasSupport = before !== undefined && before.status !== "dropped";
  const isSupport = after !== undefined && after.status !== "dropped";
  return goalId === undefined || wasSupport === isSupport ? [] : [{ kind: "linked-to", goalId }];
}

function asItem(thing: Delta["before"]): WorkItem | undefined {
  return thing?.type === "work-item" ? thing : undefined;
}

function asGoal(thing: Delta["before"]): Goal | undefined {
  return thing?.type === "goal" ? thing : undefined;
}

function isItemId(id: string): id is WorkItemId {
  return WorkItemIdSchema.safeParse(id).success;
}

/** Subjects of this rule are work items: `subjects` and `touched` give nothing else. */
function asWorkItemId(id: SubjectId): WorkItemId {
  return WorkItemIdSchema.parse(id);
}

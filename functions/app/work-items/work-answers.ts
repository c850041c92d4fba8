import * as z from "zod";

import { LinkSource } from "#shared/model/edges.ts";
import { GoalKind, WorkItemKind, WorkStatus } from "#shared/model/facts.ts";

export const VerdictKind = z.enum(["linked", "unlinked", "allowed", "unlinkable", "unknown"]);

const Verdict = z.strictObject({
  kind: VerdictKind,
  reason: z.string().meta({ description: "A stable word, or the allowance's own reason" }),
});

/** Whose work it is and how that was found, or why it cannot be said. */
export const TeamAnswer = z
  .strictObject({
    id: z.string().optional(),
    name: z.string().optional(),
    how: z.enum(["named", "assignee"]).optional(),
    why: z.string().optional().meta({ description: "Why no team is known" }),
  })
  .meta({ id: "Team" });

export const WorkItemAnswer = z
  .strictObject({
    id: z.string(),
    connectionId: z.string(),
    connection: z.string(),
    key: z.string().optional(),
    title: z.string(),
    url: z.string(),
    kind: WorkItemKind,
    originalKind: z.string(),
    status: WorkStatus,
    originalStatus: z.string(),
    container: z.string().optional(),
    dueOn: z.string().optional(),
    labels: z.array(z.string()).optional(),
    team: TeamAnswer,
    verdict: Verdict,
    anchorId: z.string(),
  })
  .meta({ id: "WorkItem" });
export type WorkItemAnswer = z.input<typeof WorkItemAnswer>;

const ruleId = z.string().optional().meta({
  description: "The link rule that gives the link, where one does; the note is then its name",
});

export const HopAnswer = z
  .strictObject({
    id: z.string(),
    type: z.enum(["work-item", "goal"]),
    key: z.string().optional(),
    title: z.string(),
    url: z.string().optional(),
    kind: z.string(),
    status: z.string().optional(),
    via: z.enum(["self", "parent", "link", "goal-parent", "goal-link"]),
    link: z
      .strictObject({
        source: LinkSource,
        confidence: z.number(),
        note: z.string().optional(),
        ruleId,
      })
      .optional(),
  })
  .meta({ id: "Hop" });
export type HopAnswer = z.input<typeof HopAnswer>;

export const LinkAnswer = z
  .strictObject({
    fromId: z.string(),
    toId: z.string(),
    source: LinkSource,
    confidence: z.number(),
    note: z.string().optional(),
    ruleId,
    createdAt: z.string(),
    expiresAt: z.string().optional(),
    isExpired: z.boolean(),
    goal: z
      .strictObject({
        title: z.string(),
        kind: GoalKind,
        status: WorkStatus,
        url: z.string().optional(),
      })
      .optional()
      .meta({ description: "Absent when the goal was removed or never read" }),
  })
  .meta({ id: "Link" });
export type LinkAnswer = z.input<typeof LinkAnswer>;

const End = z.strictObject({
  id: z.string(),
  key: z.string().optional(),
  title: z.string().optional(),
  url: z.string().optional(),
  status: WorkStatus.optional(),
  dueOn: z.string().optional(),
  team: TeamAnswer.optional(),
});

export const DependencyAnswer = z
  .strictObject({
    blocked: End,
    blocking: End,
    state: z.enum(["gone", "finished", "unread", "waiting"]),
    since: z.strictObject({
      at: z.string(),
      restsOn: z.enum(["source", "first-seen"]).meta({
        description: "The source's own history, or when the hub first saw it: then it may be older",
      }),
    }),
    isLate: z.boolean(),
    boundary: z
      .strictObject({
        level: z.string(),
        unit: z.string().optional(),
        lowestCommonManager: z.string().optional(),
      })
      .optional(),
  })
  .meta({ id: "Dependency" });
export type DependencyAnswer = z.input<typeof DependencyAnswer>;

/** How fresh a source is that an answer rests on. */
export const SourceAnswer = z
  .strictObject({
    connectionId: z.string(),
    name: z.string(),
    isReady: z.boolean(),
    isStale: z.boolean(),
    freshAt: z.string().optional(),
    ageSeconds: z.number().optional(),
  })
  .meta({ id: "Source" });
export type SourceAnswer = z.input<typeof SourceAnswer>;

import * as z from "zod";

import type { AssertedEdge, Change, Rejected } from "#shared/model/change.ts";
import type { Fact } from "#shared/model/facts.ts";
import { shortText, titleOf } from "#shared/model/facts.ts";
import type { AccountId, ConnectionId, FactType, GoalId, WorkItemId } from "#shared/model/ids.ts";
import { factId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { epochMsOf, readDate, readInstant } from "#shared/model/time.ts";

import { pathsOf } from "./errors.ts";
import type { AsanaSettings } from "./settings.ts";
import { PortfolioWire, ProjectWire, UserWire } from "./wire.ts";

/** What normalizing needs beside the record itself. Everything here is a pure function of both. */
export interface NormalizeContext {
  readonly connectionId: ConnectionId;
  readonly settings: Omit<AsanaSettings, "token" | "workspaces" | "portfolios">;
  /** When the reading was asked for. */
  readonly readAt: Instant;
  readonly resolveUrl: (url: string) => WorkItemId | GoalId | undefined;
  /** Team names by project gid. */
  readonly teamOfProject: ReadonlyMap<string, string>;
  /** Portfolio gids by the gid of what they hold. */
  readonly portfoliosOf: ReadonlyMap<string, readonly string[]>;
}

/** A record understood, or why not. */
export type Normalized =
  | { readonly change: Change; readonly rejected?: never }
  | { readonly rejected: Rejected; readonly change?: never };

export const workItemId = (context: NormalizeContext, gid: string): WorkItemId =>
  factId("work-item", "asana", context.connectionId, gid);
export const goalId = (context: NormalizeContext, gid: string): GoalId =>
  factId("goal", "asana", context.connectionId, gid);
export const accountId = (context: NormalizeContext, gid: string): AccountId =>
  factId("account", "asana", context.connectionId, gid);

const factTypes = {
  user: "account",
  project: "work-item",
  portfolio: "work-item",
  task: "work-item",
  goal: "goal",
} as const satisfies Record<string, FactType>;

/** What a record is to become, and in which context. */
interface Understanding {
  readonly kind: keyof typeof factTypes;
  readonly context: NormalizeContext;
}

/** Parses one record; a bad one becomes a reason that names its gid and the paths, never values. */
export function understand<T>(
  wanted: Understanding,
  schema: z.ZodType<T>,
  record: unknown,
  build: (record: T) => { readonly record: Fact; readonly edges: AssertedEdge[] } | string,
): Normalized {
  const parsed = schema.safeParse(record);
  if (!parsed.success) return reject(wanted, record, pathsOf(parsed.error));
  const built = build(parsed.data);
  if (typeof built === "string") return reject(wanted, record, built);
  return { change: { kind: "upserted", ...built } };
}

function reject({ kind, context }: Understanding, record: unknown, reason: string): Normalized {
  const named = z.looseObject({ gid: z.string().min(1).max(40) }).safeParse(record);
  if (!named.success) return { rejected: { record: kind, reason } };
  const { gid } = named.data;
  const id = factId(factTypes[kind], "asana", context.connectionId, gid);
  return { rejected: { record: `${kind} ${gid}`, reason, id } };
}

/**
 * What Asana gives no version for (users, portfolios, goals) is versioned by the moment of reading:
 * the later reading is the truer.
 */
export function readingOrigin(context: NormalizeContext) {
  const { connectionId, readAt } = context;
  return { connectionId, readAt, sourceVersion: epochMsOf(readAt) };
}

/** An address that may be stored; a longer or odd one gives way to the one we can build ourselves. */
export function urlOf(context: NormalizeContext, given: string | undefined, path: string): string {
  const isUsable = given !== undefined && given.length <= 500 && URL.canParse(given);
  return isUsable ? given : `${new URL(context.settings.baseUrl).origin}${path}`;
}

export function dates(record: {
  readonly start_on?: string | null | undefined;
  readonly due_on?: string | null | undefined;
}) {
  const startOn = readDate(record.start_on);
  const dueOn = readDate(record.due_on);
  return { ...(startOn && { startOn }), ...(dueOn && { dueOn }) };
}

export function moments(record: {
  readonly created_at?: string | null | undefined;
  readonly completed_at?: string | null | undefined;
}) {
  const createdAt = readInstant(record.created_at);
  const completedAt = readInstant(record.completed_at);
  return { ...(createdAt && { createdAt }), ...(completedAt && { completedAt }) };
}

/** How a person takes part in the workspace. */
export interface Membership {
  readonly isActive: boolean;
  readonly isGuest: boolean;
}

export function normalizeUser(
  context: NormalizeContext,
  record: unknown,
  membership: Membership,
): Normalized {
  return understand({ kind: "user", context }, UserWire, record, (user) => {
    const email = z.email().toLowerCase().safeParse(user.email);
    return {
      record: {
        type: "account",
        id: accountId(context, user.gid),
        ...readingOrigin(context),
        displayName: shortText(user.name) ?? `User ${user.gid}`,
        ...(email.success && { workEmail: email.data }),
        kind: membership.isGuest ? "guest" : "human",
        isActive: membership.isActive,
      },
      edges: [],
    };
  });
}

export function normalizeProject(context: NormalizeContext, record: unknown): Normalized {
  return understand({ kind: "project", context }, ProjectWire, record, (project) => {
    const modifiedAt = readInstant(project.modified_at);
    if (!modifiedAt) return "modified_at: not a moment";
    const status = projectStatus(project);
    return {
      record: {
        type: "work-item",
        id: workItemId(context, project.gid),
        connectionId: context.connectionId,
        sourceVersion: epochMsOf(modifiedAt),
        readAt: context.readAt,
        kind: "project",
        originalKind: "project",
        title: titleOf(project.name, `Project ${project.gid}`),
        url: urlOf(context, project.permalink_url, `/0/${project.gid}/list`),
        ...status,
        ...homesIn(context, context.portfoliosOf.get(project.gid) ?? []),
        container: project.gid,
        ...(project.owner && { assigneeId: accountId(context, project.owner.gid) }),
        ...teamName(project.team?.name),
        ...dates(project),
        ...moments(project),
        canHoldGoal: true,
      },
      edges: [],
    };
  });
}

function projectStatus(project: ProjectWire) {
  if (project.completed === true) return { status: "done", originalStatus: "completed" } as const;
  // Archived without being completed: nobody means to finish it.
  if (project.archived === true) return { status: "dropped", originalStatus: "archived" } as const;
  return { status: "in-progress", originalStatus: "open" } as const;
}

export function normalizePortfolio(context: NormalizeContext, record: unknown): Normalized {
  return understand({ kind: "portfolio", context }, PortfolioWire, record, (portfolio) => ({
    record: {
      type: "work-item",
      id: workItemId(context, portfolio.gid),
      ...readingOrigin(context),
      kind: "portfolio",
      originalKind: "portfolio",
      title: titleOf(portfolio.name, `Portfolio ${portfolio.gid}`),
      url: urlOf(context, portfolio.permalink_url, `/0/portfolio/${portfolio.gid}/list`),
      ...(portfolio.archived === true
        ? { status: "dropped", originalStatus: "archived" }
        : { status: "in-progress", originalStatus: "open" }),
      ...homesIn(context, context.portfoliosOf.get(portfolio.gid) ?? []),
      ...(portfolio.owner && { assigneeId: accountId(context, portfolio.owner.gid) }),
      ...dates(portfolio),
      ...moments(portfolio),
      canHoldGoal: true,
    },
    edges: [],
  }));
}

const otherParentsMax = 20;

/** The first home is the parent, the rest are further homes. */
export function homesIn(context: NormalizeContext, gids: readonly string[]) {
  const [first, ...others] = [...new Set(gids)].map((gid) => workItemId(context, gid));
  return {
    ...(first !== undefined && { parentId: first }),
    ...(others.length > 0 && { otherParentIds: others.slice(0, otherParentsMax) }),
  };
}

export function teamName(name: unknown) {
  const text = shortText(name);
  return text === undefined ? {} : { teamName: text };
}

import * as z from "zod";

import { AccountId, ConnectionId, GoalId, OrgUnitId, PersonId, WorkItemId } from "./ids.ts";
import { Placement, UnitPlacement, placementsMax } from "./org.ts";
import { CalendarDate, Instant } from "./time.ts";

/** Longest title kept; longer ones are cut by `shortText`, so that an item stays one write unit. */
export const titleLengthMax = 255;
const Title = z.string().min(1).max(titleLengthMax);
const Label = z.string().min(1).max(120);
const Url = z.url().max(500);
/** All values of one field, one a line; what fits is decided by `keptText` of kept-fields.ts. */
const FieldText = z.string().min(1).max(240);
/**
 * The tool's id of what keeps a record from most of its people: a security level. Who loses that sees the
 * record as little as a deleted one.
 */
const Restriction = Label;

/**
 * What every fact carries about its own origin. `sourceVersion` orders states of one record: the
 * source's own last-modified time in epoch milliseconds (or the event's, where a source has none).
 * `readAt` breaks ties: of two readings of one version, the later reading is the truer.
 */
const origin = {
  connectionId: ConnectionId,
  sourceVersion: z.int().nonnegative(),
  readAt: Instant,
};

export const WorkItemKind = z.enum([
  "portfolio",
  "project",
  "initiative",
  "epic",
  "story",
  "task",
  "bug",
  "subtask",
  "milestone",
]);
export type WorkItemKind = z.infer<typeof WorkItemKind>;

export const WorkStatus = z.enum(["todo", "in-progress", "done", "dropped"]);
export type WorkStatus = z.infer<typeof WorkStatus>;

/** Anything people do: a Jira issue of any level, an Asana task, project or portfolio. */
export const WorkItem = z.strictObject({
  type: z.literal("work-item"),
  id: WorkItemId,
  ...origin,
  kind: WorkItemKind,
  originalKind: Label,
  /** The name people say, where the tool has one: PAY-12. */
  key: Label.optional(),
  title: Title,
  url: Url,
  status: WorkStatus,
  originalStatus: Label,
  /** The tool's own hierarchy edge; for an item with several homes, the first. */
  parentId: WorkItemId.optional(),
  /** Further homes of a multi-homed item. */
  otherParentIds: z.array(WorkItemId).max(20).optional(),
  /** The tool's container that team mappings speak of: project key, project gid. */
  container: Label.optional(),
  assigneeId: AccountId.optional(),
  /** A team named by the tool's team field or by the container mapping of the connection's settings. */
  teamName: Label.optional(),
  labels: z.array(Label).max(20).optional(),
  /** The part of its container that it stands in, where the tool has parts: a section of a project. */
  section: Label.optional(),
  /**
   * Values of those fields of the tool that the connection's settings name, by the field's name; several
   * values of one field stand one a line (`keptValuesOf` of kept-fields.ts).
   */
  fields: z.record(Label, FieldText).optional(),
  restrictedTo: Restriction.optional(),
  startOn: CalendarDate.optional(),
  dueOn: CalendarDate.optional(),
  completedAt: Instant.optional(),
  createdAt: Instant.optional(),
  /** When it last came to be todo, in progress or over, where the tool itself says so. */
  statusSince: Instant.optional(),
  /** False where the tool cannot hold a link to a goal at this level (a team-managed Jira epic). */
  canHoldGoal: z.boolean(),
});
export type WorkItem = z.infer<typeof WorkItem>;

export const GoalKind = z.enum(["theme", "objective", "key-result", "initiative"]);
export type GoalKind = z.infer<typeof GoalKind>;

/** A node of the goal tree. */
export const Goal = z.strictObject({
  type: z.literal("goal"),
  id: GoalId,
  ...origin,
  kind: GoalKind,
  originalKind: Label,
  key: Label.optional(),
  title: Title,
  url: Url.optional(),
  /** `done` is closed as achieved or ended, `dropped` is given up. */
  status: WorkStatus,
  originalStatus: Label,
  parentId: GoalId.optional(),
  ownerId: AccountId.optional(),
  restrictedTo: Restriction.optional(),
  teamName: Label.optional(),
  startOn: CalendarDate.optional(),
  dueOn: CalendarDate.optional(),
  /** Progress of its own measure, 0 to 1, where the source has one. */
  progress: z.number().optional(),
  /** When it was made, where the source says so. */
  createdAt: Instant.optional(),
  /** When the hub first read it: the store's word, no source's, and nothing that is compared. */
  seenAt: Instant.optional(),
  /** False where the tool has no place to say which goal it serves. */
  canHoldGoal: z.boolean().optional(),
});
export type Goal = z.infer<typeof Goal>;

const WorkEmail = z.email().toLowerCase();

/**
 * A human, from HRIS. These fields and no others are ever stored of a person. `unitId`, `managerId` and
 * `employmentStatus` are those of today; `placements` are those of all days, where a source knows other
 * days than today or the hub has seen others.
 */
/** The nearest absences that a person's record keeps. */
export const absencesMax = 10;

export const Person = z.strictObject({
  type: z.literal("person"),
  id: PersonId,
  ...origin,
  name: Label,
  workEmail: WorkEmail.optional(),
  /** Addresses that the source gave before; the store keeps them, to suggest matches by, never to bind. */
  formerWorkEmails: z.array(WorkEmail).max(5).optional(),
  /** The person's id at the identity provider, by which other systems may name them. */
  externalId: Label.optional(),
  employeeNumber: Label.optional(),
  engagement: z.enum(["employee", "contractor"]).optional(),
  managerId: PersonId.optional(),
  unitId: OrgUnitId.optional(),
  /** Oldest first, never overlapping. A source that knows only today leaves them to the store. */
  placements: z.array(Placement).max(placementsMax).optional(),
  location: Label.optional(),
  employmentStatus: z.enum(["active", "inactive", "pending"]),
  startOn: CalendarDate.optional(),
  endOn: CalendarDate.optional(),
  /** Days away, present and coming, both ends included; why is nobody's business and never read. */
  absences: z
    .array(z.strictObject({ from: CalendarDate, to: CalendarDate }))
    .max(absencesMax)
    .optional(),
});
export type Person = z.infer<typeof Person>;

/** A login in a tool. */
export const Account = z.strictObject({
  type: z.literal("account"),
  id: AccountId,
  ...origin,
  displayName: Label,
  /** Absent when the tool hides it, which is common. */
  workEmail: WorkEmail.optional(),
  /** The id under which the company's identity provider manages this login, where the tool tells. */
  externalId: Label.optional(),
  kind: z.enum(["human", "app", "guest"]),
  isActive: z.boolean(),
});
export type Account = z.infer<typeof Account>;

/**
 * A unit of the HRIS structure; a team is a unit that owns work. Level 0 is the company. `parentId` is
 * today's, `placements` are those of all days, as with people.
 */
export const OrgUnit = z.strictObject({
  type: z.literal("org-unit"),
  id: OrgUnitId,
  ...origin,
  name: Label,
  /** The source's word for the level: company, division, department, team. */
  originalKind: Label,
  level: z.int().min(0).max(20),
  parentId: OrgUnitId.optional(),
  placements: z.array(UnitPlacement).max(placementsMax).optional(),
  /** Made by people to deliver together, outside of the HRIS structure or bound to a unit of it. */
  isDeliveryTeam: z.boolean().optional(),
  /** The HRIS unit whose team this is: both count as one. */
  boundToId: OrgUnitId.optional(),
  /** The last day of a unit that was dissolved. */
  endOn: CalendarDate.optional(),
});
export type OrgUnit = z.infer<typeof OrgUnit>;

export const Fact = z.discriminatedUnion("type", [WorkItem, Goal, Person, Account, OrgUnit]);
export type Fact = z.infer<typeof Fact>;

/**
 * A later version of the same content is stored no sooner than so many days after the one that is: by so
 * much what is stored may be older than the source's.
 */
export const lifeNotedAfterDays = 3;

/** Open work is work somebody still means to finish. */
export function isOpen(thing: { readonly status: WorkStatus }): boolean {
  return thing.status === "todo" || thing.status === "in-progress";
}

/** Collapses white space and cuts to `max` UTF-16 units; undefined when nothing is left. */
export function shortText(value: unknown, max = 120): string | undefined {
  if (typeof value !== "string") return undefined;
  // Lone surrogates and control characters break JSON consumers further on.
  const clean = value
    .toWellFormed()
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  if (clean.length === 0) return undefined;
  if (clean.length <= max) return clean;
  // A cut through a pair leaves half of it, which `toWellFormed` marks and we drop.
  return `${clean
    .slice(0, max - 1)
    .toWellFormed()
    .replace(/\uFFFD$/u, "")}…`;
}

/** A title for storage; an empty one becomes the given stand-in (a key or an id), so no item is nameless. */
export function titleOf(value: unknown, standIn: string): string {
  return shortText(value, titleLengthMax) ?? standIn;
}

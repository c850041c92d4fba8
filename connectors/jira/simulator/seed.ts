import * as z from "zod";

import { CalendarDate, Instant } from "#shared/model/time.ts";

import { SeedApiToken, SeedCredential, SeedOAuthApp, SeedOtherSite } from "./seed-access.ts";

/** A value of a custom field as Jira's REST API gives it: text of a URL field, `{ id, name }` of a team. */
export const CustomValue = z.json();

const NumericId = z.string().regex(/^\d+$/u);
export const IssueKey = z.string().regex(/^[A-Z][A-Z0-9_]+-\d+$/u);
const ProjectKey = z.string().regex(/^[A-Z][A-Z0-9_]+$/u);
const CustomFieldId = z.string().regex(/^customfield_\d+$/u);

const SeedUser = z.strictObject({
  accountId: z.string().min(1),
  displayName: z.string().min(1),
  /** Leave out for a user whose profile hides it, which most do. */
  emailAddress: z.email().optional(),
  active: z.boolean().default(true),
  accountType: z.enum(["atlassian", "app", "customer"]).default("atlassian"),
  timeZone: z.string().default("Etc/UTC"),
  /** What its profile hides so that REST gives null for it. */
  hidden: z.array(z.enum(["emailAddress", "timeZone"])).default([]),
  /** Whether it administers Jira, and what it may browse, when it comes with a token of its own or through an app; absent: as its credential says, else no administrator that may browse all. */
  isAdmin: z.boolean().optional(),
  projectKeys: z.array(ProjectKey).optional(),
  apiTokens: z.array(SeedApiToken).default([]),
});

/** Several company-managed (`classic`) projects share a type by giving it the same id. */
const SeedIssueType = z.strictObject({
  id: NumericId,
  /** May be localized: clients must go by level. */
  name: z.string().min(1),
  /** -1 sub-task, 0 base, 1 epic, 2 and more above epics (Premium). */
  hierarchyLevel: z.int().min(-1).max(10),
});

const SeedProject = z.strictObject({
  id: NumericId,
  key: ProjectKey,
  name: z.string().min(1),
  /** `next-gen` is team-managed: its parents stay inside the project and end at the epic. */
  style: z.enum(["classic", "next-gen"]).default("classic"),
  leadAccountId: z.string().optional(),
  issueTypes: z.array(SeedIssueType).min(1),
  /** The custom fields that its issues have; absent: all of the site's. */
  fieldIds: z.array(CustomFieldId).optional(),
});

const SeedStatus = z.strictObject({
  id: NumericId,
  /** May be localized: clients must go by category. */
  name: z.string().min(1),
  category: z.enum(["new", "indeterminate", "done"]),
});

const SeedField = z.strictObject({
  id: CustomFieldId,
  name: z.string().min(1),
  type: z.enum([
    "url",
    "text",
    /** Several lines. */
    "paragraph",
    "number",
    "select",
    "multiselect",
    "cascading",
    "labels",
    /** Holds an account. */
    "user",
    /** A date picker: what "Start date" is on real sites, by its name only. */
    "date",
    "team",
    /** Follow the parent unless a value is given: the epic's key, and the key (or the odd object) above. */
    "epic-link",
    "parent-link",
    "sprint",
    "target-start",
    "target-end",
  ]),
});

/** `outward` reads source → destination ("blocks"), `inward` the other way ("is blocked by"). */
const SeedLinkType = z.strictObject({
  id: NumericId,
  name: z.string().min(1),
  inward: z.string().min(1),
  outward: z.string().min(1),
});

const SeedIssue = z.strictObject({
  id: NumericId,
  /** Its project is the one with the key before the dash. */
  key: IssueKey,
  /** Id of an issue type of its project. */
  typeId: NumericId,
  summary: z.string().min(1).max(255),
  statusId: NumericId,
  /** One level up: in the same project for team-managed ones, anywhere for company-managed epics. */
  parentKey: IssueKey.optional(),
  assigneeId: z.string().optional(),
  reporterId: z.string().optional(),
  labels: z.array(z.string()).default([]),
  /** Names of components of its project: they come to be by being used. */
  components: z.array(z.string().min(1).max(255)).optional(),
  duedate: CalendarDate.optional(),
  created: Instant,
  updated: Instant,
  custom: z.record(CustomFieldId, CustomValue).default({}),
});

/**
 * Very many issues that are computed when asked for: epics with their stories, spread evenly over
 * company-managed projects and over the time from `from` to `until`, id by id in the order of creation.
 * What is changed is kept from then on like any other issue.
 */
const SeedBulk = z.strictObject({
  issues: z.int().positive().max(10_000_000),
  projects: z.int().positive().max(1000).default(10),
  from: Instant,
  until: Instant,
  firstId: z.int().positive().default(1_000_000),
  firstProjectId: z.int().positive().default(50_000),
  /** Projects are called BULK1, BULK2, …; issues BULK1-1, … */
  keyPrefix: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/u)
    .default("BULK"),
  storiesPerEpic: z.int().positive().default(9),
});

/** Source —outward→ destination: of type Blocks, the source blocks the destination. */
const SeedLink = z.strictObject({
  id: NumericId,
  typeId: NumericId,
  sourceKey: IssueKey,
  destinationKey: IssueKey,
});

/** Jira's own three, with its usual ids. */
const usualLinkTypes = [
  { id: "10000", name: "Blocks", inward: "is blocked by", outward: "blocks" },
  { id: "10002", name: "Duplicate", inward: "is duplicated by", outward: "duplicates" },
  { id: "10003", name: "Relates", inward: "relates to", outward: "relates to" },
];

const usualCloudId = "6f3c1c3e-9b0a-4d52-8f5e-2a7b1c9d0e4f";

/**
 * All that a simulated Jira site starts with: plain JSON, everything refers by id or key. Build it with
 * `z.input<typeof JiraSeed>` (defaults may be left out) and hand it to `startJiraSimulator`, which
 * checks the references.
 */
export const JiraSeed = z.strictObject({
  /** As in `https://<siteName>.atlassian.net`. */
  siteName: z.string().regex(/^[a-z][a-z0-9-]*$/u),
  /** What the gateway calls the site. */
  cloudId: z.uuid().default(usualCloudId),
  otherSites: z.array(SeedOtherSite).default([]),
  oauthApps: z.array(SeedOAuthApp).default([]),
  users: z.array(SeedUser).min(1),
  credentials: z.array(SeedCredential).default([]),
  projects: z.array(SeedProject).default([]),
  statuses: z.array(SeedStatus).min(1),
  fields: z.array(SeedField).default([]),
  linkTypes: z.array(SeedLinkType).default(usualLinkTypes),
  issues: z.array(SeedIssue).default([]),
  links: z.array(SeedLink).default([]),
  bulk: SeedBulk.optional(),
});
export type JiraSeed = z.infer<typeof JiraSeed>;
export type JiraSeedInput = z.input<typeof JiraSeed>;

import * as z from "zod";

import { CalendarDate } from "#shared/model/time.ts";

import { AnnotationOperation } from "./annotation-operation.ts";
import { DynamicWebhookOperation } from "./dynamic-webhooks/dynamic-webhook-operation.ts";
import { OAuthOperation } from "./oauth/oauth-operation.ts";
import { ProjectOperation } from "./project-operation.ts";
import { CustomValue, IssueKey } from "./seed.ts";

/** Who did it; absent: the first user of the site. */
const actor = { actorId: z.string().optional() };
const Key = IssueKey;
const Custom = z.record(z.string().startsWith("customfield_"), CustomValue);

/**
 * Everything that may happen on a simulated site. Undefined leaves a thing as it is, null clears it.
 * A link is named by its type's id, which survives renaming, and reads source —outward→ destination.
 */
export const JiraOperation = z.discriminatedUnion("kind", [
  OAuthOperation,
  DynamicWebhookOperation,
  AnnotationOperation,
  ProjectOperation,
  z.strictObject({
    kind: z.literal("createIssue"),
    projectKey: z.string(),
    typeId: z.string(),
    summary: z.string().min(1).max(255),
    /** Absent: the site's first status of category `new`. */
    statusId: z.string().optional(),
    parentKey: Key.optional(),
    assigneeId: z.string().optional(),
    labels: z.array(z.string()).optional(),
    duedate: CalendarDate.optional(),
    custom: Custom.optional(),
    ...actor,
  }),
  z.strictObject({
    kind: z.literal("updateIssue"),
    key: Key,
    summary: z.string().min(1).max(255).optional(),
    parentKey: Key.nullable().optional(),
    assigneeId: z.string().nullable().optional(),
    labels: z.array(z.string()).optional(),
    components: z.array(z.string().min(1).max(255)).optional(),
    duedate: CalendarDate.nullable().optional(),
    /** A level of any name: it comes to be by being used, and everybody belongs to it. */
    securityLevelId: z.string().min(1).nullable().optional(),
    custom: Custom.optional(),
    ...actor,
  }),
  z.strictObject({
    kind: z.literal("transitionIssue"),
    key: Key,
    statusId: z.string(),
    ...actor,
  }),
  z.strictObject({
    kind: z.literal("linkIssues"),
    typeId: z.string(),
    sourceKey: Key,
    destinationKey: Key,
    ...actor,
  }),
  z.strictObject({ kind: z.literal("unlinkIssues"), linkId: z.string(), ...actor }),
  z.strictObject({
    kind: z.literal("deleteIssue"),
    key: Key,
    /** Without it an issue with sub-tasks is refused, as Jira does. */
    deleteSubtasks: z.boolean().optional(),
    ...actor,
  }),
  /** Gives the issue the next key of another project; the old key keeps leading to it. */
  z.strictObject({ kind: z.literal("moveIssue"), key: Key, projectKey: z.string(), ...actor }),
  /** Search no longer finds an archived issue; its key still leads to it. Nobody is told. */
  z.strictObject({ kind: z.literal("archiveIssue"), key: Key, ...actor }),
  /** Takes an issue out of the archive. What was deleted cannot come back, as in Jira. */
  z.strictObject({ kind: z.literal("restoreIssue"), key: Key, ...actor }),
  z.strictObject({
    kind: z.literal("updateUser"),
    accountId: z.string(),
    active: z.boolean().optional(),
    displayName: z.string().min(1).optional(),
    /** On whose clocks the account's JQL is read from now on. */
    timeZone: z.string().optional(),
    ...actor,
  }),
  z.strictObject({
    kind: z.literal("registerWebhook"),
    name: z.string(),
    url: z.url(),
    events: z.array(z.string()).min(1),
    /** Absent: deliveries are not signed. */
    secret: z.string().optional(),
    /** JQL that an issue of an issue event must match. */
    filter: z.string().optional(),
    excludeBody: z.boolean().default(false),
    ...actor,
  }),
  z.strictObject({ kind: z.literal("removeWebhook"), id: z.string(), ...actor }),
  /** Every page token of search handed out so far is refused, as after seven days. */
  z.strictObject({ kind: z.literal("expirePageTokens"), ...actor }),
]);
export type JiraOperation = z.infer<typeof JiraOperation>;
export type JiraOperationOf<K extends JiraOperation["kind"]> = Extract<JiraOperation, { kind: K }>;

import * as z from "zod";

/** Jira's shapes, only what we read: required is only what a record is nothing without. */
const Id = z.union([z.string().min(1), z.int().transform(String)]);

export const WireType = z.looseObject({
  id: Id,
  name: z.string(),
  subtask: z.boolean().optional(),
  /** Absent in old webhook bodies. */
  hierarchyLevel: z.int().optional(),
});
export type WireType = z.infer<typeof WireType>;

const WireStatus = z.looseObject({
  id: Id.optional(),
  name: z.string(),
  statusCategory: z.looseObject({ key: z.string() }).optional(),
});

/** An issue inside another one: as parent or at the other end of a link. */
const WireReference = z.looseObject({
  id: Id,
  key: z.string(),
  fields: z.looseObject({ issuetype: WireType.optional() }).optional(),
});
export type WireReference = z.infer<typeof WireReference>;

const WireLink = z.looseObject({
  id: Id,
  type: z.looseObject({ id: Id, name: z.string() }),
  inwardIssue: WireReference.optional(),
  outwardIssue: WireReference.optional(),
});
export type WireLink = z.infer<typeof WireLink>;

const SecurityLevelId = z.union([Id, z.looseObject({ id: Id }).transform(({ id }) => id)]);

export const WireIssue = z.looseObject({
  id: Id,
  key: z.string().min(1),
  fields: z.looseObject({
    summary: z.string().nullish(),
    issuetype: WireType,
    project: z.looseObject({
      id: Id.optional(),
      key: z.string(),
      /** True, and `next-gen`, for team-managed projects. */
      simplified: z.boolean().optional(),
      style: z.string().optional(),
    }),
    status: WireStatus,
    resolution: z.looseObject({ id: Id.optional(), name: z.string() }).nullish(),
    resolutiondate: z.unknown().optional(),
    parent: WireReference.nullish(),
    // Server and old recordings have no accountId; such an assignee is nobody we know.
    assignee: z.looseObject({ accountId: z.string().optional() }).nullish(),
    labels: z.array(z.string()).nullish(),
    duedate: z.unknown().optional(),
    created: z.unknown().optional(),
    /** `2026-04-28T15:33:15.438+0200`; read by `readInstant`. */
    updated: z.unknown().optional(),
    /** When the category of its status last changed. */
    statuscategorychangedate: z.unknown().optional(),
    issuelinks: z.array(WireLink).nullish(),
    /** The security level: only its members see the issue. Webhooks give its id alone (recorded). */
    security: SecurityLevelId.nullish(),
  }),
});
export type WireIssue = z.infer<typeof WireIssue>;

/** The issue stays unread here, so that one bad record does not spoil its page. */
export const WireSearchPage = z.looseObject({
  // Always there, if only empty: one that is missing must not pass for a site without issues.
  issues: z.array(z.unknown()),
  nextPageToken: z.string().nullish(),
  isLast: z.boolean().optional(),
});
export const WireBulk = z.looseObject({ issues: z.array(z.unknown()) });
/** An issue asked for nothing but when it was created. */
export const WireCreated = z.looseObject({
  fields: z.looseObject({ created: z.unknown().optional() }),
});
export const WireIds = z.looseObject({
  issues: z.array(z.looseObject({ id: Id })),
  nextPageToken: z.string().nullish(),
});
export const WireSecurityLevels = z.looseObject({ levels: z.array(z.looseObject({ id: Id })) });
export const WireCount = z.looseObject({ count: z.int() });

export const WireUser = z.looseObject({
  accountId: z.string().min(1),
  displayName: z.string().nullish(),
  /** Empty, absent or null when the profile hides it (swagger of User, 2026-11). */
  emailAddress: z.string().nullish(),
  active: z.boolean().default(true),
  accountType: z.string().optional(),
});
export type WireUser = z.infer<typeof WireUser>;
/** A time zone that the profile hides is one that we do not know: moments in JQL then step back a day. */
export const WireMyself = WireUser.extend({
  timeZone: z
    .string()
    .nullish()
    .transform((zone) => zone ?? ""),
});

export const WireField = z.looseObject({
  id: z.string(),
  name: z.string(),
  schema: z
    .looseObject({
      /** The kind of a custom field; a system field has none. */
      custom: z.string().optional(),
      type: z.string().optional(),
      items: z.string().optional(),
    })
    .optional(),
});
export type WireField = z.infer<typeof WireField>;

export const WireServerInfo = z.looseObject({
  baseUrl: z.string().optional(),
  deploymentType: z.string().optional(),
});
export const WireProject = z.looseObject({
  id: Id,
  key: z.string(),
  archived: z.boolean().optional(),
});
export const WireProjectPage = z.looseObject({
  isLast: z.boolean().optional(),
  values: z.array(WireProject),
});
export const WirePermissions = z.looseObject({
  permissions: z.record(z.string(), z.looseObject({ havePermission: z.boolean().default(false) })),
});
const WireLinkType = z.looseObject({
  id: Id,
  name: z.string(),
  /** What either end says of the other: "is blocked by", "blocks". */
  inward: z.string().optional(),
  outward: z.string().optional(),
});
export type WireLinkType = z.infer<typeof WireLinkType>;
export const WireLinkTypes = z.looseObject({ issueLinkTypes: z.array(WireLinkType) });
/** Issues as they are found by key: what they are, and no more. */
export const WireKeyed = z.looseObject({ issues: z.array(WireReference) });

/** A link from an issue to somewhere else. */
const WireRemoteLink = z.looseObject({
  /** The id that whoever made it gave it. */
  globalId: z.string().nullish(),
  /** What it is to the issue, in the words of whoever made it. */
  relationship: z.string().nullish(),
  object: z.looseObject({ url: z.string().nullish() }).nullish(),
});
export type WireRemoteLink = z.infer<typeof WireRemoteLink>;
export const WireRemoteLinks = z.array(WireRemoteLink);

/** The envelope of a webhook, with the parts we look at. */
export const WireEvent = z.looseObject({
  webhookEvent: z.string(),
  timestamp: z.unknown().optional(),
  issue: z.unknown().optional(),
  changelog: z
    .looseObject({
      items: z
        .array(z.looseObject({ field: z.string().nullish(), to: z.unknown().optional() }))
        .default([]),
    })
    .nullish(),
  issueLink: z.looseObject({ sourceIssueId: Id, destinationIssueId: Id }).nullish(),
});
export type WireEvent = z.infer<typeof WireEvent>;

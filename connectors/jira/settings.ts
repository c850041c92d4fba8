import * as z from "zod";

import { keptFieldsSetting } from "#shared/kit/kept-fields-setting.ts";
import { serverAddress } from "#shared/kit/server-address.ts";

const ProjectKey = z.string().regex(/^[A-Z][A-Z0-9_]{1,29}$/u, "A project key, such as PAY");
const Name = z.string().trim().min(1).max(120);

const fields = z.strictObject({
  baseUrl: serverAddress().meta({
    title: "Jira address",
    description:
      "https://your-site.atlassian.net. With a scoped API token or a service account: https://api.atlassian.com/ex/jira/ and the site's cloud id.",
  }),
  siteUrl: z
    .url({ protocol: /^https?$/u })
    .optional()
    .meta({
      title: "Address that people open",
      description:
        "Only needed when the Jira address is that of api.atlassian.com: https://your-site.atlassian.net",
      onlyShown: true,
    }),
  email: z.email().optional().meta({
    title: "Account e-mail",
    description:
      "Of the account that the API token belongs to. A service account is best. Leave it empty where you consent to an Atlassian app instead.",
  }),
  apiToken: z.string().min(8).max(500).optional().meta({
    title: "API token",
    description:
      "Made at https://id.atlassian.com/manage-profile/security/api-tokens. The hub sees what this account may browse. Tokens expire after at most a year. Leave it empty where you consent to an Atlassian app instead.",
    secret: true,
  }),
  tokenExpiresOn: z.iso.date().optional().meta({
    title: "API token expires on",
    description:
      "As Atlassian showed it when the token was made, such as 2027-05-31. Jira cannot be asked; with it, the hub warns before the token lapses.",
  }),
  webhookSecret: z.string().min(8).max(200).optional().meta({
    title: "Webhook secret",
    description:
      "Only for a webhook that you register by hand: the secret that you gave Jira. Where the account administers Jira, the hub registers its own.",
    secret: true,
  }),
  projects: z.array(ProjectKey).max(500).default([]).meta({
    title: "Projects",
    description: "Keys of the projects to read. Empty: every project that the account may browse.",
  }),
  goalTypes: z
    .array(
      Name.regex(
        /^[^=]+(?:=(?:theme|objective|key-result|initiative))?$/u,
        "A type, or a type = theme, objective, key-result or initiative",
      ),
    )
    .max(20)
    .default([])
    .meta({
      title: "Work types that are goals",
      description:
        "Name or id of a type, or a level such as “level 2”, each with what it is: “Initiative=initiative”, “level 3=objective”. Everything else is work.",
    }),
  goalLinkFields: z.array(Name).max(5).default([]).meta({
    title: "Goal link fields",
    description:
      "Names or ids of URL fields in which people put the address of the goal that the work serves, in this or another tool.",
  }),
  blockedByFields: z.array(Name).max(5).default([]).meta({
    title: "“Blocked by” fields",
    description:
      "Names or ids of URL fields that hold the address of blocking work in another tool.",
  }),
  blockingLinkTypes: z
    .array(Name.regex(/^[^=]+(?:=reversed)?$/u, "A link type, or a link type = reversed"))
    .max(10)
    .default(["Blocks"])
    .meta({
      title: "Link types that mean blocking",
      description:
        "Names or ids. Usually the start blocks the end (“blocks”). Where the start waits for the end (“depends on”), write “Depends=reversed”.",
    }),
  readsRemoteLinks: z.boolean().default(false).meta({
    title: "Read remote links",
    description:
      "Web links of issues that lead to a goal, or to work in another tool. Jira gives them one issue at a time, so reading takes a hundred times as many requests.",
  }),
  remoteLinkMeanings: z
    .array(
      Name.regex(
        /^[^=]+=(?:blocked-by|parent)$/u,
        "A relationship = blocked-by or parent, such as “is blocked by=blocked-by”",
      ),
    )
    .max(20)
    .default([
      "is blocked by=blocked-by",
      "depends on=blocked-by",
      "is part of=parent",
      "is child of=parent",
    ])
    .meta({
      title: "What relationships of remote links mean",
      description:
        "A remote link whose relationship reads like this, and which leads to work, is a dependency or names the parent. One that leads to a goal always links to it.",
    }),
  readsAtOnce: z.int().min(1).max(16).default(8).meta({
    title: "Requests at a time",
    description:
      "How many pages are read at once. Eight leave most of Jira's 100 requests a second to others, and read seven times as fast as one.",
  }),
  teamField: Name.optional().meta({
    title: "Team field",
    description: "Name or id. Empty: the field of the type Team, where the site has one.",
  }),
  keptFields: keptFieldsSetting(
    "Fields whose values are kept with work items, so that link rules can go by them: choices, short texts, numbers, days, versions; “Component” and “Sprint” too. Names or ids, at most ten; “customfield_10012=Area” survives renaming. Fields that name people are refused.",
  ),
  projectTeams: z
    .array(z.string().regex(/^[A-Z][A-Z0-9_]*=.{1,120}$/u, "PROJECT=Team name"))
    .max(500)
    .default([])
    .meta({
      title: "Teams of projects",
      description: "Which team owns a whole project: “PAY=Payments”. Goes before the team field.",
    }),
  droppedStatuses: z
    .array(Name)
    .max(50)
    .default([
      "Won't do",
      "Won't fix",
      "Cancelled",
      "Canceled",
      "Rejected",
      "Duplicate",
      "Declined",
    ])
    .meta({
      title: "Given up",
      description: "Names or ids of statuses and resolutions that mean given up rather than done.",
    }),
  comments: z.boolean().default(false).meta({
    title: "Comments on issues",
    description:
      "Whether an alert about an issue is put on it as a comment when it opens, once, for those who work there; when the alert is over the same comment says so. Nobody is mentioned. Jira tells watchers of a new comment as the project's notification scheme says, which the hub cannot keep it from; of changes of the comment it tells nobody. The account needs the permissions to add comments and to edit its own; a scoped token or consent needs write:jira-work.",
  }),
  writeBack: z.enum(["off", "entity-property", "remote-link"]).default("off").meta({
    title: "Write-back",
    description:
      "Whether the hub may write the line of sight of issues into Jira: not at all, into an entity property that only apps and reports see, or as a link on the issue. Even then it writes only what somebody has previewed and applied. The account needs the permission to edit issues, for links also to link them; a scoped token or consent needs write:jira-work.",
  }),
});

/**
 * What an admin gives to connect a Jira Cloud site. E-mail and API token may be missing only where a
 * consent can stand in for them, which works through the gateway.
 */
export const JiraSettings = fields.superRefine((settings, context) => {
  const { email, apiToken, baseUrl } = settings;
  const isConsentPossible = gatewayOf(baseUrl) !== undefined;
  if (email === undefined && apiToken === undefined && isConsentPossible) return;
  for (const name of ["email", "apiToken"] as const) {
    if (settings[name] !== undefined) continue;
    const message = "E-mail and API token go together; only a consent needs neither";
    context.addIssue({ code: "custom", path: [name], message, input: undefined });
  }
});
export type JiraSettings = z.infer<typeof JiraSettings>;

/** The gateway's root and the cloud id in an address of the gateway; undefined for a site's own. */
export function gatewayOf(
  baseUrl: string,
): { readonly apiUrl: string; readonly cloudId: string } | undefined {
  const [, apiUrl, cloudId] = /^(.+)\/ex\/jira\/([^/]+)\/*$/u.exec(baseUrl) ?? [];
  return apiUrl === undefined || cloudId === undefined ? undefined : { apiUrl, cloudId };
}

/** Root of the REST API, without a trailing slash. */
export function apiRoot({ baseUrl }: Pick<JiraSettings, "baseUrl">): string {
  return baseUrl.replace(/\/+$/u, "");
}

/** Where people open issues, without a trailing slash. */
export function siteRoot(settings: Pick<JiraSettings, "baseUrl" | "siteUrl">): string {
  return (settings.siteUrl ?? settings.baseUrl).replace(/\/+$/u, "");
}

import * as z from "zod";

import { keptFieldsSetting } from "#shared/kit/kept-fields-setting.ts";
import { serverAddress } from "#shared/kit/server-address.ts";

const Gid = z
  .string()
  .regex(/^\d{1,20}$/u, "An Asana gid is a number, as in the address of the object");

const Names = z.array(z.string().min(1).max(120)).max(50);

/** What an admin gives to connect an Asana. */
export const AsanaSettings = z.strictObject({
  baseUrl: serverAddress().default("https://app.asana.com/api/1.0").meta({
    title: "API address",
    description:
      "Leave it as it is, unless you connect a test server that speaks Asana's protocol.",
  }),
  token: z.string().min(1).max(500).optional().meta({
    title: "Access token",
    description:
      "A personal access token, made at https://app.asana.com/0/my-apps by the user whose view of Asana the hub shall have, or the token of a service account, which sees more. Not needed where the connection rests on a consent.",
    secret: true,
  }),
  workspaces: z.array(Gid).min(1).max(20).meta({
    title: "Workspaces",
    description:
      "The gids of the workspaces or organizations to read. None is chosen for you: what is not named is not read.",
  }),
  portfolios: z.array(Gid).max(200).default([]).meta({
    title: "Further portfolios",
    description:
      "Asana lists only the portfolios that the token's user owns; a service account sees all. Name the gids of others that shall be read; what is nested in them is found.",
  }),
  inProgressSections: Names.default(["In progress", "Doing", "In review"]).meta({
    title: "Sections that mean “in progress”",
    description:
      "Asana tasks are only complete or not. An incomplete task in a section of one of these names counts as in progress.",
  }),
  statusField: z.string().min(1).max(120).optional().meta({
    title: "Status field",
    description:
      "Name of a custom field that says how far an incomplete task is. It goes before the sections. Its values are sorted below.",
  }),
  inProgressStatuses: Names.default(["In progress", "Doing", "In review"]).meta({
    title: "Values that mean “in progress”",
    description: "Values of the status field. A value that is named nowhere means not begun.",
  }),
  doneStatuses: Names.default(["Done", "Complete", "Completed"]).meta({
    title: "Values that mean “done”",
    description: "Values of the status field for work that is done though the task is incomplete.",
  }),
  droppedStatuses: Names.default([
    "Won't do",
    "Cancelled",
    "Canceled",
    "Dropped",
    "Rejected",
    "Duplicate",
  ]).meta({
    title: "Values that mean “given up”",
    description: "Values of the status field for work that nobody means to finish.",
  }),
  teamField: z.string().min(1).max(120).optional().meta({
    title: "Team field",
    description:
      "Name of a custom field that says which team a task belongs to. Without it, the team of the task's first project counts.",
  }),
  blockedByField: z.string().min(1).max(120).optional().meta({
    title: "“Blocked by” field",
    description:
      "Name of a text custom field that holds links to blocking work in other tools, such as a Jira issue's address.",
  }),
  goalField: z.string().min(1).max(120).optional().meta({
    title: "Goal field",
    description: "Name of a text custom field that holds the address of a goal that a task serves.",
  }),
  keptFields: keptFieldsSetting(
    "Custom fields whose values are kept with tasks, so that link rules can go by them: choices, short texts, numbers and days. Names or gids, at most ten; “1204000000000042=Area” survives renaming. Sections are kept anyway. Fields that name people are refused.",
  ),
  comments: z.boolean().default(false).meta({
    title: "Comments on tasks",
    description:
      "Whether an alert about a task is put on it as a comment when it opens, once, for those who work there; when the alert is over the same comment says so. Nobody is mentioned. Asana tells a task's collaborators of every new comment, which the hub cannot keep it from. A token or consent of limited scopes needs stories:write.",
  }),
  writeBackField: z.string().trim().min(1).max(120).optional().meta({
    title: "Write-back field",
    description:
      "Name of a text custom field into which the hub may write the line of sight of tasks and projects that have it. Empty: it never writes. Even with it, it writes only what somebody has previewed and applied.",
  }),
});
export type AsanaSettings = z.infer<typeof AsanaSettings>;

import * as z from "zod";

const Gid = z
  .string()
  .regex(/^\d{1,20}$/u, "An Asana gid is a number, as in the address of the object");

/** What an admin gives to connect an Asana. */
export const AsanaSettings = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/u })
    .default("https://app.asana.com/api/1.0")
    .meta({
      title: "API address",
      description:
        "Leave it as it is, unless you connect a test server that speaks Asana's protocol.",
    }),
  token: z.string().min(1).meta({
    title: "Personal access token",
    description:
      "Made at https://app.asana.com/0/my-apps by the user whose view of Asana the hub shall have. A service account sees more.",
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
      "Asana lists only the portfolios that the token's user owns. Name the gids of others that shall be read.",
  }),
  inProgressSections: z
    .array(z.string().min(1))
    .max(50)
    .default(["In progress", "Doing", "In review"])
    .meta({
      title: "Sections that mean “in progress”",
      description:
        "Asana tasks are only complete or not. An incomplete task in a section of one of these names counts as in progress.",
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
});
export type AsanaSettings = z.infer<typeof AsanaSettings>;

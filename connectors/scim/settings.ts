import * as z from "zod";

/** Attributes of the enterprise extension that say where in the company somebody is. */
const orgLevels = ["organization", "division", "department"] as const;

export const ScimSettings = z.strictObject({
  companyName: z.string().min(1).max(80).default("Company").meta({
    title: "Company name",
    description: "Name of the topmost unit.",
  }),
  orgLevels: z
    .array(
      z.enum(orgLevels, {
        error: "Give organization, division or department, each on a line of its own",
      }),
    )
    .max(orgLevels.length)
    .default(["division", "department"])
    .meta({
      title: "Org levels",
      description:
        "The attributes of users that make up your organisation below the company, topmost first. The last one is the team: organization, division, department.",
    }),
  groupsAreTeams: z.boolean().default(false).meta({
    title: "Groups are delivery teams",
    description: "Whether the groups that are sent stand for teams that deliver together.",
  }),
  teamGroups: z.array(z.string().trim().min(1).max(120)).max(500).default([]).meta({
    title: "Which groups",
    description:
      "Names of the groups that are teams; a star stands for anything: team-*. Leave empty if all that are sent are teams.",
  }),
});
export type ScimSettings = z.infer<typeof ScimSettings>;

/** Whether a group of this name counts as a delivery team. */
export function isTeam(
  { groupsAreTeams, teamGroups }: Pick<ScimSettings, "groupsAreTeams" | "teamGroups">,
  name: string,
): boolean {
  if (!groupsAreTeams) return false;
  return teamGroups.length === 0 || teamGroups.some((pattern) => patternOf(pattern).test(name));
}

function patternOf(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/gu, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "iu");
}

import type {
  AlertChangeAnswer,
  DependencyChangeAnswer,
  GoalChangeAnswer,
  LeaversWorkAnswer,
  RouteAnswer,
} from "./preview-answers.ts";

/** What a reorganisation does, in plain sentences that name no leaver. */

const lostBecause = {
  "owner-left": "Its owner leaves",
  "owner-in-no-unit": "Its owner is in no unit then",
  "owner-unknown": "Its owner is not known then",
} as const;

export function goalSentence(goal: Omit<GoalChangeAnswer, "sentence">): string {
  const { change, because, teamBefore, teamAfter } = goal;
  const teams = `${teamBefore?.name ?? "no team"} to ${teamAfter?.name ?? "no team"}`;
  if (change === "changes-team") return `It goes from ${teams}.`;
  const isSame = teamBefore?.id === teamAfter?.id;
  const lost = `${lostBecause[because ?? "owner-unknown"]}: somebody else must take it over.`;
  return isSame ? lost : `${lost} It goes from ${teams}.`;
}

type MeetingWords = NonNullable<DependencyChangeAnswer["before"]>;

export function dependencySentence(one: Omit<DependencyChangeAnswer, "sentence">): string {
  const { change, before, after } = one;
  const then =
    change === "becomes-cross-team"
      ? `It comes to wait on another team: ${meetingWords(after)}.`
      : `It does not cross teams any more: ${meetingWords(after)}.`;
  return `${then} Today ${meetingWords(before)}.`;
}

function meetingWords(meeting: MeetingWords | undefined): string {
  if (!meeting) return "the team of one end is not known";
  const { level, unit, teams } = meeting;
  const names = teams.map(({ name }) => name);
  if (level === "same-team") return `both are of ${names[0] ?? "one team"}`;
  const where = unit ? `meet in the ${level} ${unit.name}` : "have no unit in common";
  return `${names.join(" and ")} ${where}`;
}

export function alertSentence(one: Omit<AlertChangeAnswer, "sentence">): string {
  const { change, before, after } = one;
  switch (change) {
    case "opens":
      return `It opens, for ${routeWords(after)}.`;
    case "clears":
      return `It resolves by itself. Today it is with ${routeWords(before)}.`;
    case "re-routes":
      return `It goes to ${routeWords(after)}, instead of ${routeWords(before)}.`;
  }
}

function routeWords(route: RouteAnswer | undefined): string {
  const teams = route?.teams.map(({ name }) => name) ?? [];
  const whom = teams.length === 0 ? "no known team" : teams.join(" and ");
  return route?.leader ? `${whom}, then ${route.leader.name}` : `${whom}, and no leader`;
}

export function successorSentence(because: LeaversWorkAnswer["work"][number]["because"]): string {
  switch (because) {
    case "manager":
      return "Manages whoever has it now, and stays.";
    case "team-lead":
      return "Leads the team then; the manager is not there any more.";
    case "nobody-known":
      return "Neither a manager nor a lead of the team is known then.";
  }
}

import { leaverTeamId } from "./build-people.ts";
import type { SampleAccount, SamplePerson, SampleUnit, Tool } from "./company.ts";
import type { Dice } from "./dice.ts";
import { mailDomain } from "./org-plan.ts";
import { mailName } from "./people-names.ts";

/** Share of Jira profiles that hide their address from the API. */
const hiddenShare = 0.1;

/**
 * Who logs in where: engineering in Jira, all others in Asana, people between the two worlds in both.
 * Ids end in the tool, so that one person's two logins differ.
 */
export function buildAccounts(
  dice: Dice,
  company: { readonly units: readonly SampleUnit[]; readonly people: readonly SamplePerson[] },
): readonly SampleAccount[] {
  const toolOf = new Map(company.units.map((unit) => [unit.id, unit.tool]));
  const accounts: SampleAccount[] = [];
  // Leads answer for their teams and show their address; the leaver's is known from the past.
  const mayHide = company.people.filter(
    (person) =>
      toolOf.get(person.unitId) === "jira" &&
      person.leftOn === undefined &&
      !/Manager|VP/u.test(person.jobTitle),
  );
  const hiddenCount = Math.round(mayHide.length * hiddenShare);
  const hidden = new Set(
    dice
      .shuffled(mayHide)
      .slice(0, hiddenCount)
      .map((person) => person.id),
  );
  for (const person of company.people) {
    for (const tool of toolsOf(person, toolOf.get(person.unitId))) {
      accounts.push({
        id: `${person.id}.${tool}`,
        tool,
        personId: person.id,
        displayName: `${person.firstName} ${person.lastName}`,
        email: person.workEmail,
        isEmailHidden: tool === "jira" && hidden.has(person.id),
        kind: "human",
        isActive: person.leftOn === undefined,
      });
    }
  }
  return [...accounts, ...strangers(company.people)];
}

function toolsOf(person: SamplePerson, home: Tool | undefined): readonly Tool[] {
  if (home === undefined) {
    return person.jobTitle === "Chief Product & Technology Officer" ? ["jira", "asana"] : ["asana"];
  }
  const isBridge = /Manager|VP/u.test(person.jobTitle) && home === "jira";
  if (isBridge) return ["jira", "asana"];
  return person.jobTitle === "Escalation Engineer" ? ["asana", "jira"] : [home];
}

/** Logins that HR does not explain: a second account, a bot, an agency's designer. */
function strangers(people: readonly SamplePerson[]): readonly SampleAccount[] {
  const twice = people.find(
    (person) => person.unitId === leaverTeamId && person.jobTitle === "Senior Software Engineer",
  );
  const human = { isEmailHidden: false, isActive: true } as const;
  return [
    ...(twice
      ? [
          {
            ...human,
            id: `${twice.id}.jira.2`,
            tool: "jira" as const,
            // The login from before the marriage: HR knows only the new address.
            displayName: `${twice.firstName} Sommer`,
            email: `${mailName(twice.firstName)}.sommer@${mailDomain}`,
            kind: "human" as const,
          },
        ]
      : []),
    {
      ...human,
      id: "bot.jira",
      tool: "jira",
      displayName: "Release Pilot",
      email: `release-pilot@${mailDomain}`,
      isEmailHidden: true,
      kind: "bot",
    },
    {
      ...human,
      id: "guest.asana",
      tool: "asana",
      displayName: "Studio Kranich (agency)",
      email: "hello@studio-kranich.example",
      kind: "guest",
    },
  ];
}

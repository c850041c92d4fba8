import type { Instant } from "#shared/model/time.ts";

import { buildAccounts } from "./build-accounts.ts";
import { buildAsanaWork } from "./build-asana-work.ts";
import { buildDependencies } from "./build-dependencies.ts";
import { buildGoals } from "./build-goals.ts";
import { buildJiraWork } from "./build-jira-work.ts";
import { buildPeople, buildUnits } from "./build-people.ts";
import type { Company } from "./company.ts";
import { Dice } from "./dice.ts";
import { companyName, mailDomain } from "./org-plan.ts";
import { Roster } from "./roster.ts";

/**
 * The sample company of a seed at a moment: same arguments, same company, to the last due date.
 * 150 people, 12 teams, four levels of units, three levels of goals, about 3,000 work items.
 */
export function createCompany(options: { readonly seed: number; readonly asOf: Instant }): Company {
  const { seed, asOf } = options;
  // One die per part, so that a change to one part leaves the others as they were.
  const dice = (part: number) => new Dice(seed * 31 + part);
  const units = buildUnits();
  const people = buildPeople(dice(1), asOf);
  const accounts = buildAccounts(dice(2), { units, people });
  const roster = new Roster({ units, people, accounts });
  const goals = buildGoals(dice(3), { roster, asOf });
  const jira = buildJiraWork(dice(4), { roster, goals, asOf });
  const asana = buildAsanaWork(dice(5), { roster, goals, asOf });
  const projects = [...jira.projects, ...asana.projects];
  const drafts = [...jira.items, ...asana.items];
  const { items, dependencies } = buildDependencies(dice(6), {
    items: drafts,
    projects,
    roster,
    units,
    asOf,
  });
  return {
    name: companyName,
    mailDomain,
    asOf,
    units,
    people,
    accounts,
    goals,
    projects,
    items,
    dependencies,
  };
}

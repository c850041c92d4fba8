import type { SeedEmployee } from "#connectors/bamboohr/simulator/seed.ts";

import type { Dice } from "./dice.ts";
import type { Habit, LifeParts } from "./life.ts";
import { locations, mailDomain } from "./org-plan.ts";
import { mailName, namePools } from "./people-names.ts";

/** More people than this, and nobody is hired any more: a company left running must not grow for ever. */
const peopleMax = 170;

/** What happens to people: rarely, compared with work. Nobody is dismissed by chance. */
export function lifeInHr({ bamboo }: Pick<LifeParts, "bamboo">, dice: Dice): readonly Habit[] {
  const someMember = (): SeedEmployee | undefined => {
    const members = [...bamboo.state.employees.values()].filter(
      ({ status, custom, jobTitle }) =>
        status === "Active" &&
        Boolean(custom["customTeam"]) &&
        // Leads stay: a team without one has no next step for its alerts.
        !/Manager|Head|VP/u.test(jobTitle ?? ""),
    );
    return members.length === 0 ? undefined : dice.pick(members);
  };
  return [
    {
      weight: 1.5,
      act: () => {
        const person = someMember();
        const location = dice.pick(locations);
        if (!person || person.location === location) return false;
        bamboo.perform({ kind: "move", id: person.id, location });
        return true;
      },
    },
    { weight: 0.5, act: () => hire(bamboo, someMember(), dice) },
  ];
}

/** A new colleague, with the team, manager and title of one who is there. */
function hire(bamboo: LifeParts["bamboo"], model: SeedEmployee | undefined, dice: Dice): boolean {
  if (!model || bamboo.state.employees.size >= peopleMax) return false;
  const pool = dice.pick(namePools);
  const [firstName, lastName] = [dice.pick(pool.given), dice.pick(pool.family)];
  const workEmail = `${mailName(firstName)}.${mailName(lastName)}@${mailDomain}`;
  const isTaken = [...bamboo.state.employees.values()].some(
    (employee) => employee.workEmail === workEmail,
  );
  if (isTaken) return false;
  const { jobTitle, division, department, location, custom, supervisorEId } = model;
  bamboo.perform({
    kind: "hire",
    employee: {
      firstName,
      lastName,
      workEmail,
      employmentHistoryStatus: "Full-Time",
      jobTitle,
      division,
      department,
      location,
      custom,
      supervisorEId,
    },
  });
  return true;
}

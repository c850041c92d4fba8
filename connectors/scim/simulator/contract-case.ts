import type {
  ContractCase,
  ShortId,
  SourceStage,
} from "#shared/testing/connector-contract/contract-case.ts";
import { Faults } from "#shared/testing/simulator/faults.ts";

import { ScimRig } from "../../../tests/rig/scim-rig.ts";
import { EntraDirectory, OktaDirectory } from "./identity-provider.ts";
import type { DirectoryPerson } from "./identity-provider.ts";

const people: readonly DirectoryPerson[] = [
  person("mary", { division: "Engines", department: "Analytics" }),
  person("ada", { division: "Engines", department: "Analytics", manager: "mary" }),
  person("luigi", {
    division: "Engines",
    department: "Notes",
    manager: "mary",
    userType: "Contractor",
  }),
];
const levels = ["/", "/Engines", "/Engines/Analytics", "/Engines/Notes"];

function person(name: string, given: Partial<DirectoryPerson>): DirectoryPerson {
  return {
    externalId: name,
    userName: `${name}@directory.example`,
    givenName: name.toUpperCase(),
    familyName: "Of-The-Directory",
    ...given,
  };
}

/** The hub's own SCIM server, with a directory that provisions into it over HTTP. */
async function start(size: "small" | "several-pages"): Promise<SourceStage> {
  const rig = await ScimRig.start();
  const target = { url: rig.url, token: rig.token };
  // Each product says the same in words of its own; the source must not be able to tell.
  const directory = size === "small" ? new EntraDirectory(target) : new OktaDirectory(target);
  for (const one of people) await directory.assign(one);
  await directory.push("team-payments", ["ada", "luigi"]);
  await directory.push("team-looms", ["ada"]);
  await directory.push("all-staff", ["mary", "ada", "luigi"]);
  let changes = 0;
  const user = (name: string): ShortId => `person ${directory.userId(name)}`;
  const group = (name: string): ShortId => `org-unit group-${directory.groupId(name)}`;
  const nobody = "0".repeat(24);
  return {
    url: rig.url,
    clock: rig.clock,
    kept: () => rig.kept,
    faults: new Faults(),
    settings: () => ({ groupsAreTeams: true, teamGroups: ["team-*"], companyName: "Acme" }),
    collections: {
      users: {
        facts: [...people.map(({ externalId }) => user(externalId)), ...levels.map(unit)],
        unknown: `person ${nobody}`,
        isIncremental: true,
        change: {
          of: user("ada"),
          brings: ["/", "/Engines", "/Engines/Analytics"].map(unit),
          perform: () => {
            changes += 1;
            return directory.update({ ...find("ada"), givenName: `Ada ${changes}` });
          },
        },
        // Only one of the two ever deletes a user.
        ...(directory instanceof EntraDirectory && {
          remove: {
            of: user("luigi"),
            brings: [unit("/Engines/Notes")],
            perform: () => directory.remove("luigi"),
          },
        }),
      },
      groups: {
        facts: [group("team-payments"), group("team-looms")],
        unknown: `org-unit group-${nobody}`,
        isIncremental: true,
        change: {
          of: group("team-payments"),
          perform: () => {
            changes += 1;
            const [before, after] = [
              `team-payments${suffix(changes - 1)}`,
              `team-payments${suffix(changes)}`,
            ];
            return directory.rename(before, after);
          },
        },
        remove: { of: group("team-looms"), perform: () => directory.removeGroup("team-looms") },
      },
    },
    close: () => rig.close(),
  };
}

function unit(path: string): ShortId {
  return `org-unit ${path}`;
}

function suffix(changes: number): string {
  return changes === 0 ? "" : `-${changes}`;
}

function find(name: string): DirectoryPerson {
  const found = people.find(({ externalId }) => externalId === name);
  if (!found) throw new Error(`${name} is in no directory`);
  return found;
}

export const contractCase: ContractCase = {
  source: {
    start,
    sends: true,
    // One page holds a megabyte.
    paged: [],
    refused: [],
    apiPath: "/",
    drifts: [],
    openEnums: [],
    overlapMinutes: 5,
  },
};

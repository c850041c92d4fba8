import type { KeptRow } from "#shared/kit/uploaded-files.ts";
import { connectionId } from "#shared/model/ids.ts";
import { CalendarDate } from "#shared/model/time.ts";
import type {
  ContractCase,
  ShortId,
  SourceStage,
} from "#shared/testing/connector-contract/contract-case.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import type { PersonRow, TeamRow, UnitRow } from "../file-rows.ts";
import { keptRow } from "../kept-row.ts";
import { csvPersonId, csvTeamId, csvUnitId } from "../row-ids.ts";
import { keeperPath, keptAt, startKeeper } from "./start-keeper.ts";

/** The connection of the contract's trials. */
const connection = connectionId("0123456789");
const unit = csvUnitId(connection, ["Operations"]);

const units: readonly UnitRow[] = [
  {
    key: unit,
    unitId: unit,
    name: "Operations",
    kind: "department",
    level: 1,
    parentId: csvUnitId(connection, []),
  },
];

function person(key: string, name: string, managerKey?: string): PersonRow {
  const manager = managerKey === undefined ? undefined : csvPersonId(connection, managerKey);
  return {
    key,
    personId: csvPersonId(connection, key),
    name,
    workEmail: `${key}@acme.example`,
    stands: [
      {
        validFrom: CalendarDate.parse("2025-02-01"),
        unitId: unit,
        ...(manager !== undefined && { manager: { personId: manager } }),
      },
    ],
  };
}

function team(key: string, name: string): TeamRow {
  const members = [{ personId: csvPersonId(connection, "mia"), isLead: true }];
  return {
    key,
    unitId: csvTeamId(connection, key),
    name,
    kind: "squad",
    level: 1,
    isDeliveryTeam: true,
    members,
  };
}

async function start(size: "small" | "several-pages"): Promise<SourceStage> {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const keeper = await startKeeper(clock);
  const people = [person("mia", "Mia Sommer"), person("noah", "Noah Winter", "mia")];
  const more = size === "small" ? 0 : 30;
  for (let at = 0; at < more; at += 1) people.push(person(`p${at}`, `Person ${at}`, "mia"));
  const teams = [team("alpha", "Alpha"), team("beta", "Beta")];
  const keep = () => {
    // One row a part, so that a few rows make several pages.
    keeper.replace("people", { units: [units.map(keptRow)], people: partsOf(people) });
    keeper.replace("teams", { teams: [teams.map(keptRow)] });
  };
  keep();
  let renamed = 0;
  const rename = (rows: { name: string }[], at: number) => () => {
    const row = rows[at];
    renamed += 1;
    if (row) row.name = `${row.name.split(",")[0] ?? ""}, renamed ${renamed} times`;
    keep();
  };
  const drop = (rows: unknown[], at: number) => () => {
    rows.splice(at, 1);
    keep();
  };
  return {
    url: keeper.url,
    clock,
    faults: keeper.faults,
    settings: () => ({ companyName: "Acme" }),
    kept: keptAt,
    collections: {
      people: {
        facts: [
          ...people.map(({ key }): ShortId => `person ${key}`),
          "org-unit /",
          "org-unit /Operations",
        ],
        unknown: "person nobody",
        isIncremental: false,
        change: { of: "person noah", perform: rename(people, 1) },
        remove: { of: "person noah", perform: drop(people, 1) },
      },
      teams: {
        facts: teams.map(({ key }): ShortId => `org-unit team/${key}`),
        unknown: "org-unit team/nowhere",
        isIncremental: false,
        change: { of: "org-unit team/beta", perform: rename(teams, 1) },
        remove: { of: "org-unit team/beta", perform: drop(teams, 1) },
      },
    },
    close: () => keeper.close(),
  };
}

function partsOf(rows: readonly PersonRow[]): readonly (readonly KeptRow[])[] {
  return rows.map((row) => [keptRow(row)]);
}

export const contractCase: ContractCase = {
  source: {
    start,
    paged: ["people"],
    // There is nothing to be wrong: the only setting is a name.
    refused: [],
    apiPath: keeperPath,
    drifts: [],
    openEnums: [],
    overlapMinutes: 0,
  },
};

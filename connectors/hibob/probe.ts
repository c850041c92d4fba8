import type { Gap, Probe } from "#shared/kit/connector.ts";
import type { Requirement } from "#shared/kit/discovery.ts";
import { readDate } from "#shared/model/time.ts";

import { batchMax } from "./client.ts";
import type { Employee, HibobClient, RowsByEmployee } from "./client.ts";
import { personFields } from "./fields.ts";
import type { CompanyFields } from "./levels.ts";
import type { PeopleReader } from "./people-reader.ts";
import { omittedGaps, tableGap } from "./people-reader.ts";
import type { HibobSettings } from "./settings.ts";

const neededFor: Readonly<Record<string, string>> = {
  "root.email": "matching people with their accounts in other tools",
  "work.reportsTo": "reporting lines: who decides for two teams",
  "internal.lifecycleStatus": "telling leavers from people on leave",
  "internal.terminationDate": "leavers, ahead of their last day",
};

/** What a connection will see and what not, each missing permission by its name. */
export async function probeHibob(
  { orgLevels, webhookSecret }: HibobSettings,
  client: HibobClient,
  reader: PeopleReader,
): Promise<Probe> {
  const ids = await client.listIds();
  const fields = await reader.fields();
  const sample = await client.readPeople(ids.slice(0, batchMax), fields.asked);
  const omitted = new Map<string, number>();
  for (const { id } of fields.asked) {
    const count = sample.people.filter((person) => !person.fields.has(id)).length;
    if (count > 0) omitted.set(id, count);
  }
  const shown = sample.people.map(({ id }) => id);
  const rows = await client.readWork(shown, []);
  return {
    identity: `${ids.length} people in HiBob`,
    credential: { kind: "Service user" },
    requirements: requirementsOf(fields, {
      orgLevels,
      isHeld: (id) => omitted.get(id) !== shown.length,
      isTableHeld: rows !== undefined,
    }),
    gaps: [
      ...fields.unknown.map((id) => ({
        what: `Org level ${id}`,
        why: "HiBob has no field of this id: correct the org levels in the settings",
      })),
      ...omittedGaps(omitted, shown.length, fields),
      ...(rows === undefined ? [tableGap] : []),
      ...(rows && looksWithoutPast(sample.people, rows) ? [historyGap] : []),
      ...fields.levels.flatMap(({ id, column }) => (column ? [] : [columnGap(id)])),
      ...(webhookSecret === undefined ? [webhookGap] : []),
    ],
  };
}

function requirementsOf(
  { placeOf }: CompanyFields,
  {
    orgLevels,
    isHeld,
    isTableHeld,
  }: {
    readonly orgLevels: readonly string[];
    readonly isHeld: (id: string) => boolean;
    readonly isTableHeld: boolean;
  },
): readonly Requirement[] {
  const fields = [...new Set<string>([...personFields, ...orgLevels])].map((id) => ({
    name: `View People's data > ${placeOf(id)}`,
    isHeld: isHeld(id),
    neededFor: neededFor[id] ?? (orgLevels.includes(id) ? "the org units" : `the field ${id}`),
    isRequired: false,
  }));
  return [
    ...new Map(fields.map((field) => [field.name, field])).values(),
    {
      name: "View People's data > Work > Work section histories",
      isHeld: isTableHeld,
      neededFor: "moves ahead, and where people stood before",
      isRequired: false,
    },
  ];
}

/**
 * Who may see the table and not its histories gets the row of today alone, without a word: then all have
 * one row, also those who began on another day than it.
 */
function looksWithoutPast(people: readonly Employee[], rows: RowsByEmployee): boolean {
  const seen = people.flatMap(({ id, fields }) => {
    const own = rows.get(id);
    const startOn = readDate(fields.get("work.startDate"));
    return typeof own === "object" ? [{ own, startOn }] : [];
  });
  const hasOneRowEach = seen.every(({ own }) => own.length === 1);
  return (
    hasOneRowEach &&
    seen.some(
      ({ own, startOn }) => startOn !== undefined && (own[0]?.effectiveDate ?? "") > startOn,
    )
  );
}

const historyGap: Gap = {
  what: "Histories of the work table",
  why: "HiBob shows one row a person, of today: moves are known only on the day they happen. Allow our service user People's data > Work > View selected employees' Work section histories",
};

const webhookGap: Gap = {
  what: "Webhooks",
  why: "No webhook secret is entered: changes are seen at the next hourly pull. Add a webhook in HiBob and enter its secret here",
};

function columnGap(id: string): Gap {
  return {
    what: "Moves ahead",
    why: `The field ${id} is no column of the work table: where people will be is known on the day they move`,
  };
}

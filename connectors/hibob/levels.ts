import { HubError } from "#shared/errors.ts";
import { shortText } from "#shared/model/facts.ts";

import type { HibobClient } from "./client.ts";
import type { AskedField } from "./fields.ts";
import { columnOf, pathOf, personFields } from "./fields.ts";
import type { FieldDescription, ListItem } from "./wire.ts";

/** One org level of the settings, as the company has it. */
export interface Level extends AskedField {
  /** What people call it: department, team. */
  readonly title: string;
  /** Of its column in the work table; undefined where it has none, and only today is known. */
  readonly column: AskedField | undefined;
  /** What its values are called: list fields give ids. Text fields have none. */
  readonly names: ReadonlyMap<string, string>;
}

/** What the company's own list of fields says about those that we ask for. */
export interface CompanyFields {
  readonly levels: readonly Level[];
  readonly asked: readonly AskedField[];
  /** Org levels of the settings that the company does not have. */
  readonly unknown: readonly string[];
  /** Where a permission group lists a field: `Work > Department`. */
  readonly placeOf: (id: string) => string;
}

/** Reads what the org levels are and what their values are called: one request, and one for each list. */
export async function readCompanyFields(
  client: HibobClient,
  orgLevels: readonly string[],
): Promise<CompanyFields> {
  const described = new Map((await client.listFields()).map((field) => [field.id, field]));
  const levels: Level[] = [];
  for (const id of orgLevels) {
    const field = described.get(id);
    if (field) levels.push(await levelOf(client, field));
  }
  const person = personFields.map((id) => ({ id, path: pathOf(id) }));
  const known = new Set<string>(personFields);
  return {
    levels,
    asked: [...person, ...levels.filter(({ id }) => !known.has(id))],
    unknown: orgLevels.filter((id) => !described.has(id)),
    placeOf: (id) => {
      const field = described.get(id);
      return field ? `${field.categoryDisplayName ?? "People's data"} > ${field.name}` : id;
    },
  };
}

/** Without one of its levels an organisation would be another one: better nothing than everybody moved. */
export function assertLevelsKnown({ unknown }: CompanyFields): void {
  if (unknown.length === 0) return;
  throw new HubError(
    "connector.misconfigured",
    `HiBob has no field ${unknown.join(", ")}: correct the org levels in the settings`,
  );
}

async function levelOf(client: HibobClient, field: FieldDescription): Promise<Level> {
  const { id, name, jsonPath, typeData } = field;
  const listId = typeData?.listId;
  const column = columnOf(id);
  return {
    id,
    title: shortText(name)?.toLowerCase() ?? id,
    path: jsonPath ? jsonPath.split(".") : pathOf(id),
    column: column && { id, path: column },
    names: listId ? namesIn(await client.readList(listId)) : new Map(),
  };
}

function namesIn(items: readonly ListItem[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const remaining = [...items];
  for (let item = remaining.pop(); item; item = remaining.pop()) {
    const name = shortText(item.value) ?? shortText(item.name);
    if (name !== undefined) names.set(item.id, name);
    remaining.push(...(item.children ?? []));
  }
  return names;
}

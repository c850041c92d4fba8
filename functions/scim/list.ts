import type { KeptRecord } from "#shared/ports/kept-records.ts";

import { collections, groupOf, groupsOf, userOf } from "./bodies.ts";
import { plausible } from "./directory.ts";
import type { Directory } from "./directory.ts";
import { parseFilter } from "./filter.ts";
import type { ResourceFilter } from "./filter.ts";
import { renderGroups, renderUsers } from "./render.ts";
import type { Rendered } from "./render.ts";
import type { ResourceType } from "./schema/attribute.ts";
import { groupType, userType } from "./schema/schemas.ts";
import { invalidValue } from "./scim-error.ts";
import { isSelected, readSelection, select } from "./select.ts";
import type { Selection } from "./select.ts";

/** What a list was asked for; RFC 7644, section 3.4.2. Sorting is not offered, and not refused. */
export interface ListQuery {
  readonly filter?: string | undefined;
  readonly startIndex?: string | undefined;
  readonly count?: string | undefined;
  readonly attributes?: string | undefined;
  readonly excludedAttributes?: string | undefined;
}

/** Resources in one answer, at most. */
export const listMax = 1000;
const countDefault = 100;

/** A list as it is answered. */
export interface ListAnswer {
  readonly [name: string]: unknown;
  readonly totalResults: number;
  readonly Resources: readonly unknown[];
}

/** One page of the users or groups that a filter means, in the order of their ids. */
export async function list(
  directory: Directory,
  type: ResourceType,
  query: ListQuery,
): Promise<ListAnswer> {
  const { startIndex, count } = windowOf(query);
  const filter = query.filter === undefined ? undefined : parseFilter(type, query.filter);
  const selection = readSelection(type, query);
  const page = new Page(startIndex, count);
  for await (const found of meant(directory, type, filter)) page.add(found);
  const shown = await render(directory, type, { records: page.records, selection });
  return listResponse(
    shown.map((one) => select(selection, one)),
    { totalResults: page.total, startIndex },
  );
}

/** One page of users and groups together: all users come first. */
export async function listAll(directory: Directory, query: ListQuery): Promise<ListAnswer> {
  const { startIndex, count } = windowOf(query);
  const users = await list(directory, userType, query);
  const groups = await list(directory, groupType, {
    ...query,
    startIndex: String(Math.max(1, startIndex - users.totalResults)),
    count: String(count - users.Resources.length),
  });
  const totalResults = users.totalResults + groups.totalResults;
  return listResponse([...users.Resources, ...groups.Resources], { totalResults, startIndex });
}

export function listResponse(
  resources: readonly unknown[],
  { totalResults, startIndex }: { readonly totalResults: number; readonly startIndex: number },
): ListAnswer {
  return {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
    totalResults,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}

/** A negative count is none, a start before the first is the first (RFC 7644, section 3.4.2.4). */
function windowOf(query: ListQuery): { readonly startIndex: number; readonly count: number } {
  const startIndex = Math.max(1, wholeNumber(query.startIndex, "startIndex") ?? 1);
  const asked = wholeNumber(query.count, "count") ?? countDefault;
  return { startIndex, count: Math.min(listMax, Math.max(0, asked)) };
}

function wholeNumber(text: string | undefined, name: string): number | undefined {
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (/^-?\d{1,9}$/u.test(text)) return value;
  throw invalidValue(`${name} must be a whole number`);
}

/** Counts everything and keeps what is on the page. */
class Page {
  readonly records: KeptRecord[] = [];
  total = 0;
  readonly #first: number;
  readonly #end: number;

  constructor(startIndex: number, count: number) {
    this.#first = startIndex;
    this.#end = startIndex + count;
  }

  add(records: readonly KeptRecord[]): void {
    for (const record of records) {
      this.total += 1;
      if (this.total >= this.#first && this.total < this.#end) this.records.push(record);
    }
  }
}

/** The records that the filter means, in portions: asked of an index where one can answer, else all looked at. */
async function* meant(
  directory: Directory,
  type: ResourceType,
  filter: ResourceFilter | undefined,
): AsyncIterable<readonly KeptRecord[]> {
  const collection = collectionOf(type);
  const ids = filter && (await indexed(directory, type, filter));
  if (ids) {
    const found = await directory.store.byIds(collection, plausible(ids));
    const records = [...found.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    yield await matching(directory, type, { records, filter });
    return;
  }
  let after: string | undefined;
  do {
    const page = await directory.store.page(collection, after);
    yield await matching(directory, type, { records: page.records, filter });
    after = page.next;
  } while (after !== undefined);
}

async function matching(
  directory: Directory,
  type: ResourceType,
  {
    records,
    filter,
  }: {
    readonly records: readonly KeptRecord[];
    readonly filter: ResourceFilter | undefined;
  },
): Promise<readonly KeptRecord[]> {
  if (!filter) return records;
  const withMembers = filter.mentions("members");
  const rendered =
    type.name === "User"
      ? await renderUsers(directory, records.map(userOf))
      : await renderGroups(directory, records.map(groupOf), withMembers);
  return records.filter((_, at) => {
    const one = rendered[at];
    return one !== undefined && filter.matches(one);
  });
}

const userIndexes = new Map([
  ["userName", "userName"],
  ["externalId", "externalId"],
  ["emails.value", "emails.value"],
  [`${userType.extensions[0]?.id ?? ""}:employeeNumber`, "employeeNumber"],
  ["groups.value", "group"],
]);
const groupIndexes = new Map([
  ["displayName", "displayName"],
  ["externalId", "externalId"],
]);

/** Ids among which all matches are; undefined where no index knows. */
async function indexed(
  directory: Directory,
  type: ResourceType,
  { equalities }: ResourceFilter,
): Promise<readonly string[] | undefined> {
  const id = equalities.get("id");
  if (id !== undefined) return [id];
  const isUsers = type.name === "User";
  for (const [path, attribute] of isUsers ? userIndexes : groupIndexes) {
    const value = equalities.get(path);
    if (value !== undefined) return directory.store.find(collectionOf(type), attribute, value);
  }
  const member = isUsers ? undefined : equalities.get("members.value");
  if (member === undefined) return undefined;
  const users = await directory.store.byIds(collections.users, plausible([member]));
  return [...users.values()].flatMap((record) => groupsOf(userOf(record).body));
}

function collectionOf(type: ResourceType): string {
  return type.name === "User" ? collections.users : collections.groups;
}

async function render(
  directory: Directory,
  type: ResourceType,
  {
    records,
    selection,
  }: { readonly records: readonly KeptRecord[]; readonly selection: Selection },
): Promise<readonly Rendered[]> {
  if (type === userType) return renderUsers(directory, records.map(userOf));
  const withMembers = isSelected(selection, "members");
  return renderGroups(directory, records.map(groupOf), withMembers);
}

import { HubError } from "#shared/errors.ts";
import type { Gap } from "#shared/kit/connector.ts";

import { AsanaFieldsClient } from "./client-fields.ts";
import { gidIn, isKeepable, isNamedBy } from "./kept-fields.ts";
import { orGap, type ReaderDeps, unlessAbsent } from "./reader.ts";
import { ListedField } from "./wire.ts";

/** Pages of a workspace's library that are looked through for names; a gid is asked for by itself. */
const pagesMax = 10;

/**
 * What of the fields to keep cannot be kept. Throws `connector.misconfigured` where one names people:
 * whose work it is is known from accounts, and names are never kept beside that.
 */
export async function checkKeptFields({ source }: ReaderDeps): Promise<readonly Gap[]> {
  const { keptFields, workspaces } = source.settings;
  if (keptFields.length === 0) return [];
  const client = new AsanaFieldsClient(source);
  const lists = await Promise.all(
    workspaces.map((workspace) =>
      orGap(`Custom fields of workspace ${workspace}`, fieldsOf(client, workspace)),
    ),
  );
  const gaps = lists.flatMap(({ gap }) => gap ?? []);
  const listed = lists.flatMap(({ value }) => value ?? []);
  const isLibraryKnown = gaps.length === 0;
  for (const entry of keptFields) {
    const found = listed.filter((field) => isNamedBy(entry, field));
    const gid = gidIn(entry);
    if (found.length === 0 && gid !== undefined) found.push(...(await fieldOf(client, gid)));
    if (found.some(({ resource_subtype: type }) => isKeepable(type))) continue;
    if (found.some(({ resource_subtype: type }) => type === "people")) throw namesPeople(entry);
    if (found.length > 0) gaps.push({ what: `Field “${entry}”`, why: otherKind });
    else if (isLibraryKnown) gaps.push({ what: `Field “${entry}”`, why: notListed });
  }
  return gaps;
}

const otherKind = "Values of such fields are not kept: only choices, short texts, numbers and days";
const notListed =
  "The workspace's library has no field of this name or gid; one that belongs to a single project is kept all the same";

async function fieldsOf(
  client: AsanaFieldsClient,
  workspace: string,
): Promise<readonly ListedField[]> {
  const fields: ListedField[] = [];
  let offset: string | undefined;
  for (let pages = 0; pages < pagesMax; pages += 1) {
    const page = await client.customFields(workspace, { offset });
    fields.push(...page.records.flatMap((record) => ListedField.safeParse(record).data ?? []));
    ({ offset } = page);
    if (offset === undefined) break;
  }
  return fields;
}

async function fieldOf(client: AsanaFieldsClient, gid: string): Promise<readonly ListedField[]> {
  const { value } = await orGap("custom field", unlessAbsent(client.customField(gid)));
  const field = ListedField.safeParse(value);
  return field.success ? [field.data] : [];
}

function namesPeople(entry: string): HubError {
  const message = `“${entry}” names people: its values are never kept`;
  return new HubError("connector.misconfigured", message, {
    issues: [{ path: "keptFields", message }],
  });
}

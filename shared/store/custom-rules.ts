import { HubError } from "#shared/errors.ts";
import { CustomRule, CustomRuleId } from "#shared/model/custom-rule.ts";
import type { Key, Table } from "#shared/ports/table.ts";

import type { DocumentSpec } from "./documents.ts";
import { getDocument, readDocument } from "./documents.ts";
import { queryAll } from "./list.ts";
import { SetAside } from "./set-aside.ts";

/** All in one partition: each signal that changes is looked at by all of them. */
const partition = "custom-rules";

export function customRuleKey(id: CustomRuleId): Key {
  return { pk: partition, sk: id };
}

export const customRuleSpec: DocumentSpec<CustomRule> = {
  schema: CustomRule,
  key: ({ id }) => customRuleKey(id),
};

/** Every custom rule that can be read, oldest first. Strongly consistent. */
export async function listCustomRules(
  table: Table,
  setAside: SetAside = new SetAside(),
): Promise<readonly CustomRule[]> {
  const items = await queryAll(table, { partition, consistent: true });
  return items
    .flatMap((item) => setAside.read(item, (one) => readDocument(customRuleSpec, one)) ?? [])
    .toSorted((a, b) => (a.createdAt + a.id < b.createdAt + b.id ? -1 : 1));
}

/** The ids of those that could not be read; undefined for what stands there and is no rule at all. */
export function unreadCustomRules(setAside: SetAside): readonly (CustomRuleId | undefined)[] {
  return [...setAside.keys].map((key) => CustomRuleId.safeParse(key.split(" ").at(-1)).data);
}

/** Throws `entity.not-found` where there is none. */
export async function getCustomRule(table: Table, id: CustomRuleId): Promise<CustomRule> {
  const rule = await getDocument(table, customRuleSpec, customRuleKey(id));
  if (rule) return rule;
  throw new HubError("entity.not-found", "There is no such custom rule");
}

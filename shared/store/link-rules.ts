import { compileLinkRules } from "#shared/graph/link-rules-compile.ts";
import type { CompiledLinkRules } from "#shared/graph/link-rules-compile.ts";
import type { LinkRule } from "#shared/model/link-rule.ts";
import type { Instant } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";

import { readDocument } from "./documents.ts";
import { linkRulesPartition } from "./keys.ts";
import { queryAll } from "./list.ts";
import { SetAside } from "./set-aside.ts";
import { linkRuleSpec } from "./specs.ts";

/** Every link rule that can be read as it stands now, oldest first. Strongly consistent. */
export async function listLinkRules(
  table: Table,
  setAside: SetAside = new SetAside(),
): Promise<readonly LinkRule[]> {
  const items = await queryAll(table, { partition: linkRulesPartition, consistent: true });
  return items
    .flatMap((item) => setAside.read(item, (one) => readDocument(linkRuleSpec, one)) ?? [])
    .toSorted((a, b) => (a.createdAt + a.id < b.createdAt + b.id ? -1 : 1));
}

/** The link rules as they stand now, ready to be asked. */
export async function readLinkRules(
  table: Table,
  now: Instant,
  setAside?: SetAside,
): Promise<CompiledLinkRules> {
  return compileLinkRules(await listLinkRules(table, setAside), now);
}

import * as z from "zod";

import type { Allowance } from "#shared/graph/allowances.ts";
import type { Rule } from "#shared/kit/rule.ts";
import { WorkItemKind } from "#shared/model/facts.ts";
import type { Table } from "#shared/ports/table.ts";
import { listDocuments } from "#shared/store/documents.ts";
import { lists } from "#shared/store/keys.ts";
import { ruleSettingsSpec } from "#shared/store/specs.ts";

/** The part of a rule's options by which work may stand outside strategy. */
const WithAllowances = z.looseObject({
  allowances: z.array(
    z.looseObject({
      reason: z.string(),
      containers: z.array(z.string()).optional(),
      originalKinds: z.array(z.string()).optional(),
      labels: z.array(z.string()).optional(),
      kinds: z.array(WorkItemKind).optional(),
      teams: z.array(z.string()).optional(),
    }),
  ),
});

/** Allowances as the rules are set now: verdicts shown must be those that the rules reach. */
export async function readAllowances(
  table: Table,
  rules: readonly Rule[],
): Promise<readonly Allowance[]> {
  const settings = await listDocuments(table, ruleSettingsSpec, lists.ruleSettings);
  return rules.flatMap((rule) => {
    const own = settings.find((candidate) => candidate.rule === rule.name);
    const options = rule.options.safeParse(own?.options ?? {});
    const parsed = WithAllowances.safeParse(options.data);
    return parsed.success ? parsed.data.allowances : [];
  });
}

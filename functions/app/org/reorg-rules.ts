import type { ReorgRule } from "#shared/graph/reorg-case.ts";
import type { Instant } from "#shared/model/time.ts";
import { listDocuments } from "#shared/store/documents.ts";
import { lists } from "#shared/store/keys.ts";
import { ruleSettingsSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";

/**
 * The rules as they are set now, to be asked what they would say. All at one moment, so that what differs
 * is the organisation's doing. Options that no longer parse mean the defaults.
 */
export async function readReorgRules(
  { table, rules }: Pick<AppContext, "table" | "rules">,
  now: Instant,
): Promise<readonly ReorgRule[]> {
  const settings = await listDocuments(table, ruleSettingsSpec, lists.ruleSettings);
  return rules.flatMap((rule) => {
    const own = settings.find((one) => one.rule === rule.name);
    if (own?.isEnabled === false) return [];
    const parsed = rule.options.safeParse(own?.options ?? {});
    const options = parsed.success ? parsed.data : rule.options.parse({});
    return [
      {
        name: rule.name,
        subjects: (graph) => rule.subjects(graph),
        evaluate: (view, subjectId) => rule.evaluate({ view, subjectId, options, now }),
      } satisfies ReorgRule,
    ];
  });
}

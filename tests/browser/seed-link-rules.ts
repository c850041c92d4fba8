import { factId } from "#shared/model/ids.ts";
import { createDocument } from "#shared/store/documents.ts";
import { linkRuleSpec } from "#shared/store/specs.ts";
import { goalConnection } from "#shared/testing/facts.ts";
import { linkRule } from "#shared/testing/link-rules.ts";

import type { MemoryHub } from "../rig/memory-hub.ts";

/** Link rules that are on, off, and without a goal any more. */
export async function seedLinkRules(hub: MemoryHub): Promise<void> {
  const rules = [
    {
      ...linkRule("Peak season", 'label = peak-season AND project IN (PLAN, "DRIVE")'),
      goalId: factId("goal", "asana", goalConnection, "live-eta"),
    },
    {
      ...linkRule("Data protection", "label = gdpr OR title ~ consent", { isEnabled: false }),
      goalId: factId("goal", "asana", goalConnection, "tower"),
    },
    linkRule("Fair in Munich", 'project = "Transport logistic fair, Munich"'),
  ];
  for (const rule of rules) await createDocument(hub.table, linkRuleSpec, rule);
  await hub.settle();
}

import * as fc from "fast-check";

import { LinkRuleId } from "#shared/model/ids.ts";
import type { LinkRule } from "#shared/model/link-rule.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import { createDocument, getDocument, replaceDocument } from "#shared/store/documents.ts";
import { linkRuleKey } from "#shared/store/keys.ts";
import { linkRuleSpec } from "#shared/store/specs.ts";
import { goalId } from "#shared/testing/facts.ts";

import type { MemoryHub } from "../rig/memory-hub.ts";

/** Words that items may have and rules look for. */
export const ruleWords = ["growth", "run"];

/** A link rule comes, changes, is switched off or goes; few ids, so that each is used again and again. */
export const linkRuleStep = fc.record({
  kind: fc.constant("link-rule" as const),
  id: fc.constantFrom("linkrule_aaaaaaaaaa", "linkrule_bbbbbbbbbb"),
  becomes: fc.oneof(
    { arbitrary: fc.constant("on" as const), weight: 4 },
    fc.constantFrom("off" as const, "gone" as const),
  ),
  filter: fc.constantFrom(
    "label = growth",
    "section = run OR team = T2",
    'field["Investment"] = growth AND kind = epic',
    "title ~ moved",
    "NOT key IN (i1, i2, i3)",
    "label != run AND connection = conn_work000001",
  ),
  to: fc.constantFrom("g1", "g2"),
  confidence: fc.constantFrom(0.5, 0.9),
  expiresInMinutes: fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined, freq: 2 }),
});
type LinkRuleStep = typeof linkRuleStep extends fc.Arbitrary<infer S> ? S : never;

export async function putLinkRule(hub: MemoryHub, given: LinkRuleStep): Promise<void> {
  const id = LinkRuleId.parse(given.id);
  const key = linkRuleKey(id);
  if (given.becomes === "gone") {
    await hub.table.write({ kind: "delete", key, condition: [] });
    return;
  }
  const minutes = given.expiresInMinutes;
  const rule: LinkRule = {
    type: "link-rule",
    id,
    name: given.filter,
    filter: given.filter,
    goalId: goalId(given.to),
    confidence: given.confidence,
    isEnabled: given.becomes === "on",
    createdAt: hub.clock.now(),
    updatedAt: hub.clock.now(),
    revision: 0,
    ...(minutes !== undefined && { expiresAt: instantOf(hub.clock.nowMs() + minutes * minuteMs) }),
  };
  const before = await getDocument(hub.table, linkRuleSpec, key);
  if (before) await replaceDocument(hub.table, linkRuleSpec, before, rule);
  else await createDocument(hub.table, linkRuleSpec, rule);
}

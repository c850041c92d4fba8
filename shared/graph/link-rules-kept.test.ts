import { expect, test } from "vitest";

import { keptFields } from "#shared/model/kept-fields.ts";
import { workItem } from "#shared/testing/facts.ts";
import { now } from "#shared/testing/graph.ts";
import { linkRule } from "#shared/testing/link-rules.ts";

import { compileLinkRules } from "./link-rules-compile.ts";

const longName = "The area of the product that this work is for";
const longValue = "Everything that has to do with customs and with duties of any kind";
const fields = keptFields([
  { name: "Markets", values: ["DACH, without CH", "Nordics"] },
  { name: longName, values: [longValue] },
]);

/** Whether a rule with the filter links an item with these fields. */
function fits(filter: string): boolean {
  const rules = compileLinkRules([linkRule("one", filter)], now);
  return rules.fitting(workItem("i", fields && { fields })).length === 1;
}

test("of a field with several values a rule may name any of them, and no half of one", () => {
  expect(fits('field["Markets"] = nordics')).toBe(true);
  expect(fits('field["Markets"] = "DACH, without CH"')).toBe(true);
  expect(fits('field["Markets"] = DACH')).toBe(false);
  expect(fits('field["Markets"] IN (UK, Nordics)')).toBe(true);
});

test("names and values longer than are kept are found by what people read in their tool", () => {
  expect(fits(`field["${longName}"] = "${longValue}"`)).toBe(true);
  expect(fits(`field["${longName}"] = "Everything else"`)).toBe(false);
});

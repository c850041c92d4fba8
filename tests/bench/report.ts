import type { Check } from "./bench.ts";
import { passes, ratioOf } from "./bench.ts";

/** One check for people: verdict, measured figure, limit, ratio and target. */
export function checkLines(check: Check): readonly string[] {
  const { target, unit } = check;
  const wanted = "atMost" in target ? `≤ ${fixed(target.atMost)}` : `≥ ${fixed(target.atLeast)}`;
  return [
    `${passes(check) ? "pass" : "FAIL"}  ${check.what}`,
    `        ${amount(check.measured)} ${unit}, ${check.limitName} ${amount(check.limit)} ${unit}: ` +
      `ratio ${fixed(ratioOf(check))}, target ${wanted}`,
  ];
}

function fixed(ratio: number): string {
  return ratio.toFixed(2);
}

/** Three digits that mean something, thousands set apart. */
export function amount(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en");
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toLocaleString("en", { maximumFractionDigits: Math.min(digits, 6) });
}

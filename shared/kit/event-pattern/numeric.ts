import { refuse, type Place } from "./place.ts";
import type { Primitive } from "./primitive.ts";

/**
 * EventBridge compares numbers between -5.0e9 and 5.0e9 only
 * (docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html, 2026-11).
 */
const numericLimit = 5e9;

type Bound = (value: number) => boolean;
type Comparison = "=" | "<" | "<=" | ">" | ">=";

const comparisons: Record<Comparison, (limit: number) => Bound> = {
  "=": (limit) => (value) => value === limit,
  "<": (limit) => (value) => value < limit,
  "<=": (limit) => (value) => value <= limit,
  ">": (limit) => (value) => value > limit,
  ">=": (limit) => (value) => value >= limit,
};

export function isInRange(value: number): boolean {
  return Math.abs(value) <= numericLimit;
}

/** `["=", 5]`, `["<", 10]`, `[">", 0, "<=", 5]`: one bound, or a lower one and then an upper one. */
export function compileNumeric(
  operand: unknown,
  place: Place,
): ((value: Primitive) => boolean) | undefined {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) {
    return refuse(place, 'must be like ["=", 5] or [">", 0, "<=", 5]');
  }
  const terms: readonly unknown[] = operand;
  const bounds: Bound[] = [];
  for (let index = 0; index < terms.length; index += 2) {
    const bound = compileBound(terms[index], terms[index + 1]);
    if (typeof bound === "string") return refuse(place, bound);
    bounds.push(bound);
  }
  if (terms.length === 4 && !isRange(terms)) {
    return refuse(
      place,
      "a range is a lower bound (> or >=) and then a higher upper bound (< or <=)",
    );
  }
  return (value) =>
    typeof value === "number" && isInRange(value) && bounds.every((bound) => bound(value));
}

function compileBound(operator: unknown, limit: unknown): Bound | string {
  if (typeof operator !== "string" || !isComparison(operator)) {
    return "the operators are = < <= > >=";
  }
  if (typeof limit !== "number" || !isInRange(limit)) {
    return "limits are numbers between -5.0e9 and 5.0e9";
  }
  return comparisons[operator](limit);
}

function isRange([lower, bottom, upper, top]: readonly unknown[]): boolean {
  const ordered = typeof bottom === "number" && typeof top === "number" && bottom < top;
  return ordered && (lower === ">" || lower === ">=") && (upper === "<" || upper === "<=");
}

function isComparison(operator: string): operator is Comparison {
  return Object.hasOwn(comparisons, operator);
}

import { HubError } from "#shared/errors.ts";
import type { Condition, Item, Json, Test } from "#shared/ports/table.ts";

import { compareBytes } from "./byte-order.ts";

/** A condition in DynamoDB's expression language; names and values stand behind placeholders. */
export interface CompiledCondition {
  readonly expression: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, string | number | boolean>>;
}

/** Undefined when the condition always holds. Throws `invariant.broken` for an impossible test. */
export function compileCondition(condition: Condition): CompiledCondition | undefined {
  assertCondition(condition);
  if (holdsAlways(condition)) return undefined;
  const names = new Map<string, string>();
  const values: Record<string, string | number | boolean> = {};
  const clauses = condition.map((clause) => {
    const tests = clause.flatMap((test) => compileTest(test, names, values));
    // DynamoDB refuses redundant parentheses.
    return tests.length > 1 && condition.length > 1
      ? `(${tests.join(" AND ")})`
      : tests.join(" AND ");
  });
  return {
    expression: clauses.join(" OR "),
    names: Object.fromEntries([...names].map(([name, placeholder]) => [placeholder, name])),
    values,
  };
}

/** Whether the condition holds for an item, or for its absence. The meaning of the compiled form. */
export function holds(condition: Condition, item: Item | undefined): boolean {
  assertCondition(condition);
  return (
    holdsAlways(condition) || condition.some((clause) => clause.every((test) => passes(test, item)))
  );
}

function holdsAlways(condition: Condition): boolean {
  return condition.length === 0 || condition.some((clause) => clause.length === 0);
}

function assertCondition(condition: Condition): void {
  for (const clause of condition) for (const test of clause) assertTest(test);
}

function assertTest([attribute, op, value]: Test): void {
  if (attribute === "") throw new HubError("invariant.broken", "A condition names no attribute");
  if (typeof value === "boolean" && op !== "=" && op !== "<>") {
    throw new HubError("invariant.broken", `Condition ${attribute} ${op}: booleans have no order`);
  }
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new HubError("invariant.broken", `Condition ${attribute} ${op}: not a finite number`);
  }
}

function compileTest(
  test: Test,
  names: Map<string, string>,
  values: Record<string, string | number | boolean>,
): readonly string[] {
  const name = names.get(test[0]) ?? `#n${String(names.size)}`;
  names.set(test[0], name);
  if (test.length === 2) {
    return [test[1] === "exists" ? `attribute_exists(${name})` : `attribute_not_exists(${name})`];
  }
  const [, op, value] = test;
  const placeholder = `:v${String(Object.keys(values).length)}`;
  values[placeholder] = value;
  const comparison = `${name} ${op} ${placeholder}`;
  // In DynamoDB an absent attribute differs from every value; here no comparison with it is true.
  return op === "<>" ? [`attribute_exists(${name})`, comparison] : [comparison];
}

function passes(test: Test, item: Item | undefined): boolean {
  const stored = item?.[test[0]];
  if (test.length === 2) return (test[1] === "exists") === (stored !== undefined);
  const [, op, value] = test;
  if (stored === undefined) return false;
  if (op === "=") return stored === value;
  if (op === "<>") return stored !== value;
  const order = orderOf(stored, value);
  return order !== undefined && orderTests[op](order);
}

const orderTests = {
  "<": (order: number) => order < 0,
  "<=": (order: number) => order <= 0,
  ">": (order: number) => order > 0,
  ">=": (order: number) => order >= 0,
} as const;

/** Undefined for values of different types, which have no order. */
function orderOf(stored: Json, value: string | number | boolean): number | undefined {
  if (typeof stored === "number" && typeof value === "number") return stored - value;
  if (typeof stored === "string" && typeof value === "string") return compareBytes(stored, value);
  return undefined;
}

import type { EventPattern } from "#shared/model/custom-rule.ts";
import type { RuleName } from "#shared/model/ids.ts";

import { compilePattern } from "../event-pattern/compile-pattern.ts";

/** The fields that a pattern asks about, as paths: `detail.evidence.facts.kind`. Those of `$or` are among them. */
export function askedFields(pattern: EventPattern): ReadonlySet<string> {
  return new Set(pathsIn(pattern, ""));
}

function* pathsIn(value: unknown, path: string): Iterable<string> {
  if (!isFields(value)) {
    yield path;
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    if (name === "$or" && Array.isArray(inner)) {
      for (const branch of inner) yield* pathsIn(branch, path);
    } else {
      yield* pathsIn(inner, path === "" ? name : `${path}.${name}`);
    }
  }
}

/** Whether it asks about the field, about one in it, or about one that it is in. */
export function asksAbout(asked: ReadonlySet<string>, field: string): boolean {
  return [...asked].some(
    (one) => one === field || one.startsWith(`${field}.`) || field.startsWith(`${one}.`),
  );
}

/** Whether findings of a rule may fit at all; false is certain. Takes a pattern that compiles. */
export function mayFitRule(pattern: EventPattern, rule: RuleName): boolean {
  return mayFit(pattern, ["detail", "rule"], rule);
}

function mayFit(value: unknown, path: readonly string[], rule: RuleName): boolean {
  if (!isFields(value)) return true;
  const [name = "", ...rest] = path;
  const { $or, [name]: own } = value;
  const isOpenByOr =
    !Array.isArray($or) || $or.some((branch: unknown) => mayFit(branch, path, rule));
  if (!isOpenByOr || own === undefined) return isOpenByOr;
  if (rest.length > 0) return mayFit(own, rest, rule);
  return Array.isArray(own) && compilePattern({ [name]: own }).matches({ [name]: rule });
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

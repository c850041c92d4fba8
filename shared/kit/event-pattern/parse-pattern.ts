import type { InputIssue } from "#shared/errors.ts";

import { compileAlternative, type Alternative } from "./operators.ts";
import { refuse, type Place } from "./place.ts";
import { isRecord } from "./primitive.ts";

/** One leaf of a pattern: where it is, and the alternatives of which one must hold. */
export interface Leaf {
  readonly path: readonly string[];
  readonly alternatives: readonly Alternative[];
}

/** Leaves that must hold together. A pattern without `$or` is one branch. */
export type Branch = readonly Leaf[];

/** EventBridge refuses patterns whose `$or` arrays multiply to more combinations (2026-11). */
const branchesMax = 1_000;

/** Field names that EventBridge keeps for operators inside `$or` (aws/event-ruler, read 2026-11). */
const reservedInOr = new Set(
  `exactly equals-ignore-case prefix suffix anything-but exists wildcard numeric cidr = < <= > >=
   regex not-wildcard not-equals-ignore-case date-after date-on-or-after date-before
   date-on-or-before in-date-range ip-address-in-range ip-address-not-in-range`.split(/\s+/u),
);

interface Scope {
  readonly path: readonly string[];
  readonly insideOr: boolean;
  readonly issues: InputIssue[];
}

/** Multiplies the `$or`s out into branches; problems go to `issues`. */
export function parsePattern(pattern: unknown, issues: InputIssue[]): readonly Branch[] {
  const scope: Scope = { path: [], insideOr: false, issues };
  if (!isRecord(pattern)) {
    refuse(placeOf(scope), "a pattern is an object");
    return [];
  }
  const branches = parseObject(pattern, [[]], scope);
  for (const branch of branches) {
    const clash = clashingPath(branch);
    if (clash === undefined) continue;
    issues.push({
      path: clash,
      message: "a field may be asked for only once on the way through $or",
    });
    break;
  }
  return branches;
}

function parseObject(
  pattern: Readonly<Record<string, unknown>>,
  before: readonly Branch[],
  scope: Scope,
): readonly Branch[] {
  const entries = Object.entries(pattern);
  if (entries.length === 0) refuse(placeOf(scope), "empty objects are not allowed");
  let branches = before;
  for (const [name, value] of entries) {
    const inner: Scope = { ...scope, path: [...scope.path, name] };
    if (name === "$or") {
      branches = parseOr(value, branches, scope);
    } else if (name.includes(".")) {
      refuse(placeOf(inner), "a dot in a field name is ambiguous: nest objects instead");
    } else if (scope.insideOr && reservedInOr.has(name)) {
      refuse(placeOf(inner), "is reserved inside $or");
    } else if (Array.isArray(value)) {
      const leaf = parseLeaf(value, inner);
      branches = branches.map((branch) => [...branch, leaf]);
    } else if (isRecord(value)) {
      branches = parseObject(value, branches, inner);
    } else {
      refuse(placeOf(inner), "must be an object or an array");
    }
  }
  return branches;
}

function parseOr(value: unknown, before: readonly Branch[], scope: Scope): readonly Branch[] {
  const place: Place = { path: [...scope.path, "$or"].join("."), issues: scope.issues };
  if (!Array.isArray(value) || value.length < 2) {
    refuse(place, "must be an array of at least two objects");
    return before;
  }
  if (before.length * value.length > branchesMax) {
    refuse(place, `makes more than ${branchesMax} combinations`);
    return before;
  }
  const alternatives: readonly unknown[] = value;
  return alternatives.flatMap((alternative, index) => {
    if (isRecord(alternative))
      return parseObject(alternative, before, { ...scope, insideOr: true });
    refuse({ ...place, path: `${place.path}[${index}]` }, "must be an object");
    return [];
  });
}

function parseLeaf(elements: readonly unknown[], scope: Scope): Leaf {
  const place = placeOf(scope);
  if (elements.length === 0) refuse(place, "empty arrays are not allowed");
  const alternatives = elements.map((element, index) =>
    compileAlternative(element, { ...place, path: `${place.path}[${index}]` }),
  );
  return { path: scope.path, alternatives: alternatives.filter((each) => each !== undefined) };
}

/** A path that a branch asks for twice, or once as a leaf and once as a parent. */
function clashingPath(branch: Branch): string | undefined {
  const leaves = new Set<string>();
  for (const { path } of branch) {
    const name = path.join(".");
    if (leaves.has(name)) return name;
    leaves.add(name);
  }
  for (const { path } of branch) {
    for (let length = 1; length < path.length; length += 1) {
      const parent = path.slice(0, length).join(".");
      if (leaves.has(parent)) return parent;
    }
  }
  return undefined;
}

function placeOf(scope: Scope): Place {
  return { path: scope.path.join("."), issues: scope.issues };
}

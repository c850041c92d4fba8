import type { FieldMap } from "./field-map.ts";
import type { NormalizeContext } from "./normalize-context.ts";
import type { WireIssue, WireReference } from "./wire.ts";

/** Why a parent that a record names is not followed. */
export type ParentFlaw = "stale" | "impossible" | "unknown";

interface Parent {
  readonly parent: WireReference | undefined;
  readonly flaw?: ParentFlaw;
}

/**
 * The parent of an issue: its `parent`, and only where that is absent one of the links from before it.
 * An old link that contradicts `parent` is stale; a parent that is the issue itself or not above it is
 * impossible (Jira lets a changed type leave one behind). Neither is followed, both are told.
 */
export function parentIn(context: NormalizeContext, issue: WireIssue): Parent {
  const named = legacyParentName(context.fields, issue);
  const { parent } = issue.fields;
  if (parent) {
    if (!isAbove(parent, issue)) return { parent: undefined, flaw: "impossible" };
    const isStale = named !== undefined && named !== parent.id && named !== parent.key;
    return { parent, ...(isStale && { flaw: "stale" }) };
  }
  if (named === undefined) return { parent: undefined };
  const found = context.legacyParents?.get(named);
  if (!found) return { parent: undefined, flaw: "unknown" };
  return isAbove(found, issue) ? { parent: found } : { parent: undefined, flaw: "impossible" };
}

/** The names of parents that must be looked up: an old link gives a key or an id, and no level. */
export function legacyParentNames(
  fields: FieldMap,
  issues: readonly WireIssue[],
): ReadonlySet<string> {
  const orphans = issues.filter(({ fields: { parent } }) => !parent);
  return new Set(orphans.flatMap((issue) => legacyParentName(fields, issue) ?? []));
}

/** Where one of the two levels is not told, nothing is impossible. */
function isAbove(parent: WireReference, { id, fields }: WireIssue): boolean {
  if (parent.id === id) return false;
  const above = parent.fields?.issuetype?.hierarchyLevel;
  const own = fields.issuetype.hierarchyLevel;
  return above === undefined || own === undefined || above > own;
}

/**
 * The key or id in Epic Link, for what is below epics, or in Parent Link. A sub-task's parent was never
 * told by either.
 */
function legacyParentName(
  { epicLink, parentLink }: FieldMap,
  { fields }: WireIssue,
): string | undefined {
  if (epicLink === undefined && parentLink === undefined) return undefined;
  const level = fields.issuetype.hierarchyLevel ?? 0;
  if (level < 0 || fields.issuetype.subtask === true) return undefined;
  const ofEpic = level === 0 && epicLink !== undefined ? nameIn(fields[epicLink]) : undefined;
  return ofEpic ?? (parentLink === undefined ? undefined : nameIn(fields[parentLink]));
}

/** Epic Link is a key; Parent Link `{ showField, data?: { id, key } }` (recorded answers, 2026-11). */
function nameIn(value: unknown): string | undefined {
  if (typeof value === "string") return value.trim() || undefined;
  if (typeof value !== "object" || value === null) return undefined;
  if ("data" in value) return nameIn(value.data);
  if ("key" in value && typeof value.key === "string") return value.key;
  if (!("id" in value)) return undefined;
  return typeof value.id === "string" || typeof value.id === "number"
    ? String(value.id)
    : undefined;
}

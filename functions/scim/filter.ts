import { filter as matcher, parse } from "scim2-parse-filter";
import type { Filter } from "scim2-parse-filter";

import { pathLengthMax, pathText, placeNamed } from "./path.ts";
import { attributeNamed } from "./schema/attribute.ts";
import type { Attribute, ResourceType } from "./schema/attribute.ts";
import { ScimError } from "./scim-error.ts";
import { isRecord } from "./shape.ts";

/** A filter that was understood. */
export interface ResourceFilter {
  /** Whether a resource, as it is answered, is meant. */
  readonly matches: (resource: Readonly<Record<string, unknown>>) => boolean;
  /** Comparisons that must all hold, by the path in the schemas' own spelling: what an index can be asked. */
  readonly equalities: ReadonlyMap<string, string>;
  /** Whether it looks at this attribute of the core schema. */
  readonly mentions: (attribute: string) => boolean;
}

/** Compared with nothing: an attribute that is not kept has no value. */
const nothing = "urn:throughline:nothing";

/**
 * Reads a filter (RFC 7644, section 3.4.2.2). The library parses and compares; here names get the
 * schemas' spelling and case is made of no account where the schema says so. Throws `invalidFilter`.
 */
export function parseFilter(type: ResourceType, text: string): ResourceFilter {
  const parsed = canonical(type, parsedByLibrary(text));
  const test = matcher(parsed);
  return {
    matches: (resource) => test(searchable(type, resource)),
    equalities: equalitiesOf(parsed),
    mentions: (attribute) => mentions(parsed, attribute),
  };
}

/** The filter inside the brackets of a path, about the parts of one attribute's values. */
export function parseValueFilter(
  attribute: Attribute,
  text: string,
): Pick<ResourceFilter, "equalities"> & { readonly matches: (value: unknown) => boolean } {
  const parsed = canonicalParts(attribute, parsedByLibrary(text));
  const test = matcher(parsed);
  return {
    matches: (value) => test(loweredValue(attribute, value)),
    equalities: equalitiesOf(parsed),
  };
}

function parsedByLibrary(text: string): Filter {
  if (text.length > pathLengthMax) throw invalidFilter();
  try {
    const parsed = parse(text);
    // The library stops at the end of the first expression and says nothing of what follows.
    if (parsed === undefined || !isBalanced(text)) throw invalidFilter();
    return parsed;
  } catch (error) {
    if (error instanceof ScimError) throw error;
    throw invalidFilter();
  }
}

function invalidFilter(): ScimError {
  return new ScimError(400, "The filter cannot be understood", "invalidFilter");
}

/** Brackets outside of quotes close as they open. */
function isBalanced(text: string): boolean {
  const open: string[] = [];
  for (const sign of text.replaceAll(/"(?:[^"\\]|\\.)*"/gu, "").match(/[()[\]]/gu) ?? []) {
    if (sign === "(" || sign === "[") open.push(sign);
    else if (open.pop() !== (sign === ")" ? "(" : "[")) return false;
  }
  return open.length === 0;
}

function canonical(type: ResourceType, filter: Filter): Filter {
  switch (filter.op) {
    case "and":
    case "or":
      return { op: filter.op, filters: filter.filters.map((one) => canonical(type, one)) };
    case "not":
      return { op: "not", filter: canonical(type, filter.filter) };
    case "[]": {
      const place = placeNamed(type, filter.attrPath);
      if (!place) return { op: "pr", attrPath: nothing };
      const valFilter = canonicalParts(place.attribute, filter.valFilter);
      return { op: "[]", attrPath: pathText(place), valFilter };
    }
    default: {
      const place = placeNamed(type, filter.attrPath);
      if (!place) return { op: "pr", attrPath: nothing };
      const value = place.sub ? undefined : valueOf(place.attribute);
      const meant = value && filter.op !== "pr" ? { ...place, sub: value } : place;
      return compared(filter, pathText(meant), meant.sub ?? meant.attribute);
    }
  }
}

/** `emails eq "x"` means its values. */
function valueOf({ multiValued, subAttributes = [] }: Attribute): Attribute | undefined {
  return multiValued ? attributeNamed(subAttributes, "value") : undefined;
}

function canonicalParts(attribute: Attribute, filter: Filter): Filter {
  switch (filter.op) {
    case "and":
    case "or":
      return {
        op: filter.op,
        filters: filter.filters.map((one) => canonicalParts(attribute, one)),
      };
    case "not":
      return { op: "not", filter: canonicalParts(attribute, filter.filter) };
    case "[]":
      throw invalidFilter();
    default: {
      const part = attributeNamed(attribute.subAttributes ?? [], filter.attrPath);
      if (!part) return { op: "pr", attrPath: "nothing" };
      return compared(filter, part.name, part);
    }
  }
}

type Comparison = Extract<Filter, { attrPath: string }> & { readonly valFilter?: never };

function compared(filter: Comparison, attrPath: string, attribute: Attribute): Filter {
  if (filter.op === "pr") return { op: "pr", attrPath };
  const { op, compValue } = filter;
  // RFC 7644, section 3.4.2.2: these have no order.
  if (attribute.type === "boolean" && /^[gl][et]$/u.test(op)) throw invalidFilter();
  return { op, attrPath, compValue: comparable(attribute, compValue) };
}

function comparable<T>(attribute: Attribute, value: T): T | string | boolean {
  if (typeof value !== "string") return value;
  const lower = value.toLowerCase();
  if (attribute.type === "boolean" && /^(?:true|false)$/u.test(lower)) return lower === "true";
  return attribute.caseExact ? value : lower;
}

/** A copy of the resource in which texts whose case does not matter are in lower case. */
function searchable(
  type: ResourceType,
  resource: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const attributes = [...type.core.attributes];
  const view = lowered(attributes, resource);
  for (const { id, attributes: own } of type.extensions) {
    const extension = resource[id];
    if (isRecord(extension)) view[id] = lowered(own, extension);
  }
  return view;
}

function lowered(
  attributes: readonly Attribute[],
  record: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => {
      const attribute = attributes.find((one) => one.name === name);
      return [name, attribute ? loweredValue(attribute, value) : value];
    }),
  );
}

function loweredValue(attribute: Attribute, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => loweredValue(attribute, one));
  if (typeof value === "string") return comparable(attribute, value);
  return isRecord(value) ? lowered(attribute.subAttributes ?? [], value) : value;
}

/** Those that every match must fulfil: at the top, and in an `and` there. */
function equalitiesOf(filter: Filter, into = new Map<string, string>()): Map<string, string> {
  if (filter.op === "and") for (const one of filter.filters) equalitiesOf(one, into);
  else if (filter.op === "eq" && typeof filter.compValue === "string") {
    into.set(filter.attrPath, filter.compValue);
  } else if (filter.op === "[]") {
    for (const [part, value] of equalitiesOf(filter.valFilter)) {
      into.set(`${filter.attrPath}.${part}`, value);
    }
  }
  return into;
}

function mentions(filter: Filter, attribute: string): boolean {
  if ("filters" in filter) return filter.filters.some((one) => mentions(one, attribute));
  if ("filter" in filter) return mentions(filter.filter, attribute);
  return filter.attrPath.split(".")[0] === attribute;
}

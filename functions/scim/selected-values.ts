import { parseValueFilter } from "./filter.ts";
import type { AttributePlace } from "./path.ts";
import type { Attribute } from "./schema/attribute.ts";
import { ScimError } from "./scim-error.ts";
import { isRecord, shapeValue } from "./shape.ts";

interface SelectedChange {
  readonly op: "add" | "replace" | "remove";
  readonly place: AttributePlace;
  readonly filter: string;
  readonly value: unknown;
}

type Resource = Record<string, unknown>;

/**
 * Changes the values of an attribute that a filter selects. Where none is selected, a comparison for
 * equality says what the new value is like: Entra sets an address that is not there yet in this way.
 * Throws a `ScimError` with `noTarget` where nothing can be meant.
 */
export function changeSelected(resource: Resource, change: SelectedChange): Resource {
  const { op, place, filter, value } = change;
  const { attribute, sub } = place;
  if (!attribute.multiValued) {
    throw new ScimError(400, "Only an attribute of many values can be filtered", "invalidPath");
  }
  const { matches, equalities } = parseValueFilter(attribute, filter);
  const values = valuesOf(resource, attribute);
  if (op === "remove") {
    return withValues(
      resource,
      attribute,
      values.flatMap((one) => (matches(one) ? without(one, sub) : [one])),
    );
  }
  const single = { ...attribute, multiValued: false };
  const shaped = shapeValue(sub ?? single, value, attribute.name);
  if (shaped === undefined) return resource;
  const part = sub ? { [sub.name]: shaped } : shaped;
  if (values.some(matches)) {
    const changed = values.map((one) => (matches(one) ? merged(one, part) : one));
    return withValues(resource, attribute, changed);
  }
  if (equalities.size === 0) throw new ScimError(400, "The path selects no value", "noTarget");
  const made = merged(Object.fromEntries(equalities), part);
  return withValues(resource, attribute, [...values, made]);
}

/** Entra names the values to take away instead of filtering them. */
export function removeValues(resource: Resource, attribute: Attribute, named: unknown): Resource {
  const texts = new Set(
    (Array.isArray(named) ? named : [named]).flatMap((one: unknown) => textOf(one) ?? []),
  );
  const kept = valuesOf(resource, attribute).filter((one) => !texts.has(textOf(one) ?? ""));
  return withValues(resource, attribute, kept);
}

function textOf(value: unknown): string | undefined {
  const text = isRecord(value) ? (value as Resource)["value"] : value;
  return typeof text === "string" ? text.toLowerCase() : undefined;
}

function valuesOf(resource: Resource, { name }: Attribute): readonly unknown[] {
  const values = resource[name];
  return Array.isArray(values) ? values : [];
}

function withValues(resource: Resource, { name }: Attribute, values: readonly unknown[]): Resource {
  return { ...resource, [name]: values };
}

/** What is left of a value without the part; nothing where it goes as a whole. */
function without(value: unknown, sub: Attribute | undefined): readonly unknown[] {
  if (!sub || !isRecord(value)) return [];
  const { [sub.name]: _gone, ...rest } = value as Resource;
  return [rest];
}

function merged(value: unknown, part: unknown): unknown {
  return isRecord(value) && isRecord(part)
    ? { ...(value as Resource), ...(part as Resource) }
    : part;
}

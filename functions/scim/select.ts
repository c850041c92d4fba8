import { placeNamed } from "./path.ts";
import type { AttributePlace } from "./path.ts";
import type { ResourceType } from "./schema/attribute.ts";
import { isRecord } from "./shape.ts";

/** Which attributes an answer shall have; RFC 7644, section 3.9. */
export interface Selection {
  readonly only: readonly AttributePlace[] | undefined;
  readonly without: readonly AttributePlace[];
}

/** Names that the schemas do not know select nothing. */
export function readSelection(
  type: ResourceType,
  {
    attributes,
    excludedAttributes,
  }: {
    readonly attributes?: string | undefined;
    readonly excludedAttributes?: string | undefined;
  },
): Selection {
  return {
    only: attributes === undefined || attributes === "" ? undefined : places(type, attributes),
    without: places(type, excludedAttributes ?? ""),
  };
}

function places(type: ResourceType, names: string): readonly AttributePlace[] {
  return names.split(",").flatMap((name) => placeNamed(type, name.trim()) ?? []);
}

/** Whether the attribute of the core schema will be in the answer. */
export function isSelected({ only, without }: Selection, name: string): boolean {
  const isOf = ({ extension, attribute }: AttributePlace) =>
    extension === undefined && attribute.name === name;
  if (only) return only.some(isOf);
  return !without.some((place) => isOf(place) && !place.sub);
}

const always = new Set(["schemas", "id"]);

/** The resource with what was selected of it, and with what is always there. */
export function select(
  { only, without }: Selection,
  resource: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (!only) return without.reduce(withoutPlace, resource);
  const selected: Record<string, unknown> = {};
  for (const name of always) if (Object.hasOwn(resource, name)) selected[name] = resource[name];
  for (const place of only) addPlace(selected, resource, place);
  return selected;
}

function addPlace(
  into: Record<string, unknown>,
  from: Readonly<Record<string, unknown>>,
  { extension, attribute, sub }: AttributePlace,
): void {
  if (extension !== undefined) {
    const part = from[extension];
    if (!isRecord(part)) return;
    const before = into[extension];
    const inner: Record<string, unknown> = isRecord(before) ? { ...(before as object) } : {};
    addPlace(inner, part, { extension: undefined, attribute, sub });
    if (Object.keys(inner).length > 0) into[extension] = inner;
    return;
  }
  const value = from[attribute.name];
  if (value === undefined) return;
  const before = into[attribute.name];
  into[attribute.name] = sub ? onlyPart(before, value, sub.name) : value;
}

/** One part of a value, or of each of the values, beside the parts that were selected before. */
function onlyPart(before: unknown, value: unknown, part: string): unknown {
  if (Array.isArray(value)) {
    return value.map((one: unknown, at) =>
      onlyPart(Array.isArray(before) ? before[at] : undefined, one, part),
    );
  }
  if (!isRecord(value)) return value;
  const kept = isRecord(before) ? (before as object) : {};
  return { ...kept, ...(Object.hasOwn(value, part) && { [part]: value[part] }) };
}

function withoutPlace(
  resource: Readonly<Record<string, unknown>>,
  { extension, attribute, sub }: AttributePlace,
): Readonly<Record<string, unknown>> {
  if (attribute.returned === "always") return resource;
  if (extension !== undefined) {
    const part = resource[extension];
    if (!isRecord(part)) return resource;
    return {
      ...resource,
      [extension]: withoutPlace(part, { extension: undefined, attribute, sub }),
    };
  }
  if (!Object.hasOwn(resource, attribute.name)) return resource;
  const { [attribute.name]: value, ...rest } = resource;
  return sub ? { ...rest, [attribute.name]: withoutPart(value, sub.name) } : rest;
}

function withoutPart(value: unknown, part: string): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => withoutPart(one, part));
  if (!isRecord(value)) return value;
  const { [part]: _gone, ...rest } = value as Record<string, unknown>;
  return rest;
}

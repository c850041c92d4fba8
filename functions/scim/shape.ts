import type { Json } from "#shared/ports/table.ts";

import { attributeNamed, commonAttributes } from "./schema/attribute.ts";
import type { Attribute, ResourceType } from "./schema/attribute.ts";
import { keptType } from "./schema/schemas.ts";
import { invalidValue } from "./scim-error.ts";

/** A resource or a part of it: only names and values that the schemas know. */
export type Shaped = { [name: string]: Json };

/** Far above any name; what is longer is no attribute of a person. */
const textLengthMax = 1000;
/**
 * Of e-mail addresses and places of work. All addresses must be exchangeable for others in one transaction,
 * which has 100 writes at most. Members are counted elsewhere.
 */
const valuesMax = 40;

/**
 * What a client sent, as far as the schemas know it: names in their own spelling, values of their own
 * type, nulls and empty texts taken away, unknown and read-only attributes left out. Throws a
 * `ScimError` for a value that cannot be understood.
 */
export function shapeResource(type: ResourceType, sent: Readonly<Record<string, unknown>>): Shaped {
  const external = commonAttributes.filter(({ name }) => name === "externalId");
  const shaped = shapeParts([...external, ...type.core.attributes], sent, "");
  for (const { id, attributes } of type.extensions) {
    const extension = fieldOf(sent, id);
    if (extension === undefined || extension === null) continue;
    if (!isRecord(extension)) throw invalidValue(`${id} must be an object`);
    const parts = shapeParts(attributes, extension, `${id}:`);
    if (Object.keys(parts).length > 0) shaped[id] = parts;
  }
  return shaped;
}

/** One attribute's value; undefined where nothing is left of it. */
export function shapeValue(attribute: Attribute, sent: unknown, path: string): Json | undefined {
  if (sent === undefined || sent === null) return undefined;
  if (!attribute.multiValued) return shapeSingle(attribute, sent, path);
  const values: readonly unknown[] = Array.isArray(sent) ? sent : [sent];
  if (values.length > valuesMax && attribute.name !== "members") {
    throw invalidValue(`${path} may have at most ${valuesMax} values`);
  }
  const shaped = values.flatMap((value) => shapeSingle(attribute, value, path) ?? []);
  const kept = shaped.filter(isKept);
  return kept.length === 0 ? undefined : withOnePrimary(kept);
}

function shapeSingle(attribute: Attribute, sent: unknown, path: string): Json | undefined {
  if (sent === null || sent === undefined) return undefined;
  switch (attribute.type) {
    case "complex":
      return shapeComplex(attribute, sent, path);
    case "boolean":
      return shapeBoolean(sent, path);
    case "string":
    case "reference":
      return shapeText(sent, path);
  }
}

function shapeComplex(attribute: Attribute, sent: unknown, path: string): Json | undefined {
  const { subAttributes = [] } = attribute;
  // Entra sends a manager, and some clients an e-mail, as the bare value.
  const isBare = typeof sent === "string" && attributeNamed(subAttributes, "value") !== undefined;
  const parts = isBare ? { value: sent } : sent;
  if (!isRecord(parts)) throw invalidValue(`${path} must be an object`);
  const shaped = shapeParts(subAttributes, parts, `${path}.`);
  return Object.keys(shaped).length === 0 ? undefined : shaped;
}

function shapeParts(
  attributes: readonly Attribute[],
  sent: Readonly<Record<string, unknown>>,
  prefix: string,
): Shaped {
  const shaped: Shaped = {};
  for (const attribute of attributes) {
    if (attribute.mutability === "readOnly") continue;
    const { name } = attribute;
    const value = shapeValue(attribute, fieldOf(sent, name), `${prefix}${name}`);
    if (value !== undefined) shaped[name] = value;
  }
  return shaped;
}

/** Entra sends texts for booleans unless it is told not to (`?aadOptscim062020`). */
function shapeBoolean(sent: unknown, path: string): boolean {
  if (typeof sent === "boolean") return sent;
  const word = typeof sent === "string" ? sent.toLowerCase() : undefined;
  if (word === "true" || word === "false") return word === "true";
  throw invalidValue(`${path} must be true or false`);
}

function shapeText(sent: unknown, path: string): string | undefined {
  const text = typeof sent === "number" ? String(sent) : sent;
  if (typeof text !== "string") throw invalidValue(`${path} must be a text`);
  if (text.length > textLengthMax) {
    throw invalidValue(`${path} may have at most ${textLengthMax} characters`);
  }
  const clean = text.toWellFormed();
  return clean.trim() === "" ? undefined : clean;
}

function isKept(value: Json): boolean {
  if (!isRecord(value)) return true;
  const { type } = value;
  // Members have a type of their own, which is not one of work or home.
  return typeof type !== "string" || type === "User" || type.toLowerCase() === keptType;
}

/** At most one value is the preferred one (RFC 7643, section 2.4): the one that came last. */
function withOnePrimary(values: readonly Json[]): Json {
  const last = values.findLastIndex((value) => isRecord(value) && value["primary"] === true);
  return values.map((value, index): Json => {
    if (index === last || !isRecord(value) || value["primary"] !== true) return value;
    return Object.fromEntries([...Object.entries(value), ["primary", false]]);
  });
}

/** The field of this name in whatever case; never one that objects inherit. */
export function fieldOf(record: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(record, name)) return record[name];
  const wanted = name.toLowerCase();
  const key = Object.keys(record).find((one) => one.toLowerCase() === wanted);
  return key === undefined ? undefined : record[key];
}

export function isRecord<T>(value: T): value is T & Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

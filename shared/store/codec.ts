import type * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { Item, Json } from "#shared/ports/table.ts";

import { readOnce } from "./read-once.ts";

const keyAttributes = new Set([
  "pk",
  "sk",
  "rpk",
  "rsk",
  "apk",
  "cpk",
  "lpk",
  "lsk",
  "expiresAtEpochSeconds",
]);

/** Drops undefined fields: the table stores JSON values only. */
export function toAttributes(value: Readonly<Record<string, unknown>>): Record<string, Json> {
  const attributes: Record<string, Json> = {};
  for (const name of Object.keys(value)) {
    const field = value[name];
    if (field !== undefined) attributes[name] = toJson(field);
  }
  return attributes;
}

/** Values come out of zod schemas whose leaves are JSON; only nested undefined must go. */
function toJson(value: unknown): Json {
  if (typeof value !== "object" || value === null) return value as Json;
  return Array.isArray(value) ? value.map(toJson) : toAttributes(value as Record<string, unknown>);
}

/**
 * Reads an item back as `schema` says, without key and index attributes and those named in `extra`,
 * which must be the same whenever an item is read by the schema. A stored item that does not parse is a
 * broken invariant: nothing but the hub writes the table.
 */
export function fromItem<S extends z.ZodType>(
  schema: S,
  item: Item,
  extra: readonly string[] = [],
): z.infer<S> {
  return readOnce(schema, item, () => parsed(schema, item, extra));
}

function parsed<S extends z.ZodType>(schema: S, item: Item, extra: readonly string[]): z.infer<S> {
  const fields: Record<string, Json> = {};
  for (const name of Object.keys(item)) {
    const value = item[name];
    if (value === undefined || keyAttributes.has(name) || extra.includes(name)) continue;
    fields[name] = value;
  }
  const result = schema.safeParse(fields);
  if (result.success) return result.data;
  const first = result.error.issues[0];
  throw new HubError("invariant.broken", `A stored item does not parse: ${first?.message ?? "?"}`, {
    details: { type: JSON.stringify(item["type"]), path: first?.path.join(".") ?? "", sk: item.sk },
  });
}

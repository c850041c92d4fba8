import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";

import { HubError } from "#shared/errors.ts";
import type { Item, Key } from "#shared/ports/table.ts";

export type AttributeMap = Record<string, AttributeValue>;

/** For values that passed `storable` or are plain keys and condition values. */
export function toAttributes(values: Readonly<Record<string, unknown>> | Item | Key): AttributeMap {
  return marshall(values);
}

/**
 * What the table holds, as an item. All of it went through `storable`, so it is plain data; only
 * the key is checked again, since nothing works without it.
 */
export function toItem(attributes: AttributeMap): Item {
  const item = unmarshall(attributes, { wrapNumbers: Number });
  if (typeof item["pk"] !== "string" || typeof item["sk"] !== "string") {
    throw new HubError("invariant.broken", "The table returned an item without its key");
  }
  return item as Item;
}

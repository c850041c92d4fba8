import type { AsanaRecord, Fields } from "./field-selection.ts";
import { Ref } from "./field-selection.ts";
import type { Kind } from "./state.ts";

/** An object as it can be shown; `compact` defaults to its name. */
export function record(
  resourceType: string,
  item: { readonly gid: string; readonly name?: string | undefined },
  fields: Fields,
  shown: { readonly compact?: readonly string[]; readonly optIn?: readonly string[] } = {},
): AsanaRecord {
  return {
    fields: {
      gid: item.gid,
      resource_type: resourceType,
      ...(item.name === undefined ? {} : { name: item.name }),
      ...fields,
    },
    compact: shown.compact ?? ["name"],
    optIn: shown.optIn ?? [],
  };
}

/** A reference, or null for none. */
export function optional(kind: Kind, gid: string | null | undefined): Ref | null {
  return gid === null || gid === undefined ? null : new Ref(kind, gid);
}

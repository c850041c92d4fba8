import { parseValueFilter } from "./filter.ts";
import type { MembersPlan } from "./memberships.ts";
import type { Operation } from "./patch.ts";
import { ScimError, invalidValue } from "./scim-error.ts";
import { fieldOf, isRecord } from "./shape.ts";

/** The members that a whole group is sent with: they and no others. */
export function plannedByValue(members: unknown): MembersPlan {
  return { isReplaced: true, joining: new Set(idsIn(members)), leaving: new Set() };
}

/**
 * What a PATCH wants of the members, its operations in their order. Entra names whom to take away in
 * the value, or, as the standard has it, in a filter; Okta sends all of them to replace all of them.
 */
export function plannedByOperations(operations: readonly Operation[]): MembersPlan {
  let isReplaced = false;
  const joining = new Set<string>();
  const leaving = new Set<string>();
  for (const { op, place, filter, value } of operations) {
    // Parts of a member follow from its user.
    if (place.sub && (op !== "remove" || filter === undefined)) continue;
    if (op === "remove") {
      const named = filter === undefined ? idsIn(value) : idsOf(filter, place.attribute);
      if (filter === undefined && value === undefined) {
        isReplaced = true;
        joining.clear();
      }
      for (const id of named) {
        joining.delete(id);
        leaving.add(id);
      }
      continue;
    }
    if (filter !== undefined) continue;
    if (op === "replace") {
      isReplaced = true;
      joining.clear();
      leaving.clear();
    }
    for (const id of idsIn(value)) {
      leaving.delete(id);
      joining.add(id);
    }
  }
  return { isReplaced, joining, leaving };
}

/** Members stand as objects with a value, or as bare ids. */
function idsIn(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  const members: readonly unknown[] = Array.isArray(value) ? value : [value];
  return members.map((member) => {
    const id = isRecord(member) ? fieldOf(member, "value") : member;
    if (typeof id !== "string") throw invalidValue("A member needs a value");
    return id;
  });
}

/** `value eq "…"`: whom else a filter could mean, nobody asks for. */
function idsOf(filter: string, attribute: Operation["place"]["attribute"]): readonly string[] {
  const alternatives = filter.split(/\s+or\s+/iu);
  return alternatives.map((one) => {
    const id = parseValueFilter(attribute, one).equalities.get("value");
    if (id !== undefined) return id;
    throw new ScimError(400, "Members are selected by their value", "invalidFilter");
  });
}

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
  const plan = new Plan();
  for (const operation of operations) plan.add(operation);
  return plan;
}

class Plan implements MembersPlan {
  isReplaced = false;
  readonly joining = new Set<string>();
  readonly leaving = new Set<string>();

  add({ op, place, filter, value }: Operation): void {
    if (op === "remove") {
      // Parts of a member follow from its user: there is nothing in them to take away.
      if (place.sub) return;
      if (filter === undefined && value === undefined) this.#startOver();
      this.#remove(filter === undefined ? idsIn(value) : idsOf(filter, place.attribute));
    } else if (!place.sub && filter === undefined) {
      if (op === "replace") this.#startOver();
      this.#add(idsIn(value));
    }
  }

  #startOver(): void {
    this.isReplaced = true;
    this.joining.clear();
    this.leaving.clear();
  }

  #add(ids: readonly string[]): void {
    for (const id of ids) {
      this.leaving.delete(id);
      this.joining.add(id);
    }
  }

  #remove(ids: readonly string[]): void {
    for (const id of ids) {
      this.joining.delete(id);
      this.leaving.add(id);
    }
  }
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

import type { OrgUnit, Person } from "#shared/model/facts.ts";
import type { ConnectionId, OrgUnitId, PersonId } from "#shared/model/ids.ts";
import type { Membership } from "#shared/model/org.ts";

import { TextIndex } from "./text-index.ts";

/**
 * What does not add up in the organisation as its sources tell it. Nothing of it stops anything; whoever
 * keeps the HR system can mend it. Edges and counts, never a judgement of a person.
 */
export interface OrgProblems {
  /** Reporting lines that lead back to where they began, each from its smallest id. */
  readonly reportingCycles: readonly (readonly PersonId[])[];
  readonly missingManagers: readonly {
    readonly personId: PersonId;
    readonly managerId: PersonId;
  }[];
  readonly missingUnits: readonly { readonly personId: PersonId; readonly unitId: OrgUnitId }[];
  /** Units that lie within themselves. */
  readonly unitCycles: readonly (readonly OrgUnitId[])[];
  /** Units whose parent, or the unit that they are bound to, does not exist. */
  readonly missingParents: readonly { readonly unitId: OrgUnitId; readonly parentId: OrgUnitId }[];
  /** Records of one connection that bear one address: none of them is joined or matched by it. */
  readonly sharedWorkEmails: readonly {
    readonly connectionId: ConnectionId;
    readonly personIds: readonly PersonId[];
  }[];
  /** Memberships of people or in units that do not exist. */
  readonly strayMemberships: readonly { readonly personId: PersonId; readonly unitId: OrgUnitId }[];
}

interface Parts {
  readonly records: Iterable<Person>;
  readonly units: ReadonlyMap<OrgUnitId, OrgUnit>;
  readonly memberships: Iterable<Membership>;
  readonly exists: (id: PersonId) => boolean;
  readonly reportingCycles: OrgProblems["reportingCycles"];
  readonly unitCycles: OrgProblems["unitCycles"];
}

/** Leavers are left out: what their last record says is nobody's to mend. */
export function problemsOf(parts: Parts): OrgProblems {
  const { units, exists } = parts;
  const people = [...parts.records].filter((one) => one.employmentStatus !== "inactive");
  return {
    reportingCycles: parts.reportingCycles,
    missingManagers: people.flatMap(({ id, managerId }) =>
      managerId === undefined || exists(managerId) ? [] : [{ personId: id, managerId }],
    ),
    missingUnits: people.flatMap(({ id, unitId }) =>
      unitId === undefined || units.has(unitId) ? [] : [{ personId: id, unitId }],
    ),
    unitCycles: parts.unitCycles,
    missingParents: [...units.values()].flatMap(({ id, parentId, boundToId }) =>
      [parentId, boundToId].flatMap((other) =>
        other === undefined || units.has(other) ? [] : [{ unitId: id, parentId: other }],
      ),
    ),
    sharedWorkEmails: sharedWorkEmails(people),
    strayMemberships: [...parts.memberships].flatMap(({ personId, unitId }) =>
      exists(personId) && units.has(unitId) ? [] : [{ personId, unitId }],
    ),
  };
}

function sharedWorkEmails(people: readonly Person[]): OrgProblems["sharedWorkEmails"] {
  const bearers = new TextIndex();
  for (const [at, { connectionId, workEmail }] of people.entries()) {
    if (workEmail !== undefined) bearers.add(`${connectionId} ${workEmail}`, at);
  }
  return bearers.shared().flatMap(([, entries]) => {
    const [first, ...others] = entries.flatMap((at) => people[at] ?? []);
    if (!first) return [];
    const personIds = [first, ...others].map(({ id }) => id).toSorted();
    return [{ connectionId: first.connectionId, personIds }];
  });
}

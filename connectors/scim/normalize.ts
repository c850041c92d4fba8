import { levelUnits } from "#shared/kit/level-units.ts";
import type { AssertedEdge, Upsert } from "#shared/model/change.ts";
import { Person, shortText } from "#shared/model/facts.ts";
import type { OrgUnit } from "#shared/model/facts.ts";
import { factId } from "#shared/model/ids.ts";
import type { ConnectionId, OrgUnitId, PersonId } from "#shared/model/ids.ts";
import { epochMsOf } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";

import type { ScimSettings } from "./settings.ts";
import { enterpriseUrn } from "./wire.ts";
import type { KeptUser, KeptUserRecord } from "./wire.ts";

interface Circumstances {
  readonly connectionId: ConnectionId;
  readonly settings: Pick<ScimSettings, "companyName" | "orgLevels">;
  readonly readAt: Instant;
  /** Ids of the groups that are delivery teams. */
  readonly teamIds: ReadonlySet<string>;
  /** The user's id behind what names a manager; undefined where nobody is known by it. */
  readonly managerOf: (named: string) => string | undefined;
}

/** Far above any: a record may assert so many edges. */
const membershipsMax = 1000;
const groupPrefix = "group-";

export function scimPersonId(connectionId: ConnectionId, userId: string): PersonId {
  return factId("person", "scim", connectionId, userId);
}

export function scimTeamId(connectionId: ConnectionId, groupId: string): OrgUnitId {
  return factId("org-unit", "scim", connectionId, `${groupPrefix}${groupId}`);
}

/** The group's id behind a unit's native id; undefined for a unit that stands for an org level. */
export function groupIdIn(nativeId: string): string | undefined {
  return nativeId.startsWith(groupPrefix) ? nativeId.slice(groupPrefix.length) : undefined;
}

/** A user as a person, with their memberships, and the units on the way down to theirs. Pure. */
export function normalizeUser(
  { record, user }: KeptUserRecord,
  where: Circumstances,
): { readonly person: Upsert; readonly units: readonly Upsert[] } {
  const { connectionId, readAt } = where;
  const { resource } = user;
  const extension = resource[enterpriseUrn];
  const units = unitsOf(user, where);
  const unitId = units.at(-1)?.id;
  const id = scimPersonId(connectionId, record.id);
  const manager = namedManager(extension.manager);
  const managerId = manager === undefined ? undefined : where.managerOf(manager);
  return {
    units: units.map((unit) => ({ kind: "upserted", record: unit, edges: [] })),
    person: {
      kind: "upserted",
      edges: membershipsOf(id, user, where),
      record: {
        type: "person",
        id,
        connectionId,
        sourceVersion: epochMsOf(record.changedAt),
        readAt,
        name: nameOf(resource) ?? `User ${record.id}`,
        ...optional("workEmail", workEmailOf(resource)),
        ...optional("externalId", shortText(resource.externalId)),
        ...optional("employeeNumber", shortText(extension.employeeNumber)),
        ...optional("engagement", engagementOf(resource.userType)),
        ...optional("managerId", managerId && scimPersonId(connectionId, managerId)),
        ...optional("unitId", unitId),
        ...optional("location", locationOf(resource)),
        employmentStatus: resource.active ? "active" : "inactive",
      },
    },
  };
}

/** A group as a delivery team. Its members are asserted by their own records. */
export function normalizeTeam(
  group: { readonly id: string; readonly name: string },
  { connectionId, readAt }: Pick<Circumstances, "connectionId" | "readAt">,
): Upsert {
  return {
    kind: "upserted",
    edges: [],
    record: {
      type: "org-unit",
      id: scimTeamId(connectionId, group.id),
      connectionId,
      // Whether a group is a team hangs on the settings too: the later reading is the truer.
      sourceVersion: epochMsOf(readAt),
      readAt,
      name: shortText(group.name) ?? `Group ${group.id}`,
      originalKind: "group",
      level: 1,
      isDeliveryTeam: true,
    },
  };
}

/** Something by which a manager may be found: the value, else the end of the address. */
export function namedManager(
  manager: KeptUser["resource"][typeof enterpriseUrn]["manager"],
): string | undefined {
  return shortText(manager?.value, 1000) ?? shortText(manager?.$ref, 1000)?.split("/").at(-1);
}

function membershipsOf(
  personId: PersonId,
  { memberships }: KeptUser,
  { connectionId, teamIds }: Circumstances,
): AssertedEdge[] {
  return memberships
    .filter(({ group }) => teamIds.has(group))
    .toSorted((a, b) => (a.from < b.from ? 1 : -1))
    .slice(0, membershipsMax)
    .map(({ group, from, to }) => ({
      type: "membership",
      personId,
      unitId: scimTeamId(connectionId, group),
      validFrom: from,
      ...(to !== undefined && { validTo: to }),
    }));
}

/** The topmost unit, then one for each level that is filled in. */
function unitsOf({ resource }: KeptUser, where: Circumstances): readonly OrgUnit[] {
  const { settings } = where;
  const filled = settings.orgLevels.flatMap((kind, at) => {
    const name = shortText(resource[enterpriseUrn][kind]);
    return name === undefined ? [] : [{ key: name, name, kind, level: at + 1 }];
  });
  const companyName = shortText(settings.companyName) ?? "Company";
  return levelUnits({ ...where, connector: "scim", companyName }, filled);
}

type Resource = KeptUser["resource"];

function nameOf({ displayName, name, userName }: Resource): string | undefined {
  const parts = [name?.givenName, name?.familyName].filter((part) => part !== undefined);
  return (
    shortText(displayName) ??
    shortText(name?.formatted) ??
    shortText(parts.join(" ")) ??
    shortText(userName)
  );
}

/** The preferred address, else the first; a userName that is an address, where there is no other. */
function workEmailOf({ emails, userName }: Resource): Person["workEmail"] {
  const sorted = emails.toSorted((a, b) => Number(b.primary ?? false) - Number(a.primary ?? false));
  const candidates = [...sorted.map(({ value }) => value), userName];
  for (const candidate of candidates) {
    const parsed = Person.shape.workEmail.safeParse(candidate?.trim());
    if (parsed.success && parsed.data !== undefined) return parsed.data;
  }
  return undefined;
}

function locationOf({ addresses }: Resource): string | undefined {
  const address = addresses.find(({ primary }) => primary) ?? addresses[0];
  return shortText(address?.locality) ?? shortText(address?.region) ?? shortText(address?.country);
}

/** The words that directories use; any other says nothing about the engagement. */
function engagementOf(userType: string | undefined): Person["engagement"] {
  if (userType === undefined) return undefined;
  if (/contract|extern|freelanc|consultant|vendor|temp/iu.test(userType)) return "contractor";
  return /employee|intern(?:al)?\b|regular|staff|permanent/iu.test(userType)
    ? "employee"
    : undefined;
}

function optional<K extends string, V>(key: K, value: V | undefined | ""): { [P in K]?: V } {
  // One key of the given name, or none: the type says as much.
  return (value === undefined || value === "" ? {} : { [key]: value }) as { [P in K]?: V };
}

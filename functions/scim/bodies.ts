import * as z from "zod";

import { CalendarDate } from "#shared/model/time.ts";
import type { KeptRecord } from "#shared/ports/kept-records.ts";
import type { Lookup } from "#shared/store/kept-records.ts";

import { enterpriseUrn } from "./schema/schemas.ts";
import type { Shaped } from "./shape.ts";

/** The collections of what is kept for a directory; its connector reads them by these names. */
export const collections = { users: "users", groups: "groups" } as const;

/** That a user is, or was, in a group: from a day, up to and without another. */
export const MembershipRow = z.strictObject({
  group: z.string(),
  from: CalendarDate,
  to: CalendarDate.optional(),
});
export type MembershipRow = z.infer<typeof MembershipRow>;

/** What `shapeResource` made before it was stored. */
const Resource: z.ZodType<Shaped> = z.record(z.string(), z.json());

/**
 * Memberships stand with the user, not with the group: so a group of any size costs one small write per
 * member that comes or goes, and its members are found by their lookup entries.
 */
export const UserBody = z.strictObject({
  resource: Resource,
  memberships: z.array(MembershipRow),
});
export type UserBody = z.infer<typeof UserBody>;

export const GroupBody = z.strictObject({
  resource: Resource,
  /** Changes with every change of its members, so that its version does. */
  membersChanges: z.int().nonnegative(),
});
export type GroupBody = z.infer<typeof GroupBody>;

/** A kept record with its body read. */
export interface Kept<Body> {
  readonly record: KeptRecord;
  readonly body: Body;
}

export function userOf(record: KeptRecord): Kept<UserBody> {
  return { record, body: UserBody.parse(record.body) };
}

export function groupOf(record: KeptRecord): Kept<GroupBody> {
  return { record, body: GroupBody.parse(record.body) };
}

/** The body as plain data, which it is: it came from JSON, and an absent field is not there at all. */
export function plain(body: UserBody | GroupBody): KeptRecord["body"] {
  return body as KeptRecord["body"];
}

/** The groups that the user is in now. */
export function groupsOf({ memberships }: UserBody): readonly string[] {
  return memberships.filter(({ to }) => to === undefined).map(({ group }) => group);
}

/** By what a user is found; the attributes are paths as a filter names them. */
export function userLookups(body: UserBody): readonly Lookup[] {
  const { resource } = body;
  const extension = resource[enterpriseUrn];
  const employeeNumber = partOf(extension, "employeeNumber");
  const managerValue = partOf(partOf(extension, "manager"), "value");
  return [
    ...texts(resource["userName"]).map((value) => lookup("userName", value.toLowerCase(), true)),
    ...texts(resource["externalId"]).map((value) => lookup("externalId", value)),
    ...emailsIn(resource["emails"]).map((value) => lookup("emails.value", value)),
    ...texts(employeeNumber).map((value) => lookup("employeeNumber", value.toLowerCase())),
    ...texts(managerValue).map((value) => lookup("manager", value.toLowerCase())),
    ...groupsOf(body).map((value) => lookup("group", value)),
  ];
}

export function groupLookups({ resource }: GroupBody): readonly Lookup[] {
  return [
    ...texts(resource["displayName"]).map((value) => lookup("displayName", value.toLowerCase())),
    ...texts(resource["externalId"]).map((value) => lookup("externalId", value)),
  ];
}

function lookup(attribute: string, value: string, isUnique = false): Lookup {
  return { attribute, value, isUnique };
}

function texts(value: unknown): readonly string[] {
  return typeof value === "string" ? [value] : [];
}

/** All by which the user can be written to: the work e-mail, and a name that may be one. */
export function addressesOf(resource: Shaped): readonly string[] {
  return [
    ...texts(resource["userName"]).map((name) => name.toLowerCase()),
    ...emailsIn(resource["emails"]),
  ];
}

/** All by which another user may name this one as a manager, as `manager` is looked up: in lower case. */
export function namesOf({ resource }: UserBody): readonly string[] {
  const ids = [resource["externalId"], partOf(resource[enterpriseUrn], "employeeNumber")];
  const named = ids.flatMap(texts).map((id) => id.toLowerCase());
  return [...new Set([...addressesOf(resource), ...named])];
}

function emailsIn(value: unknown): readonly string[] {
  const emails: readonly unknown[] = Array.isArray(value) ? value : [];
  const found = emails.flatMap((one) => texts(partOf(one, "value")));
  return [...new Set(found.map((one) => one.toLowerCase()))];
}

function partOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

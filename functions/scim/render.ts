import type { KeptRecord } from "#shared/ports/kept-records.ts";

import { collections, groupOf, groupsOf } from "./bodies.ts";
import type { GroupBody, Kept, UserBody } from "./bodies.ts";
import { versionOf } from "./directory.ts";
import type { Directory } from "./directory.ts";
import { membersOf } from "./memberships.ts";
import type { ResourceType } from "./schema/attribute.ts";
import { groupType, userType } from "./schema/schemas.ts";

/** A resource as it is answered. */
export type Rendered = Readonly<Record<string, unknown>> & { readonly id: string };

export const scimPath = "/scim/v2";

export function locationOf({ deps }: Directory, type: ResourceType, id: string): string {
  return `${deps.publicUrl}${scimPath}${type.endpoint}/${id}`;
}

/** Users with the groups that they are in, whose names are read at once. */
export async function renderUsers(
  directory: Directory,
  users: readonly Kept<UserBody>[],
): Promise<readonly Rendered[]> {
  const ids = new Set(users.flatMap(({ body }) => groupsOf(body)));
  const groups = await directory.store.byIds(collections.groups, [...ids]);
  return users.map(({ record, body }) => ({
    ...headOf(userType, body.resource),
    ...body.resource,
    id: record.id,
    groups: groupsOf(body).flatMap((value) => {
      const group = groups.get(value);
      if (!group) return [];
      const display = groupOf(group).body.resource["displayName"];
      return [{ value, $ref: locationOf(directory, groupType, value), display, type: "direct" }];
    }),
    meta: metaOf(directory, userType, record),
  }));
}

/** Groups, with their members where somebody looks at them: there may be ten thousand. */
export async function renderGroups(
  directory: Directory,
  groups: readonly Kept<GroupBody>[],
  withMembers: boolean,
): Promise<readonly Rendered[]> {
  const rendered: Rendered[] = [];
  for (const { record, body } of groups) {
    const members = withMembers ? await membersOf(directory, record.id) : undefined;
    rendered.push({
      ...headOf(groupType, body.resource),
      ...body.resource,
      id: record.id,
      ...(members && {
        members: members.map((value) => ({
          value,
          $ref: locationOf(directory, userType, value),
          type: "User",
        })),
      }),
      meta: metaOf(directory, groupType, record),
    });
  }
  return rendered;
}

function headOf(type: ResourceType, resource: Readonly<Record<string, unknown>>) {
  const extensions = type.extensions.filter(({ id }) => Object.hasOwn(resource, id));
  return { schemas: [type.core.id, ...extensions.map(({ id }) => id)] };
}

function metaOf(directory: Directory, type: ResourceType, record: KeptRecord) {
  return {
    resourceType: type.name,
    created: record.createdAt,
    lastModified: record.changedAt,
    location: locationOf(directory, type, record.id),
    version: versionOf(record),
  };
}

import { announce } from "./announce.ts";
import { collections, groupLookups, groupOf, plain } from "./bodies.ts";
import type { GroupBody, Kept } from "./bodies.ts";
import { assertMatch, changeRecord, load, newId, taken } from "./directory.ts";
import type { Directory } from "./directory.ts";
import { plannedByOperations, plannedByValue } from "./members-plan.ts";
import { changeMembers, membersOf, membersToChange } from "./memberships.ts";
import type { MembersPlan } from "./memberships.ts";
import { applyOperations, readOperations } from "./patch.ts";
import { groupType } from "./schema/schemas.ts";
import { ScimError, invalidValue } from "./scim-error.ts";
import { fieldOf, shapeResource } from "./shape.ts";
import type { Shaped } from "./shape.ts";

type Sent = Readonly<Record<string, unknown>>;

export async function getGroup(directory: Directory, id: string): Promise<Kept<GroupBody>> {
  return groupOf(await load(directory, collections.groups, id));
}

export async function createGroup(directory: Directory, sent: Sent): Promise<Kept<GroupBody>> {
  const resource = withoutMembers(shapeResource(groupType, sent));
  const plan = plannedByValue(fieldOf(sent, "members"));
  const members = await membersToChange(directory, undefined, plan);
  const body: GroupBody = { resource, membersChanges: 0 };
  const next = { id: newId(directory), body: plain(body), lookups: groupLookups(body) };
  const put = await directory.store.put(collections.groups, next, undefined);
  if (put.outcome === "taken") throw taken(put.attribute);
  if (put.outcome === "conflict") throw new ScimError(503, "The id is taken: try again");
  const users = await changeMembers(directory, next.id, members);
  await announce(directory, { groups: [next.id], users });
  return { record: put.record, body };
}

export async function replaceGroup(
  directory: Directory,
  id: string,
  { sent, ifMatch }: { readonly sent: Sent; readonly ifMatch: string | undefined },
): Promise<Kept<GroupBody>> {
  const resource = withoutMembers(shapeResource(groupType, sent));
  const plan = plannedByValue(fieldOf(sent, "members"));
  return change(directory, id, { ifMatch, plan, change: () => resource });
}

export async function patchGroup(
  directory: Directory,
  id: string,
  { sent, ifMatch }: { readonly sent: Sent; readonly ifMatch: string | undefined },
): Promise<Kept<GroupBody>> {
  const operations = readOperations(groupType, sent);
  const isAboutMembers = ({ place }: (typeof operations)[number]) =>
    place.attribute.name === "members";
  const plan = plannedByOperations(operations.filter(isAboutMembers));
  const others = operations.filter((operation) => !isAboutMembers(operation));
  return change(directory, id, {
    ifMatch,
    plan,
    change: (resource) => withoutMembers(applyOperations(groupType, resource, others)),
  });
}

export async function deleteGroup(
  directory: Directory,
  id: string,
  ifMatch: string | undefined,
): Promise<void> {
  assertMatch(await load(directory, collections.groups, id), ifMatch);
  // Members first: a crash in between leaves a group that can be deleted once more.
  const leaving = await membersOf(directory, id);
  await changeMembers(directory, id, { joining: [], leaving });
  for (let isGone = false; !isGone;) {
    const record = await directory.store.get(collections.groups, id);
    isGone = !record || (await directory.store.remove(collections.groups, record));
  }
  await announce(directory, { groups: [id], users: leaving });
}

interface Wanted {
  readonly ifMatch: string | undefined;
  readonly plan: MembersPlan;
  readonly change: (resource: Shaped) => Shaped;
}

/** Nothing is written before all of it is known to be possible. */
async function change(
  directory: Directory,
  id: string,
  { ifMatch, plan, change: changeResource }: Wanted,
): Promise<Kept<GroupBody>> {
  const before = await getGroup(directory, id);
  assertMatch(before.record, ifMatch);
  changeResource(before.body.resource);
  const users = await changeMembers(directory, id, await membersToChange(directory, id, plan));
  const after = await changeRecord<GroupBody>(directory, {
    collection: collections.groups,
    id,
    read: groupOf,
    lookups: groupLookups,
    change: ({ resource, membersChanges }) => ({
      resource: changeResource(resource),
      membersChanges: membersChanges + (users.length > 0 ? 1 : 0),
    }),
  });
  // Whether it counts as a team may hang on its name, and with it what its members belong to.
  const isRenamed = before.body.resource["displayName"] !== after.body.resource["displayName"];
  const touched = isRenamed ? await membersOf(directory, id) : [];
  // Nothing changed: an earlier try may have stored it all, and not come as far as telling.
  const meant = users.length > 0 ? users : [...plan.joining, ...plan.leaving];
  const told = new Set([...meant, ...touched]);
  await announce(directory, { groups: [id], users: [...told] });
  return after;
}

function withoutMembers(resource: Shaped): Shaped {
  const { members: _members, ...rest } = resource;
  if (rest["displayName"] === undefined) throw invalidValue("displayName is required");
  return rest;
}

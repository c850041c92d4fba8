import { isDeepStrictEqual } from "node:util";

import type { Erasures } from "#shared/store/erasures.ts";
import { readErasures } from "#shared/store/erasures.ts";

import { announce } from "./announce.ts";
import { addressesOf, collections, namesOf, plain, userLookups, userOf } from "./bodies.ts";
import type { Kept, UserBody } from "./bodies.ts";
import { assertMatch, changeRecord, load, newId, taken } from "./directory.ts";
import type { Directory } from "./directory.ts";
import { leaveMost } from "./memberships.ts";
import { applyOperations, readOperations } from "./patch.ts";
import { userType } from "./schema/schemas.ts";
import { ScimError, invalidValue } from "./scim-error.ts";
import { shapeResource } from "./shape.ts";
import type { Shaped } from "./shape.ts";

type Sent = Readonly<Record<string, unknown>>;

/** Groups whose entries still fit into the transaction that takes a user away. */
const groupsLeftMax = 50;

export async function getUser(directory: Directory, id: string): Promise<Kept<UserBody>> {
  return userOf(await load(directory, collections.users, id));
}

export async function createUser(directory: Directory, sent: Sent): Promise<Kept<UserBody>> {
  const erased = await readErasures(directory.deps.table);
  const resource = admitted(erased, { active: true, ...shapeResource(userType, sent) });
  const body: UserBody = { resource, memberships: [] };
  const next = { id: newId(directory), body: plain(body), lookups: userLookups(body) };
  const put = await directory.store.put(collections.users, next, undefined);
  if (put.outcome === "taken") throw taken(put.attribute);
  if (put.outcome === "conflict") throw new ScimError(503, "The id is taken: try again");
  await announce(directory, { users: [next.id, ...(await waitingFor(directory, namesOf(body)))] });
  return { record: put.record, body };
}

export async function replaceUser(
  directory: Directory,
  id: string,
  { sent, ifMatch }: { readonly sent: Sent; readonly ifMatch: string | undefined },
): Promise<Kept<UserBody>> {
  const erased = await readErasures(directory.deps.table);
  const resource = admitted(erased, { active: true, ...shapeResource(userType, sent) });
  return change(directory, id, { ifMatch, change: (body) => ({ ...body, resource }) });
}

export async function patchUser(
  directory: Directory,
  id: string,
  { sent, ifMatch }: { readonly sent: Sent; readonly ifMatch: string | undefined },
): Promise<Kept<UserBody>> {
  const operations = readOperations(userType, sent);
  const erased = await readErasures(directory.deps.table);
  return change(directory, id, {
    ifMatch,
    change: (body) => ({
      ...body,
      resource: admitted(erased, applyOperations(userType, body.resource, operations)),
    }),
  });
}

/** The record goes for good. Identity providers disable first, which keeps it. */
export async function deleteUser(
  directory: Directory,
  id: string,
  ifMatch: string | undefined,
): Promise<void> {
  const found = await load(directory, collections.users, id);
  assertMatch(found, ifMatch);
  for (let isGone = false; !isGone;) {
    await leaveMost(directory, id, groupsLeftMax);
    const record = await directory.store.get(collections.users, id);
    isGone = !record || (await directory.store.remove(collections.users, record));
  }
  const waiting = await waitingFor(directory, [id, ...namesOf(userOf(found).body)]);
  await announce(directory, { users: [...new Set([id, ...waiting])] });
}

/** Announced even where nothing changed: an earlier try may have stored it and not come this far. */
async function change(
  directory: Directory,
  id: string,
  how: { readonly ifMatch: string | undefined; readonly change: (body: UserBody) => UserBody },
): Promise<Kept<UserBody>> {
  let before: UserBody | undefined;
  const changed = await changeRecord<UserBody>(directory, {
    collection: collections.users,
    id,
    read: userOf,
    lookups: userLookups,
    ifMatch: how.ifMatch,
    change: (body) => how.change((before = body)),
  });
  const waiting = await waitingFor(directory, namesToTell(before, changed.body));
  await announce(directory, { users: [...new Set([id, ...waiting])] });
  return changed;
}

/** Names that are no longer, or only now, the user's; all of them where an earlier try has stored it. */
function namesToTell(before: UserBody | undefined, after: UserBody): readonly string[] {
  const [was, is] = [before ? namesOf(before) : [], namesOf(after)];
  if (before && isDeepStrictEqual(before, after)) return is;
  return [...was.filter((name) => !is.includes(name)), ...is.filter((name) => !was.includes(name))];
}

/** Whoever names a user as their manager by one of these, and so has another manager now, or none. */
async function waitingFor(
  { store }: Directory,
  names: readonly string[],
): Promise<readonly string[]> {
  const found = await Promise.all(
    names.map((name) => store.find(collections.users, "manager", name)),
  );
  return [...new Set(found.flat())];
}

/**
 * The resource, if it has what a user cannot be without, and is not of somebody who was erased on
 * request: nothing of them may be kept again, so the identity provider hears of it.
 */
function admitted(erased: Erasures, resource: Shaped): Shaped {
  if (resource["userName"] === undefined) throw invalidValue("userName is required");
  if (!addressesOf(resource).some((address) => erased.has(address))) return resource;
  throw new ScimError(403, "This user was erased on request and stays out: ask the hub's admin");
}

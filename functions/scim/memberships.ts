import type { CalendarDate } from "#shared/model/time.ts";
import { dateOf } from "#shared/model/time.ts";

import { collections, groupsOf, userLookups, userOf } from "./bodies.ts";
import type { MembershipRow, UserBody } from "./bodies.ts";
import { changeRecord, plausible } from "./directory.ts";
import type { Directory } from "./directory.ts";
import { ScimError, invalidValue } from "./scim-error.ts";

/** What a request wants of the members of a group. */
export interface MembersPlan {
  /** Absent: those who are in it stay unless `leaving` names them. */
  readonly isReplaced: boolean;
  readonly joining: ReadonlySet<string>;
  readonly leaving: ReadonlySet<string>;
}

/** More at once than any identity provider sends would keep a request past its end. */
const changesMax = 20_000;
const inParallel = 16;
/** Longest past kept with a user; what ended first is forgotten first. */
const rowsMax = 1000;

export async function membersOf({ store }: Directory, groupId: string): Promise<readonly string[]> {
  return store.find(collections.users, "group", groupId);
}

/** Users whose membership the plan changes, each of them known. Throws `invalidValue` for a stranger. */
export async function membersToChange(
  directory: Directory,
  groupId: string | undefined,
  plan: MembersPlan,
): Promise<{ readonly joining: readonly string[]; readonly leaving: readonly string[] }> {
  if (plan.joining.size + plan.leaving.size > changesMax) {
    throw new ScimError(413, `A request may change at most ${changesMax} members`);
  }
  const joining = plausible(plan.joining);
  const known = await directory.store.byIds(collections.users, joining);
  if (known.size < plan.joining.size) {
    throw invalidValue("A member is no user of this directory; groups hold users only");
  }
  if (groupId === undefined) return { joining, leaving: [] };
  if (!plan.isReplaced) return { joining, leaving: plausible(plan.leaving) };
  const current = await membersOf(directory, groupId);
  return { joining, leaving: current.filter((id) => !plan.joining.has(id)) };
}

/**
 * Lets users in and out of a group, each by a small write of their own. Returns those whose record is
 * other than before. Repeating it after a crash goes on where it stopped.
 */
export async function changeMembers(
  directory: Directory,
  groupId: string,
  {
    joining,
    leaving,
  }: { readonly joining: readonly string[]; readonly leaving: readonly string[] },
): Promise<readonly string[]> {
  const today = dateOf(directory.deps.clock.now());
  const tasks = [
    ...leaving.map((id) => ({ id, change: (body: UserBody) => left(body, groupId, today) })),
    ...joining.map((id) => ({ id, change: (body: UserBody) => joined(body, groupId, today) })),
  ];
  const changed: string[] = [];
  const queue = tasks.values();
  await Promise.all(
    Array.from({ length: Math.min(inParallel, tasks.length) }, async () => {
      for (const { id, change } of queue) {
        if (await changeUser(directory, id, change)) changed.push(id);
      }
    }),
  );
  return changed;
}

/** False where nothing changed, or the user went away meanwhile. */
async function changeUser(
  directory: Directory,
  id: string,
  change: (body: UserBody) => UserBody,
): Promise<boolean> {
  let isChanged = false;
  try {
    await changeRecord<UserBody>(directory, {
      collection: collections.users,
      id,
      read: userOf,
      lookups: userLookups,
      change: (body) => {
        const next = change(body);
        isChanged = next !== body;
        return next;
      },
    });
  } catch (error) {
    if (error instanceof ScimError && error.status === 404) return false;
    throw error;
  }
  return isChanged;
}

function joined(body: UserBody, group: string, today: CalendarDate): UserBody {
  const before = body.memberships.find((row) => row.group === group);
  if (before && before.to === undefined) return body;
  // Whoever is back on the day of leaving was never away.
  const from = before?.to === today ? before.from : today;
  return withRows(body, group, { group, from });
}

function left(body: UserBody, group: string, today: CalendarDate): UserBody {
  const before = body.memberships.find((row) => row.group === group);
  if (!before || before.to !== undefined) return body;
  // A membership that ends on the day it began never held.
  return withRows(body, group, before.from === today ? undefined : { ...before, to: today });
}

function withRows(body: UserBody, group: string, row: MembershipRow | undefined): UserBody {
  const others = body.memberships.filter((one) => one.group !== group);
  const rows = row ? [...others, row] : others;
  const surplus = rows.length - rowsMax;
  if (surplus <= 0) return { ...body, memberships: rows };
  const ended = rows
    .filter(({ to }) => to !== undefined)
    .toSorted((a, b) => ((a.to ?? "") < (b.to ?? "") ? -1 : 1));
  const forgotten = new Set(ended.slice(0, surplus));
  return { ...body, memberships: rows.filter((one) => !forgotten.has(one)) };
}

/** Takes the user out of so many groups that what is left goes in one transaction. */
export async function leaveMost(directory: Directory, id: string, mostMax: number): Promise<void> {
  const today = dateOf(directory.deps.clock.now());
  for (let isOver = true; isOver;) {
    await changeUser(directory, id, (body) => {
      const groups = groupsOf(body);
      isOver = groups.length > mostMax;
      const going = isOver ? groups.slice(0, mostMax) : [];
      return going.reduce((rest, group) => left(rest, group, today), body);
    });
  }
}

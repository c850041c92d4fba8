import * as z from "zod";

import type { Gap } from "#shared/kit/connector.ts";
import type { Rejected } from "#shared/model/change.ts";
import { type ConnectionId, factId } from "#shared/model/ids.ts";

import { pathsOf } from "./errors.ts";
import type { Membership, Normalized } from "./normalize.ts";
import { collect, orGap, type ReaderDeps } from "./reader.ts";
import { GidRef, MemberWire } from "./wire.ts";

/** How users take part, as far as the memberships of the workspaces tell. */
export interface Members {
  readonly known: ReadonlyMap<string, Membership>;
  /** By gid, users of whom a membership could not be read that may give them more rights. */
  readonly unread: ReadonlyMap<string, Rejected>;
  /** Memberships of which not even the user could be read. */
  readonly nameless: readonly Rejected[];
  readonly gaps: readonly Gap[];
}

const plainMember: Membership = { isActive: true, isGuest: false };
const Named = z.looseObject({ user: GidRef });

/**
 * Who is a guest, and who has left: of several workspaces somebody is in, the one with the most rights
 * counts. Without the right to see the memberships of one, all its users count as plain members. A
 * membership that cannot be read sets its user aside: a guess might make somebody who left active.
 */
export async function readMembers({ client, source }: ReaderDeps): Promise<Members> {
  const { workspaces } = source.settings;
  const known = new Map<string, Membership>();
  const unread = new Map<string, Rejected>();
  const nameless: Rejected[] = [];
  const gaps: Gap[] = [];
  for (const workspace of workspaces) {
    const what = `Memberships of workspace ${workspace}`;
    const list = collect(client.every((page) => client.members(workspace, page)));
    const { value, gap } = await orGap(what, list);
    for (const record of value ?? []) {
      const { user, reason } = readOne(record);
      if (reason === undefined) add(known, user.gid, user);
      else if (user === undefined)
        nameless.push({ record: `a membership of ${workspace}`, reason });
      else unread.set(user.gid, asideOf(source.connectionId, user.gid, `membership: ${reason}`));
    }
    if (!gap) continue;
    gaps.push(gap);
    // Of a single workspace whoever is listed is a plain member anyway.
    if (workspaces.length === 1) continue;
    for await (const user of client.every((page) => client.users(workspace, page))) {
      add(known, gidOf(user), plainMember);
    }
  }
  // Nobody has more rights than a plain member.
  for (const [gid, { isActive, isGuest }] of known) if (isActive && !isGuest) unread.delete(gid);
  return { known, unread, nameless, gaps };
}

type Read =
  | { readonly user: Membership & { readonly gid: string }; readonly reason?: never }
  | { readonly user: { readonly gid: string } | undefined; readonly reason: string };

function readOne(record: unknown): Read {
  const { success, data, error } = MemberWire.safeParse(record);
  if (!success) return { user: Named.safeParse(record).data?.user, reason: pathsOf(error) };
  const { user, is_active, is_guest } = data;
  return { user: { gid: user.gid, isActive: is_active !== false, isGuest: is_guest === true } };
}

/** What the memberships say of a user, or why the user is set aside. */
export function membershipOf(
  { known, unread, nameless }: Members,
  gid: string,
  connectionId: ConnectionId,
): Membership | Extract<Normalized, { readonly rejected: Rejected }> {
  const aside = unread.get(gid);
  if (aside) return { rejected: aside };
  const membership = known.get(gid);
  if (membership) return membership;
  if (gid === "" || nameless.length === 0) return plainMember;
  return { rejected: asideOf(connectionId, gid, "a membership that names nobody may be theirs") };
}

function asideOf(connectionId: ConnectionId, gid: string, reason: string): Rejected {
  return { record: `user ${gid}`, reason, id: factId("account", "asana", connectionId, gid) };
}

function add(members: Map<string, Membership>, gid: string, membership: Membership): void {
  const { isActive, isGuest } = membership;
  const known = members.get(gid);
  if (!known || rightsOf(membership) > rightsOf(known)) members.set(gid, { isActive, isGuest });
}

function rightsOf({ isActive, isGuest }: Membership): number {
  return (isActive ? 2 : 0) + (isGuest ? 0 : 1);
}

/** Empty where the record has none. */
export function gidOf(record: unknown): string {
  return GidRef.safeParse(record).data?.gid ?? "";
}

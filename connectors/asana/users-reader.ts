import type { Gap, PulledPage, Reading } from "#shared/kit/connector.ts";

import { parsed } from "./client.ts";
import { type Membership, normalizeUser } from "./normalize.ts";
import {
  collect,
  type CollectionReader,
  contextOf,
  inBatches,
  orGap,
  type ReaderDeps,
  readingOf,
  unlessAbsent,
} from "./reader.ts";
import { GidRef, MemberWire } from "./wire.ts";
import { walkWorkspaces } from "./workspace-walk.ts";

type Members = ReadonlyMap<string, Membership>;

const plainMember: Membership = { isActive: true, isGuest: false };

function add(members: Map<string, Membership>, gid: string, membership: Membership): void {
  const known = members.get(gid);
  if (!known || rightsOf(membership) > rightsOf(known)) members.set(gid, membership);
}

function rightsOf({ isActive, isGuest }: Membership): number {
  return (isActive ? 2 : 0) + (isGuest ? 0 : 1);
}

/**
 * Accounts: the users of each workspace, and those who have left it but still own old work. Asana's
 * user list has present ones only; memberships also show the others.
 */
export class UsersReader implements CollectionReader {
  readonly #deps: ReaderDeps;
  constructor(deps: ReaderDeps) {
    this.#deps = deps;
  }

  async *pull(position: string | undefined): AsyncIterable<PulledPage> {
    const { client, source } = this.#deps;
    const { workspaces } = source.settings;
    // Once for all pages: each of them would ask for as many pages as there are.
    const { members, gaps } = await this.#members();
    const walk = walkWorkspaces(workspaces, position, (workspace, page) =>
      client.users(workspace, page),
    );
    for await (const page of walk) {
      const context = contextOf(this.#deps);
      const users = page.records.map((record) =>
        normalizeUser(context, record, members.get(gidOf(record)) ?? plainMember),
      );
      const isStart = page.isFirst && page.workspace === workspaces[0];
      const leavers = isStart ? await this.#readLeavers(members) : [];
      yield {
        ...readingOf([...users, ...leavers], gaps),
        position: page.position,
        isLast: page.isLast,
        recordsRead: users.length + leavers.length,
      };
    }
  }

  async #readLeavers(members: Members) {
    const gone = [...members].filter(([, { isActive }]) => !isActive);
    const read = gone.map(async ([gid, membership]) => {
      const context = contextOf(this.#deps);
      const user = await unlessAbsent(this.#deps.client.user(gid));
      return user === undefined ? [] : [normalizeUser(context, user, membership)];
    });
    return (await Promise.all(read)).flat();
  }

  /**
   * Who is a guest, and who has left: of several workspaces somebody is in, the one with the most rights
   * counts. Without the right to see the memberships of one, all its users count as plain members.
   */
  async #members(): Promise<{ members: Members; gaps: readonly Gap[] }> {
    const { client, source } = this.#deps;
    const { workspaces } = source.settings;
    const members = new Map<string, Membership>();
    const gaps: Gap[] = [];
    for (const workspace of workspaces) {
      const what = `Memberships of workspace ${workspace}`;
      const list = collect(client.every((page) => client.members(workspace, page)));
      const { value, gap } = await orGap(what, list);
      for (const record of value ?? []) {
        const { user, is_active, is_guest } = parsed(MemberWire, record, what);
        add(members, user.gid, { isActive: is_active !== false, isGuest: is_guest === true });
      }
      if (!gap) continue;
      gaps.push(gap);
      // Of a single workspace whoever is listed is a plain member anyway.
      if (workspaces.length === 1) continue;
      for await (const user of client.every((page) => client.users(workspace, page))) {
        add(members, gidOf(user), plainMember);
      }
    }
    return { members, gaps };
  }

  enumerate(): AsyncIterable<readonly string[]> {
    return inBatches(this.#gids());
  }

  async *#gids(): AsyncGenerator<string> {
    const { client, source } = this.#deps;
    for (const workspace of source.settings.workspaces) {
      for await (const user of client.every((page) => client.users(workspace, page))) {
        yield parsed(GidRef, user, `users of workspace ${workspace}`).gid;
      }
    }
    const { members } = await this.#members();
    for (const [gid, { isActive }] of members) if (!isActive) yield gid;
  }

  async read(gids: readonly string[]): Promise<Reading> {
    const { members } = await this.#members();
    const read = gids.map(async (gid) => {
      const context = contextOf(this.#deps);
      const user = await unlessAbsent(this.find(gid));
      if (user === undefined) return [];
      return [normalizeUser(context, user, members.get(gid) ?? plainMember)];
    });
    return readingOf((await Promise.all(read)).flat());
  }

  async find(gid: string): Promise<unknown> {
    return this.#deps.client.user(gid);
  }
}

function gidOf(record: unknown): string {
  const ref = GidRef.safeParse(record);
  return ref.success ? ref.data.gid : "";
}

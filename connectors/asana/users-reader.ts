import type { PulledPage, Reading } from "#shared/kit/connector.ts";

import { gidOf, type Members, membershipOf, readMembers } from "./memberships.ts";
import { type Normalized, normalizeUser } from "./normalize.ts";
import {
  type CollectionReader,
  contextOf,
  inBatches,
  type ReaderDeps,
  readingOf,
  unlessAbsent,
} from "./reader.ts";
import { walkWorkspaces } from "./workspace-walk.ts";

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
    const members = await readMembers(this.#deps);
    const walk = walkWorkspaces(workspaces, position, (workspace, page) =>
      client.users(workspace, page),
    );
    for await (const page of walk) {
      // Who is set aside is told at the start, whether a list shows them or not.
      const listed = page.records.filter((record) => !members.unread.has(gidOf(record)));
      const users = listed.map((record) => this.#normalize(record, gidOf(record), members));
      const isStart = page.isFirst && page.workspace === workspaces[0];
      const leavers = isStart ? await this.#readLeavers(members) : [];
      const aside = isStart ? asideIn(members) : [];
      yield {
        ...readingOf([...users, ...leavers, ...aside], members.gaps),
        position: page.position,
        isLast: page.isLast,
        recordsRead: page.records.length + leavers.length,
      };
    }
  }

  #normalize(record: unknown, gid: string, members: Members): Normalized {
    const context = contextOf(this.#deps);
    const membership = membershipOf(members, gid, context.connectionId);
    return "rejected" in membership ? membership : normalizeUser(context, record, membership);
  }

  async #readLeavers(members: Members): Promise<Normalized[]> {
    const gone = [...members.known].filter(
      ([gid, { isActive }]) => !isActive && !members.unread.has(gid),
    );
    const read = gone.map(async ([gid, membership]) => {
      const context = contextOf(this.#deps);
      const user = await unlessAbsent(this.#deps.client.user(gid));
      return user === undefined ? [] : [normalizeUser(context, user, membership)];
    });
    return (await Promise.all(read)).flat();
  }

  enumerate(): AsyncIterable<readonly string[]> {
    return inBatches(this.#gids());
  }

  /** One that has no gid is left out: the store's own are asked for one by one before any is buried. */
  async *#gids(): AsyncGenerator<string> {
    const { client, source } = this.#deps;
    for (const workspace of source.settings.workspaces) {
      for await (const user of client.every((page) => client.users(workspace, page))) {
        const gid = gidOf(user);
        if (gid !== "") yield gid;
      }
    }
    const { known, unread } = await readMembers(this.#deps);
    for (const [gid, { isActive }] of known) if (!isActive) yield gid;
    yield* unread.keys();
  }

  async read(gids: readonly string[]): Promise<Reading> {
    const members = await readMembers(this.#deps);
    const read = gids.map(async (gid) => {
      const user = await unlessAbsent(this.find(gid));
      return user === undefined ? [] : [this.#normalize(user, gid, members)];
    });
    return readingOf((await Promise.all(read)).flat());
  }

  async find(gid: string): Promise<unknown> {
    return this.#deps.client.user(gid);
  }
}

function asideIn({ unread, nameless }: Members): readonly Normalized[] {
  return [...unread.values(), ...nameless].map((rejected) => ({ rejected }));
}

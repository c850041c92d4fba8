import type { Reading, SourceContext } from "#shared/kit/connector.ts";
import type { Rejected } from "#shared/model/change.ts";
import type { KeptRecord } from "#shared/ports/kept-records.ts";

import { namedManager, normalizeUser, scimPersonId } from "./normalize.ts";
import { isTeam } from "./settings.ts";
import type { ScimSettings } from "./settings.ts";
import { KeptGroup, KeptUser, enterpriseUrn } from "./wire.ts";
import type { KeptUserRecord } from "./wire.ts";

/** By what a manager may be named, beside id and userName: as identity providers are mapped in practice. */
const managerAttributes = ["externalId", "employeeNumber", "emails.value"] as const;

/** Turns kept users into people, with what is needed of others read once for all of them. */
export class UserReader {
  readonly #context: SourceContext<ScimSettings>;

  constructor(context: SourceContext<ScimSettings>) {
    this.#context = context;
  }

  async read(records: readonly KeptRecord[]): Promise<Reading> {
    const { connectionId, settings, clock } = this.#context;
    const readAt = clock.now();
    const rejected: Rejected[] = [];
    const users: KeptUserRecord[] = [];
    for (const record of records) {
      const user = KeptUser.safeParse(record.body);
      if (user.success) users.push({ record, user: user.data });
      else
        rejected.push(rejection(record, user.error.issues, scimPersonId(connectionId, record.id)));
    }
    const teamIds = await this.#teamsAmong(users);
    const managers = await this.#managersOf(users);
    const where = {
      connectionId,
      settings,
      readAt,
      teamIds,
      managerOf: (named: string) => managers.get(named),
    };
    const normalized = users.map((user) => normalizeUser(user, where));
    const units = new Map(
      normalized.flatMap((one) => one.units.map((unit) => [unit.record.id, unit] as const)),
    );
    return {
      changes: [...units.values(), ...normalized.map(({ person }) => person)],
      rejected,
    };
  }

  async #teamsAmong(users: readonly KeptUserRecord[]): Promise<ReadonlySet<string>> {
    const { kept, settings } = this.#context;
    if (!settings.groupsAreTeams) return new Set();
    const ids = new Set(users.flatMap(({ user }) => user.memberships.map(({ group }) => group)));
    const groups = await kept.byIds("groups", [...ids]);
    const teams = [...groups.values()].filter((record) => {
      const group = KeptGroup.safeParse(record.body);
      return group.success && isTeam(settings, group.data.resource.displayName);
    });
    return new Set(teams.map(({ id }) => id));
  }

  /** User ids by what they are named as managers. */
  async #managersOf(users: readonly KeptUserRecord[]): Promise<ReadonlyMap<string, string>> {
    const { kept } = this.#context;
    const named = new Set(
      users.flatMap(({ user }) => namedManager(user.resource[enterpriseUrn].manager) ?? []),
    );
    // What is too long for a key is no id.
    const known = await kept.byIds(
      "users",
      [...named].filter((name) => /^[\w-]{1,64}$/u.test(name)),
    );
    const managers = new Map<string, string>();
    for (const name of named) {
      const id = known.has(name) ? name : await this.#findManager(name);
      if (id !== undefined) managers.set(name, id);
    }
    return managers;
  }

  /** Whose userName it is; else only where exactly one user is known by it: two are a guess. */
  async #findManager(name: string): Promise<string | undefined> {
    const { kept } = this.#context;
    const [named] = await kept.find("users", "userName", name.toLowerCase());
    if (named !== undefined) return named;
    const found = await Promise.all(
      managerAttributes.map((attribute) =>
        kept.find("users", attribute, attribute === "externalId" ? name : name.toLowerCase()),
      ),
    );
    const [id, ...more] = new Set(found.flat());
    return more.length === 0 ? id : undefined;
  }
}

/** Names the place and the expectation, never the value. */
export function rejection(
  { id }: KeptRecord,
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
  factId: NonNullable<Rejected["id"]>,
): Rejected {
  const reason = issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.map(String).join(".")}: ${message}`)
    .join("; ");
  return { record: `record ${id}`, reason, id: factId };
}

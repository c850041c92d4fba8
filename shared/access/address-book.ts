import { HubError } from "#shared/errors.ts";
import type { Source, UrlResolver } from "#shared/kit/connector.ts";
import type { Recognized } from "#shared/kit/registry.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { ConnectionId, GoalId, WorkItemId } from "#shared/model/ids.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Table } from "#shared/ports/table.ts";
import { readKeyAliases, saveKeyAliases } from "#shared/store/key-aliases.ts";

type Recognize = (url: string) => Recognized | undefined;

interface AddressBookDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Tells which connection an address is of; asked for once, when the first address is met. */
  readonly recognizer: () => Promise<Recognize>;
  /** Opens the source that knows the keys of a connection. */
  readonly open: (connection: Connection) => Promise<Source>;
  /**
   * Whether a key that nobody knew a while ago is asked again: what is read now and stands still for
   * months must not go without a link because its target was out of sight an hour ago.
   */
  readonly doubtsUnknown?: boolean;
}

/**
 * So many readings after a tool did not answer may hold addresses that it was asked for in vain: sources
 * read ahead, and in several lanes.
 */
const readingsDoubted = 20;

/**
 * Finds what addresses in other tools' records mean. Keys that were looked up once are kept in the table,
 * so a link that is known stays known while its tool is away; only a new key needs the tool itself.
 */
export class AddressBook {
  readonly #deps: AddressBookDeps;
  readonly #openedMs: number;
  #recognizer: Promise<Recognize> | undefined;
  readonly #unasked = new Map<ConnectionId, { connection: Connection; readingsLeft: number }>();

  constructor(deps: AddressBookDeps) {
    this.#deps = deps;
    this.#openedMs = deps.clock.nowMs();
  }

  async resolve(urls: readonly string[]): Promise<UrlResolver> {
    if (urls.length === 0) return () => undefined;
    const recognize = await (this.#recognizer ??= this.#deps.recognizer());
    const recognized = new Map<string, Recognized>();
    const keysOf = new Map<Connection, Set<string>>();
    for (const url of new Set(urls)) {
      const found = recognize(url);
      if (!found) continue;
      recognized.set(url, found);
      if ("id" in found) continue;
      const keys = keysOf.get(found.connection) ?? new Set();
      keysOf.set(found.connection, keys.add(found.key));
    }
    const looked = new Map<ConnectionId, ReadonlyMap<string, WorkItemId | GoalId>>();
    for (const [connection, keys] of keysOf) {
      looked.set(connection.id, await this.#lookUp(connection, [...keys]));
    }
    return (url) => {
      const found = recognized.get(url);
      if (!found) return undefined;
      return "id" in found ? found.id : looked.get(found.connection.id)?.get(found.key);
    };
  }

  /** For one reading that is handed on now: the connections that it may have asked in vain. */
  takeUnasked(): readonly Connection[] {
    const unasked = [...this.#unasked.values()];
    for (const one of unasked) {
      one.readingsLeft -= 1;
      if (one.readingsLeft === 0) this.#unasked.delete(one.connection.id);
    }
    return unasked.map(({ connection }) => connection);
  }

  async #lookUp(
    connection: Connection,
    keys: readonly string[],
  ): Promise<ReadonlyMap<string, WorkItemId | GoalId>> {
    const { table, clock, doubtsUnknown = false } = this.#deps;
    const known = await readKeyAliases(table, clock, {
      connectionId: connection.id,
      keys,
      ...(doubtsUnknown && { unknownAfterMs: this.#openedMs }),
    });
    const unknown = keys.filter((key) => !known.has(key));
    const asked = unknown.length === 0 ? undefined : await this.#ask(connection, unknown);
    if (asked) {
      await saveKeyAliases(table, clock, {
        connectionId: connection.id,
        ids: new Map(unknown.map((key) => [key, asked.get(key)])),
      });
    }
    const ids = new Map<string, WorkItemId | GoalId>(asked);
    for (const [key, id] of known) if (id !== undefined) ids.set(key, id);
    return ids;
  }

  /** Undefined when the source cannot be asked now: what is read with it now is read again (`takeUnasked`). */
  async #ask(
    connection: Connection,
    keys: readonly string[],
  ): Promise<ReadonlyMap<string, WorkItemId | GoalId> | undefined> {
    try {
      if (connection.status === "paused") throw paused();
      const source = await this.#deps.open(connection);
      return await source.findByKeys?.(keys);
    } catch (error) {
      const code = error instanceof HubError ? error.code : "unexpected";
      this.#unasked.set(connection.id, { connection, readingsLeft: readingsDoubted });
      this.#deps.logger.warn("addresses.unasked", { of: connection.id, keys: keys.length, code });
      return undefined;
    }
  }
}

/** Who pauses a connection wants no requests to its tool, be they on behalf of another one. */
function paused(): HubError {
  return new HubError("connector.unavailable", "The connection that knows these keys is paused");
}

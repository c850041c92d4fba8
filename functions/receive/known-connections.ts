import type { Connection } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Table } from "#shared/ports/table.ts";
import { getConnection } from "#shared/store/connections.ts";

/** How long a process may answer from memory: a removed connection is refused after at most this. */
const keepMs = 5000;
/** Unknown ids are not remembered, and known ones are few. */
const keptMax = 1000;

/** Connections as the receiver needs them, read at most once in a few seconds. */
export class KnownConnections {
  readonly #table: Table;
  readonly #clock: Clock;
  readonly #kept = new Map<
    ConnectionId,
    { readonly connection: Connection; readonly untilMs: number }
  >();

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  async find(id: ConnectionId): Promise<Connection | undefined> {
    const kept = this.#kept.get(id);
    if (kept && kept.untilMs > this.#clock.nowMs()) return kept.connection;
    const connection = await getConnection(this.#table, id);
    this.#kept.delete(id);
    // A draft may be started in the next moment, and then be called at once.
    if (connection && connection.status !== "draft" && this.#kept.size < keptMax) {
      this.#kept.set(id, { connection, untilMs: this.#clock.nowMs() + keepMs });
    }
    return connection;
  }
}

import type { Connection } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Table } from "#shared/ports/table.ts";
import { getConnection } from "#shared/store/connections.ts";
import { findSendingToken, noteTokenUse } from "#shared/store/sending-tokens.ts";

interface AuthenticatorDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A use is noted this often: a first sync sends thousands of requests. */
const noteEveryMs = minuteMs;
const rememberedMax = 1000;
/** Longer than any token of ours. */
const tokenLengthMax = 200;

/** Finds the connection that a bearer token belongs to. */
export class Authenticator {
  readonly #deps: AuthenticatorDeps;
  readonly #notedAtMs = new Map<string, number>();

  constructor(deps: AuthenticatorDeps) {
    this.#deps = deps;
  }

  /** Undefined for whoever may not come in; nothing says why. */
  async connectionOf(authorization: string | undefined): Promise<Connection | undefined> {
    const token = /^Bearer +(\S+)$/iu.exec(authorization?.trim() ?? "")?.[1];
    if (token === undefined || token.length > tokenLengthMax) return undefined;
    const { table } = this.#deps;
    const found = await findSendingToken(table, token);
    const connection = found && (await getConnection(table, found.connectionId));
    // A draft takes what is sent: its admin tries the way in before anything is read.
    if (!found || !connection || connection.status === "removing") return undefined;
    await this.#note(found);
    return connection;
  }

  async #note(token: { readonly connectionId: ConnectionId; readonly id: string }): Promise<void> {
    const { clock, logger } = this.#deps;
    const nowMs = clock.nowMs();
    if (nowMs - (this.#notedAtMs.get(token.id) ?? Number.NEGATIVE_INFINITY) < noteEveryMs) return;
    if (this.#notedAtMs.size >= rememberedMax) this.#notedAtMs.clear();
    this.#notedAtMs.set(token.id, nowMs);
    try {
      await noteTokenUse(this.#deps, token);
    } catch {
      // The request itself matters more; the next one notes it.
      this.#notedAtMs.delete(token.id);
      logger.warn("scim.use-not-noted", { connectionId: token.connectionId });
    }
  }
}

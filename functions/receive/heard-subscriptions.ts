import { isSubscriptionId } from "#shared/model/connection.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Table } from "#shared/ports/table.ts";
import { noteHeard } from "#shared/store/connection-parts.ts";

/** Silence is counted in hours: a sign of life is worth a write this often. */
const noteEveryMs = 30 * minuteMs;
const rememberedMax = 10_000;

/** Notes that a subscription is alive, seldom enough to cost next to nothing. */
export class HeardSubscriptions {
  readonly #deps: { readonly table: Table; readonly clock: Clock; readonly logger: Logger };
  readonly #notedAtMs = new Map<string, number>();

  constructor(deps: { readonly table: Table; readonly clock: Clock; readonly logger: Logger }) {
    this.#deps = deps;
  }

  /** `id` is what the target's query says; a webhook that was registered by hand has none. */
  async note(connectionId: ConnectionId, id: string | undefined): Promise<void> {
    if (id === undefined || !isSubscriptionId(id)) return;
    const { table, clock, logger } = this.#deps;
    const nowMs = clock.nowMs();
    const key = `${connectionId} ${id}`;
    if (nowMs - (this.#notedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < noteEveryMs) return;
    if (this.#notedAtMs.size >= rememberedMax) this.#notedAtMs.clear();
    this.#notedAtMs.set(key, nowMs);
    try {
      await noteHeard(table, { connectionId, id }, clock.now());
    } catch {
      // The delivery itself matters more; the next one notes it.
      this.#notedAtMs.delete(key);
      logger.warn("subscription.not-noted", { connectionId, subscriptionId: id });
    }
  }
}

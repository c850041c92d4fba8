import type { DeliveryOutcome } from "#shared/model/delivery.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Table } from "#shared/ports/table.ts";
import { countDelivery } from "#shared/store/delivery-counts.ts";

/** Counts of good deliveries may be this old before they are written; rejected ones are written at once. */
const flushMs = 10_000;

/**
 * Counts deliveries in the process and writes the sums now and then, so that counting does not cost
 * as much as the change itself. A process that ends loses at most its last seconds of a statistic.
 */
export class DeliveryTally {
  readonly #table: Table;
  readonly #clock: Clock;
  readonly #counts = new Map<ConnectionId, Partial<Record<DeliveryOutcome, number>>>();
  #flushedAtMs: number;
  #isUrgent = false;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
    this.#flushedAtMs = clock.nowMs();
  }

  add(connectionId: ConnectionId, outcome: "ingested" | "rejected" | "paused"): void {
    const counts = this.#counts.get(connectionId) ?? {};
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    this.#counts.set(connectionId, counts);
    if (outcome === "rejected") this.#isUrgent = true;
  }

  async flushIfDue(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    if (this.#counts.size === 0) return;
    if (!this.#isUrgent && nowMs - this.#flushedAtMs < flushMs) return;
    const due = [...this.#counts];
    this.#counts.clear();
    this.#isUrgent = false;
    this.#flushedAtMs = nowMs;
    await Promise.all(
      due.map(([id, counts]) => countDelivery(this.#table, id, counts, this.#clock.now())),
    );
  }
}

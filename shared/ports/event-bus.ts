import type { HubEvent } from "#shared/model/events.ts";

/** The publishing side of the alignment bus; only the relay holds one. */
export interface EventBus {
  /** Resolves when every event is durable at the bus; rejects if any was refused. */
  publish(events: readonly HubEvent[]): Promise<void>;
}

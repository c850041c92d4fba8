import type { DynamoDBStreamEvent } from "aws-lambda";

import type { HubEvent } from "#shared/model/events.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { EventBus } from "#shared/ports/event-bus.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { ReadRecord } from "#shared/ports/table.ts";
import { reportSetAside, SetAside } from "#shared/store/set-aside.ts";

import { eventsOf } from "./events-of.ts";

export interface RelayDeps {
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly readRecord: ReadRecord;
}

/**
 * The outbox: what is in the table's stream has happened, and nobody else publishes. The batch is
 * acknowledged only when the bus has all its events; a repeat publishes the same ids again.
 */
export function createHandler(deps: RelayDeps): (event: DynamoDBStreamEvent) => Promise<void> {
  return async function handler(event) {
    const events: HubEvent[] = [];
    const setAside = new SetAside();
    for (const record of event.Records) {
      const change = deps.readRecord(record);
      const { after } = change;
      // What cannot be read tells nothing, and must not keep the others from being told.
      if (after)
        events.push(...(setAside.read(after, () => eventsOf(change, deps.clock.now())) ?? []));
    }
    reportSetAside(deps.logger, [setAside]);
    if (events.length === 0) return;
    await deps.bus.publish(events);
    deps.logger.debug("relay.published", { events: events.length });
  };
}

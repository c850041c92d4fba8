import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type {
  PutEventsCommandInput,
  PutEventsRequestEntry,
  PutEventsResultEntry,
} from "@aws-sdk/client-eventbridge";

import { HubError } from "#shared/errors.ts";
import { eventSource } from "#shared/model/events.ts";
import type { HubEvent } from "#shared/model/events.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { EventBus } from "#shared/ports/event-bus.ts";

import { awsPatience, calling } from "./aws-failure.ts";

/** The one call that publishing needs; a test passes its own. */
export interface EventBridgeCalls {
  putEvents(
    input: PutEventsCommandInput,
  ): Promise<{ readonly Entries?: PutEventsResultEntry[] | undefined }>;
}

interface EventBridgeBusOptions {
  readonly calls: EventBridgeCalls;
  readonly busName: string;
  readonly clock: Clock;
}

/** At most ten entries a request, and 256 KB in all; a single event alone may have up to 1 MB. */
const entriesPerRequestMax = 10;
const requestBytesMax = 256 * 1024;
const eventBytesMax = 1024 * 1024;
/** Waits before the second and third attempt: the stream that feeds the relay repeats beyond that. */
const retryDelaysMs = [100, 400] as const;

export function eventBridgeCalls(): EventBridgeCalls {
  const client = new EventBridgeClient(awsPatience);
  return { putEvents: (input) => client.send(new PutEventsCommand(input)) };
}

/**
 * Publishes to an EventBridge bus. EventBridge takes a request in part: entries that it refused are
 * sent again, twice; then this rejects, and the caller publishes the whole again, so an event may
 * arrive twice. The hub's own event id travels in `resources`, because EventBridge makes its own.
 */
export function createEventBridgeBus({ calls, busName, clock }: EventBridgeBusOptions): EventBus {
  return {
    async publish(events) {
      const entries = events.map((event) => entryOf(event, busName));
      for (const request of requestsOf(entries)) await putAll(request);
    },
  };

  async function putAll(entries: readonly PutEventsRequestEntry[]): Promise<void> {
    let refused = await put(entries);
    for (const delayMs of retryDelaysMs) {
      if (refused.length === 0) return;
      await clock.sleep(delayMs);
      refused = await put(refused.map(({ entry }) => entry));
    }
    if (refused.length === 0) return;
    throw new HubError("store.unavailable", "The bus refused events: the relay tries again", {
      details: { refused: refused.length, failure: refused[0]?.failure ?? "unknown" },
    });
  }

  async function put(
    entries: readonly PutEventsRequestEntry[],
  ): Promise<readonly { readonly entry: PutEventsRequestEntry; readonly failure: string }[]> {
    const { Entries: results = [] } = await calling("The bus did not take events", () =>
      calls.putEvents({ Entries: [...entries] }),
    );
    // An entry is durable only if the answer at its place has an id.
    return entries.flatMap((entry, index) =>
      results[index]?.EventId === undefined
        ? [{ entry, failure: results[index]?.ErrorCode ?? "no answer" }]
        : [],
    );
  }
}

function entryOf(event: HubEvent, busName: string): PutEventsRequestEntry {
  return {
    EventBusName: busName,
    Source: eventSource,
    DetailType: event.type,
    Detail: JSON.stringify(event.detail),
    Time: new Date(event.at),
    Resources: [event.id],
  };
}

/** Fills requests in order, each within the limits. */
function requestsOf(
  entries: readonly PutEventsRequestEntry[],
): readonly (readonly PutEventsRequestEntry[])[] {
  const requests: PutEventsRequestEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = entryBytes(entry);
    if (size > eventBytesMax) {
      throw new HubError("invariant.broken", "An event is larger than the bus takes", {
        details: { bytes: size, type: entry.DetailType ?? "" },
      });
    }
    const current = requests.at(-1);
    if (
      current !== undefined &&
      current.length < entriesPerRequestMax &&
      bytes + size <= requestBytesMax
    ) {
      current.push(entry);
      bytes += size;
    } else {
      requests.push([entry]);
      bytes = size;
    }
  }
  return requests;
}

/** As EventBridge counts: docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html, 2026-11. */
function entryBytes(entry: PutEventsRequestEntry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ""), 14);
}

import { eventJsonSchema } from "#shared/kit/event-json-schema.ts";
import { eventSchemas as catalogue } from "#shared/model/events.ts";
import type { EventType } from "#shared/model/events.ts";

/** The JSON Schema of every event on the bus, by its type, in the dialect that EventBridge's registry takes. */
export const eventSchemas: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(catalogue).map((type) => [
    type,
    // The names of an object are its own.
    JSON.stringify(eventJsonSchema(type as EventType, "draft-4")),
  ]),
);

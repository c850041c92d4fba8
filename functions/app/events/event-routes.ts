import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { eventJsonSchema } from "#shared/kit/event-json-schema.ts";
import { eventSchemas } from "#shared/model/events.ts";
import type { EventType } from "#shared/model/events.ts";

import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";

const topic = "Events";
const JsonSchema = z.record(z.string(), z.unknown()).meta({ description: "JSON Schema 2020-12" });

/** What the hub publishes on its bus, for whoever subscribes. */
export function eventRoutes(): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/api/event-schemas",
      topic,
      summary: "Every event that the hub publishes, with the JSON Schema of the whole event",
      answer: z.strictObject({
        events: z.array(z.strictObject({ type: z.string(), schema: JsonSchema })),
      }),
      run: async () => ({
        events: Object.keys(eventSchemas).map((type) => ({
          type,
          // The names of an object are its own.
          schema: eventJsonSchema(type as EventType),
        })),
      }),
    }),
    defineRoute({
      method: "get",
      path: "/api/event-schemas/{type}",
      topic,
      summary: "The JSON Schema of one event",
      params: z.strictObject({ type: z.string() }),
      answer: JsonSchema,
      refusals: ["entity.not-found"],
      run: async ({ params: { type } }) => {
        if (Object.hasOwn(eventSchemas, type)) return eventJsonSchema(type as EventType);
        throw new HubError("entity.not-found", `There is no event “${type}”`);
      },
    }),
  ];
}

import * as z from "zod";

import { eventSchemas, eventSource } from "#shared/model/events.ts";
import type { EventType } from "#shared/model/events.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The JSON Schema of a whole event as EventBridge delivers it: its envelope, and in `detail` what the hub
 * says. `draft-4` is what the schema registry of EventBridge takes.
 */
export function eventJsonSchema(
  type: EventType,
  target: "draft-2020-12" | "draft-4" = "draft-2020-12",
): JsonSchema {
  const Event = z.looseObject({
    version: z.string(),
    id: z.string().meta({ description: "The bus's own; it differs where an event is repeated" }),
    "detail-type": z.literal(type),
    source: z.literal(eventSource),
    account: z.string(),
    time: z.iso.datetime(),
    region: z.string(),
    resources: z
      .array(z.string())
      .meta({ description: "One: the hub's own id of the event, by which a repeat is known" }),
    // Later releases add fields, and whoever reads an event must not refuse them.
    detail: z.looseObject(eventSchemas[type].shape),
  });
  return z.toJSONSchema(Event, { target, io: "output" }) as JsonSchema;
}

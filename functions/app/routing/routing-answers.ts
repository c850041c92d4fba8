import * as z from "zod";

import { OrgUnitId, ConnectionId } from "#shared/model/ids.ts";
import { Routing } from "#shared/model/routing.ts";

const { type: _type, updatedAt: _updatedAt, revision: _revision, ...fields } = Routing.shape;

/** What an admin sets: all of it, what is left out by its default. */
export const RoutingChange = z.strictObject({
  ...fields,
  revision: z.int().nonnegative().optional().meta({
    description: "The revision that was read: routing that somebody changed since is not replaced",
  }),
});
export type RoutingChange = z.infer<typeof RoutingChange>;

const ChannelAnswer = z
  .strictObject({
    id: ConnectionId,
    name: z.string(),
    reaches: z.array(z.enum(["channel", "person"])),
    isSystem: z.boolean().meta({
      description: "A program listens: no quiet hours, no budget, every alert",
    }),
  })
  .meta({ id: "Channel" });
export type ChannelAnswer = z.infer<typeof ChannelAnswer>;

export const RoutingAnswer = z
  .strictObject({
    ...fields,
    revision: z.int(),
    isDefault: z.boolean().meta({
      description: "Nobody has set it yet: every channel is told of every alert at once",
    }),
    connected: z.array(ChannelAnswer),
  })
  .meta({ id: "Routing" });
export type RoutingAnswer = z.output<typeof RoutingAnswer>;

const Told = z.strictObject({
  name: z.string(),
  kind: z.enum(["channel", "person"]),
  through: z.string().meta({ description: "The channel's name" }),
  because: z.string(),
});

/** Who would hear of an alert, when and why. */
export const RouteAnswer = z
  .strictObject({
    isDefault: z.boolean(),
    rungs: z.array(
      z.strictObject({
        rung: z.int(),
        at: z.string().meta({ description: "If nobody has taken care of it by then" }),
        told: z.array(Told),
        skipped: z.array(z.strictObject({ name: z.string(), because: z.string() })),
      }),
    ),
  })
  .meta({ id: "Route" });
export type RouteAnswer = z.input<typeof RouteAnswer>;

export const RouteQuery = z.strictObject({
  teams: z
    .string()
    .transform((text) => text.split(",").filter((id) => id !== ""))
    .pipe(z.array(OrgUnitId).max(4))
    .default([])
    .meta({ description: "Org units' ids, separated by commas" }),
});

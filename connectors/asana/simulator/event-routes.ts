import { type Context, Hono } from "hono";

import { required } from "./answers.ts";
import type { Api } from "./api.ts";
import { publicEvent } from "./asana-event.ts";
import { Ref } from "./field-selection.ts";
import { AsanaRefusal, badRequest, unknownObject } from "./vendor-error.ts";
import { currentViewer } from "./viewer.ts";

/** https://developers.asana.com/reference/getevents and getworkspaceevents (read 2026-11-21) */
const eventsPerCall = 100;
const workspaceEventsPerCall = 1000;
const streamed: ReadonlySet<string> = new Set(["task", "project", "goal"]);

/** Event streams: 412 with a fresh token at first and when a token is too old. */
export function eventRoutes({ state, answers, clock }: Api): Hono {
  const app = new Hono();
  app.get("/events", (c) => {
    const resource = required(c, "resource");
    const kind = state.kindOf(resource);
    if (!kind) throw unknownObject("resource", resource);
    state.get(kind, resource);
    if (!streamed.has(kind)) throw badRequest(`resource: A ${kind} has no event stream`);
    return stream(c, resource, eventsPerCall);
  });
  app.get("/workspaces/:gid/events", (c) => {
    const { gid } = state.get("workspace", c.req.param("gid"));
    if (currentViewer()?.kind !== "service-account") {
      throw new AsanaRefusal(403, "Forbidden: only service accounts may read workspace events");
    }
    return stream(c, gid, workspaceEventsPerCall);
  });

  function stream(c: Context, resource: string, limit: number): Response {
    const nowMs = clock.nowMs();
    const asked = { resource, nowMs, limit: answers.atMost(limit) };
    const found = state.log.after(c.req.query("sync") ?? "", asked);
    if (!found) {
      throw new AsanaRefusal(
        412,
        "Sync token invalid or too old. If you are attempting to keep resources in sync, you must fetch the full dataset for this query now and use the new sync token for the next sync.",
        { sync: state.log.token({ resource, nowMs }) },
      );
    }
    const data = found.events.map((event) => ({
      ...publicEvent(event),
      type: event.resource.resource_type,
      resource: named(event.resource),
      parent: event.parent ? named(event.parent) : null,
    }));
    return c.json({ data, sync: found.sync, has_more: found.hasMore });
  }

  /** Streams show compact objects, unlike webhooks; one that is gone keeps its reference. */
  function named(ref: { gid: string; resource_type: string }): unknown {
    const known = state.kindOf(ref.gid);
    return known && state.seen(known, ref.gid) ? answers.compact(new Ref(known, ref.gid)) : ref;
  }
  return app;
}

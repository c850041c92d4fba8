import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, MiddlewareHandler } from "hono";

import type { Clock } from "#shared/ports/clock.ts";

import type { Faults, RequestFault } from "./faults.ts";

/** Where the control API hangs; faults and the vendor's access check leave it alone. */
export const controlPath = "/__control";

/** The vendor's usual answer for a status: body and headers, such as rate-limit ones on 429. */
export type RenderStatus = (
  status: number,
  c: Context,
) => { readonly body: unknown; readonly headers?: Readonly<Record<string, string>> };

/**
 * Middleware that lets armed faults happen to requests. Mount it after the control API and before
 * everything of the vendor. Cutting a connection needs a real server (`serveSimulator`).
 */
export function requestFaults(options: {
  readonly faults: Faults;
  readonly clock: Clock;
  readonly renderStatus: RenderStatus;
}): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.path.startsWith(controlPath)) return next();
    const fault = options.faults.takeForRequest(c.req.method, c.req.path);
    if (!fault) return next();
    switch (fault.kind) {
      case "status":
        return statusResponse(fault, options.renderStatus(fault.status, c));
      case "slow":
        await options.clock.sleep(fault.delayMs);
        return next();
      case "reset":
        // The bindings are node's own request and response whenever the app is served by node-server.
        (c.env as HttpBindings).incoming.socket.resetAndDestroy();
        return RESPONSE_ALREADY_SENT;
      case "truncate":
        await next();
        await sendHalf(c);
        // Hono merges a second response into the first; unset, the marker stays what node-server looks for.
        c.res = undefined;
        c.res = RESPONSE_ALREADY_SENT;
        return undefined;
    }
  };
}

function statusResponse(
  fault: Extract<RequestFault, { kind: "status" }>,
  usual: ReturnType<RenderStatus>,
): Response {
  const body = fault.body === undefined ? usual.body : fault.body;
  const headers = new Headers(usual.headers);
  if (fault.retryAfterSeconds !== undefined) {
    headers.set("retry-after", String(fault.retryAfterSeconds));
  }
  for (const [name, value] of Object.entries(fault.headers)) headers.set(name, value);
  if (!headers.has("content-type")) {
    headers.set("content-type", typeof body === "string" ? "text/html" : "application/json");
  }
  const text = typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body);
  return new Response(text, { status: fault.status, headers });
}

async function sendHalf(c: Context): Promise<void> {
  const { outgoing } = c.env as HttpBindings;
  const body = Buffer.from(await c.res.arrayBuffer());
  const headers = Object.fromEntries(c.res.headers);
  outgoing.writeHead(c.res.status, { ...headers, "content-length": String(body.byteLength) });
  outgoing.write(body.subarray(0, Math.floor(body.byteLength / 2)), () => outgoing.destroy());
}

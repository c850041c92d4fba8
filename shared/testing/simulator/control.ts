import { Hono } from "hono";
import * as z from "zod";

import { Fault, type Faults } from "./faults.ts";
import { controlPath } from "./request-faults.ts";
import type { WebhookSender } from "./webhook-sender.ts";

interface ControlOptions {
  readonly faults: Faults;
  readonly sender: WebhookSender;
  /** Performs a vendor-specific operation; what it returns is answered as JSON. */
  readonly perform: (operation: unknown) => unknown;
  /** The state as plain JSON, for assertions and for looking around. */
  readonly state: () => unknown;
}

/** Why an operation cannot be done: answered with 409 by the control API. */
export class RefusedOperation extends Error {
  override readonly name = "RefusedOperation";
}

/**
 * The control API that every simulator has, at `/__control`: arm and clear faults, perform operations,
 * see state and deliveries. Mount it first: `app.route("/", controlRoutes(...))`.
 */
export function controlRoutes(options: ControlOptions): Hono {
  const app = new Hono().basePath(controlPath);
  app.get("/faults", (c) => c.json({ faults: options.faults.list() }));
  app.post("/faults", async (c) => {
    const fault = Fault.safeParse(await readJson(c.req.raw));
    if (!fault.success) return c.json({ error: z.prettifyError(fault.error) }, 400);
    return c.json({ id: options.faults.arm(fault.data) }, 201);
  });
  app.delete("/faults", (c) => {
    options.faults.clear();
    return c.body(null, 204);
  });
  app.delete("/faults/:id", (c) => {
    options.faults.clear(c.req.param("id"));
    return c.body(null, 204);
  });
  app.get("/deliveries", (c) => c.json({ deliveries: options.sender.deliveries() }));
  app.post("/settle", async (c) => {
    await options.sender.settle();
    return c.body(null, 204);
  });
  app.post("/operations", async (c) => {
    try {
      return c.json({ result: (await options.perform(await readJson(c.req.raw))) ?? null });
    } catch (error) {
      if (error instanceof z.ZodError) return c.json({ error: z.prettifyError(error) }, 400);
      if (error instanceof RefusedOperation) return c.json({ error: error.message }, 409);
      throw error;
    }
  });
  app.get("/state", (c) =>
    c.body(JSON.stringify(options.state()), 200, { "content-type": "application/json" }),
  );
  return app;
}

/** Undefined for a body that is not JSON, which no schema here accepts. */
async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

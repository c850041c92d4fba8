import { Hono } from "hono";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import * as z from "zod";

import type { Instant } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import { controlRoutes } from "#shared/testing/simulator/control.ts";
import { Faults } from "#shared/testing/simulator/faults.ts";
import { Journal } from "#shared/testing/simulator/journal.ts";
import { Operations } from "#shared/testing/simulator/operations.ts";
import { requestFaults } from "#shared/testing/simulator/request-faults.ts";
import { serveSimulator } from "#shared/testing/simulator/serve.ts";
import type { ServedSimulator } from "#shared/testing/simulator/serve.ts";
import { WebhookSender } from "#shared/testing/simulator/webhook-sender.ts";

import { receivedPage } from "./received-page.ts";

const Payload = z.looseObject({
  type: z.string().min(1),
  timestamp: z.iso.datetime(),
  data: z.looseObject({}),
});

const Operation = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("receive"), id: z.string(), payload: Payload }),
  /** Another secret is agreed on; the one before is known no more. */
  z.strictObject({ kind: z.literal("changeSecret"), secret: z.string() }),
  z.strictObject({ kind: z.literal("close") }),
]);
type Operation = z.infer<typeof Operation>;

/** A webhook that was verified, once for each id. */
export interface ReceivedWebhook {
  readonly at: Instant;
  readonly id: string;
  readonly payload: z.infer<typeof Payload>;
}

export interface WebhookSimulator extends ServedSimulator {
  readonly hookUrl: string;
  readonly secret: string;
  readonly faults: Faults;
  /** Newest last, pings left out. */
  received(): readonly ReceivedWebhook[];
  /** How many requests were refused because their signature was not ours. */
  unverified(): number;
  perform(operation: Operation): void;
}

interface WebhookSimulatorOptions {
  readonly clock: Clock;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  readonly journalPath?: string;
}

const sampleSecret = `whsec_${Buffer.from("a sample secret of thirty-two by").toString("base64")}`;
const hookPath = "/hooks/throughline";
const keptMax = 500;

/**
 * Starts a system that takes webhooks as its owner should: it verifies each with the reference library
 * before it looks at it, drops repeats by their id, and answers 410 once it is closed.
 */
export async function startWebhookSimulator(
  options: WebhookSimulatorOptions,
): Promise<WebhookSimulator> {
  const { clock } = options;
  const faults = new Faults();
  const received: ReceivedWebhook[] = [];
  const state = { secret: sampleSecret, isClosed: false, unverified: 0 };
  const operations = new Operations<Operation, undefined>({
    schema: Operation,
    clock,
    journal: new Journal(options.journalPath),
    apply: (operation, at) => {
      if (operation.kind === "close") state.isClosed = true;
      else if (operation.kind === "changeSecret") state.secret = operation.secret;
      else if (operation.payload.type !== "webhook.ping") {
        const { id, payload } = operation;
        if (received.some((each) => each.id === id)) return undefined;
        received.push({ at, id, payload });
        if (received.length > keptMax) received.shift();
      }
      return undefined;
    },
    emit: () => undefined,
  });
  operations.replay();

  const app = receiverApp({ clock, faults, operations, state, received });
  const served = await serveSimulator({
    app,
    ...(options.port !== undefined && { port: options.port }),
  });
  return {
    ...served,
    hookUrl: `${served.url}${hookPath}`,
    secret: sampleSecret,
    faults,
    received: () => [...received],
    unverified: () => state.unverified,
    perform: (operation) => operations.perform(operation),
  };
}

interface ReceiverParts {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly operations: Operations<Operation, undefined>;
  readonly state: { readonly secret: string; readonly isClosed: boolean; unverified: number };
  readonly received: readonly ReceivedWebhook[];
}

function receiverApp({ clock, faults, operations, state, received }: ReceiverParts): Hono {
  const app = new Hono();
  app.route(
    "/",
    controlRoutes({
      faults,
      sender: idleSender(clock, faults),
      perform: (operation) => operations.perform(operation),
      state: () => ({ received, isClosed: state.isClosed, unverified: state.unverified }),
    }),
  );
  app.use(requestFaults({ faults, clock, renderStatus: (status) => ({ body: { status } }) }));
  app.get("/", (c) => c.html(receivedPage(received)));
  app.post(hookPath, async (c) => {
    if (state.isClosed) return c.json({ error: "gone" }, 410);
    const body = await c.req.text();
    const headers = Object.fromEntries(c.req.raw.headers);
    if (!isVerified(state.secret, body, headers)) {
      state.unverified += 1;
      return c.json({ error: "unverified" }, 401);
    }
    const payload = Payload.safeParse(JSON.parse(body));
    if (!payload.success) return c.json({ error: z.prettifyError(payload.error) }, 400);
    operations.perform({ kind: "receive", id: headers["webhook-id"], payload: payload.data });
    return c.json({ received: true });
  });
  return app;
}

/** Before anything is made of the body. The library knows the time by itself. */
function isVerified(secret: string, body: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}

/** It sends nothing; the control API wants a sender all the same. */
function idleSender(clock: Clock, faults: Faults): WebhookSender {
  const retry = { delayMs: () => undefined, isRetried: () => false, timeoutMs: 1000 };
  return new WebhookSender({ clock, faults, signatureHeader: "webhook-signature", retry });
}

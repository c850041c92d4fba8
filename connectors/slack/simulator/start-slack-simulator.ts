import { Hono } from "hono";
import type { Context } from "hono";
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

import { messagesPage } from "./messages-page.ts";
import { SlackMessage } from "./slack-message.ts";

/** A message as it came in. */
export interface PostedMessage {
  readonly at: Instant;
  readonly message: SlackMessage;
}

export interface SlackSimulator extends ServedSimulator {
  /** The incoming webhook, secret part included. */
  readonly webhookUrl: string;
  readonly faults: Faults;
  /** Newest last. */
  messages(): readonly PostedMessage[];
}

interface SlackSimulatorOptions {
  readonly clock: Clock;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** File of the messages so far: with it, a restart still shows them. */
  readonly journalPath?: string;
  readonly channel?: string;
}

const Operation = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("post"), message: SlackMessage }),
  z.strictObject({ kind: z.literal("archiveChannel") }),
  z.strictObject({ kind: z.literal("removeWebhook") }),
]);
type Operation = z.infer<typeof Operation>;

const hookPath = "/services/T0SAMPLE/B0SAMPLE/simulated-secret-of-the-hook";
const messagesKeptMax = 500;

/** Starts a Slack that has one incoming webhook and shows at `/` what was posted to it. */
export async function startSlackSimulator(options: SlackSimulatorOptions): Promise<SlackSimulator> {
  const { clock } = options;
  const faults = new Faults();
  const messages: PostedMessage[] = [];
  let refusal: readonly [410 | 404, string] | undefined;
  const operations = new Operations<Operation, undefined>({
    schema: Operation,
    clock,
    journal: new Journal(options.journalPath),
    apply: (operation, at) => {
      if (operation.kind === "archiveChannel") refusal = [410, "channel_is_archived"];
      else if (operation.kind === "removeWebhook") refusal = [404, "no_service"];
      else messages.push({ at, message: operation.message });
      if (messages.length > messagesKeptMax) messages.shift();
      return undefined;
    },
    emit: () => undefined,
  });
  operations.replay();

  const app = new Hono();
  app.route(
    "/",
    controlRoutes({
      faults,
      // Slack sends nothing back to a webhook's owner; the control API wants a sender all the same.
      sender: idleSender(clock, faults),
      perform: (operation) => operations.perform(operation),
      state: () => ({ messages, refusal }),
    }),
  );
  app.use(
    requestFaults({
      faults,
      clock,
      renderStatus: (status) => ({
        body: status === 429 ? "rate_limited" : "server_error",
        ...(status === 429 && { headers: { "retry-after": "1" } }),
      }),
    }),
  );
  app.get("/", (c) => c.html(messagesPage(options.channel ?? "#alignment", messages)));
  app.post(hookPath, async (c) => {
    if (refusal) return c.text(refusal[1], refusal[0]);
    const message = await readMessage(c);
    if (message === undefined) return c.text("invalid_payload", 400);
    operations.perform({ kind: "post", message });
    return c.text("ok");
  });
  app.post("/services/*", (c) => c.text("no_service", 404));

  const served = await serveSimulator({
    app,
    ...(options.port !== undefined && { port: options.port }),
  });
  return {
    ...served,
    webhookUrl: `${served.url}${hookPath}`,
    faults,
    messages: () => [...messages],
  };
}

async function readMessage(c: Context): Promise<SlackMessage | undefined> {
  try {
    return SlackMessage.safeParse(await c.req.json()).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function idleSender(clock: Clock, faults: Faults): WebhookSender {
  const retry = { delayMs: () => undefined, isRetried: () => false, timeoutMs: 1000 };
  return new WebhookSender({ clock, faults, signatureHeader: "X-Slack-Signature", retry });
}

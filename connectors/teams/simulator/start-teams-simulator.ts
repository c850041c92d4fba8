import { Hono } from "hono";
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

import { cardsPage } from "./cards-page.ts";
import { TeamsMessage } from "./teams-message.ts";
import type { Card } from "./teams-message.ts";

/** A card as it came in. */
export interface PostedCard {
  readonly at: Instant;
  readonly card: Card;
}

export interface TeamsSimulator extends ServedSimulator {
  /** The workflow's webhook, secret part included. */
  readonly webhookUrl: string;
  readonly faults: Faults;
  /** Newest last. */
  cards(): readonly PostedCard[];
  perform(operation: Operation): void;
}

interface TeamsSimulatorOptions {
  readonly clock: Clock;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  readonly journalPath?: string;
  readonly channel?: string;
}

const Operation = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("post"), message: TeamsMessage }),
  z.strictObject({ kind: z.literal("deleteWorkflow") }),
  z.strictObject({ kind: z.literal("switchOff") }),
]);
type Operation = z.infer<typeof Operation>;

interface State {
  readonly cards: PostedCard[];
  refusal: readonly [status: 400 | 404, code: string] | undefined;
}

const triggerPath = "/workflows/0123456789abcdef/triggers/manual/paths/invoke";
const signature = "simulated-secret-of-the-workflow";
const cardsKeptMax = 500;
const messageBytesMax = 28 * 1024;

/** Starts a Teams that has one workflow with a webhook and shows at `/` what was posted through it. */
export async function startTeamsSimulator(options: TeamsSimulatorOptions): Promise<TeamsSimulator> {
  const { clock, channel = "Alignment" } = options;
  const faults = new Faults();
  const state: State = { cards: [], refusal: undefined };
  const operations = new Operations<Operation, undefined>({
    schema: Operation,
    clock,
    journal: new Journal(options.journalPath),
    apply: (operation, at) => apply(state, operation, at),
    emit: () => undefined,
  });
  operations.replay();

  const app = new Hono();
  app.route(
    "/",
    controlRoutes({
      faults,
      sender: idleSender(clock, faults),
      perform: (operation) => operations.perform(operation),
      state: () => state,
    }),
  );
  app.use(requestFaults({ faults, clock, renderStatus: (status) => ({ body: errorOf(status) }) }));
  app.get("/", (c) => c.html(cardsPage(channel, state.cards)));
  app.post(triggerPath, async (c) => {
    if (c.req.query("sig") !== signature) {
      return c.json(errorOf("AuthorizationFailed"), 401);
    }
    if (state.refusal) return c.json(errorOf(state.refusal[1]), state.refusal[0]);
    const text = await c.req.text();
    if (Buffer.byteLength(text) > messageBytesMax) return c.json(errorOf("TooLarge"), 413);
    const message = TeamsMessage.safeParse(readJson(text));
    if (!message.success) return c.json(errorOf("TriggerInputSchemaMismatch"), 400);
    operations.perform({ kind: "post", message: message.data });
    // The workflow has been started; whether it ends well is another matter. The real one has no body: this
    // one lets an answer be cut.
    return c.json({}, 202);
  });
  app.post("/workflows/*", (c) => c.json(errorOf("WorkflowNotFound"), 404));

  const served = await serveSimulator({
    app,
    ...(options.port !== undefined && { port: options.port }),
  });
  return {
    ...served,
    webhookUrl: `${served.url}${triggerPath}?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${signature}`,
    faults,
    cards: () => [...state.cards],
    perform: (operation) => operations.perform(operation),
  };
}

function apply(state: State, operation: Operation, at: Instant): undefined {
  if (operation.kind === "deleteWorkflow") state.refusal = [404, "WorkflowNotFound"];
  else if (operation.kind === "switchOff") state.refusal = [400, "WorkflowTriggerIsNotEnabled"];
  else {
    for (const { content } of operation.message.attachments)
      state.cards.push({ at, card: content });
    state.cards.splice(0, state.cards.length - cardsKeptMax);
  }
  return undefined;
}

/** Errors as Logic Apps words them. */
function errorOf(code: string | number) {
  return { error: { code: String(code), message: "The request was refused by the simulation." } };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** It sends nothing back; the control API wants a sender all the same. */
function idleSender(clock: Clock, faults: Faults): WebhookSender {
  const retry = { delayMs: () => undefined, isRetried: () => false, timeoutMs: 1000 };
  return new WebhookSender({ clock, faults, signatureHeader: "x-ms-signature", retry });
}

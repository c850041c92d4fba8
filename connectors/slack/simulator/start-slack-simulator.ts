import { Hono } from "hono";
import type { Context } from "hono";

import type { Clock } from "#shared/ports/clock.ts";
import { controlRoutes } from "#shared/testing/simulator/control.ts";
import { Faults } from "#shared/testing/simulator/faults.ts";
import { Journal } from "#shared/testing/simulator/journal.ts";
import { Operations } from "#shared/testing/simulator/operations.ts";
import { controlPath, requestFaults } from "#shared/testing/simulator/request-faults.ts";
import { serveSimulator } from "#shared/testing/simulator/serve.ts";
import type { ServedSimulator } from "#shared/testing/simulator/serve.ts";
import { WebhookSender } from "#shared/testing/simulator/webhook-sender.ts";

import { messagesPage } from "./messages-page.ts";
import { pressRequest } from "./press.ts";
import type { Pressing } from "./press.ts";
import { SlackMessage } from "./slack-message.ts";
import { Operation, SlackState } from "./state.ts";
import type { PostedMessage } from "./state.ts";
import { webApiRoutes } from "./web-api-routes.ts";

export interface SlackSimulator extends ServedSimulator {
  /** The incoming webhook, secret part included. */
  readonly webhookUrl: string;
  /** The root of the Web API. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly signingSecret: string;
  readonly faults: Faults;
  /** Newest last, with replies in threads. */
  messages(): readonly PostedMessage[];
  /** What an admin or the people of the workspace do. */
  perform(operation: Operation): void;
  /** Somebody presses an element of a message: what the app's URL answered; undefined: there is none. */
  press(posted: PostedMessage, pressing: Pressing): Promise<number | undefined>;
}

interface SlackSimulatorOptions {
  readonly clock: Clock;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** File of the messages so far: with it, a restart still shows them. */
  readonly journalPath?: string;
  readonly channel?: string;
}

const hookPath = "/services/T0SAMPLE/B0SAMPLE/simulated-secret-of-the-hook";
const botToken = "xoxb-simulated-token-of-the-bot";
const signingSecret = "simulated-signing-secret";
/** Slack shows an error to whoever pressed when the app has not answered by then. */
const pressTimeoutMs = 3000;

/** Starts a Slack with one channel, an incoming webhook and a bot; `/` shows it as people would see it. */
export async function startSlackSimulator(options: SlackSimulatorOptions): Promise<SlackSimulator> {
  const { clock, channel = "#alignment" } = options;
  const faults = new Faults();
  const state = new SlackState();
  const operations = new Operations<Operation, PostedMessage | undefined>({
    schema: Operation,
    clock,
    journal: new Journal(options.journalPath),
    apply: (operation, at) => state.apply(operation, at),
    emit: () => undefined,
  });
  operations.replay();
  const sender = pressSender(clock, faults);
  const press = presser(state, sender, clock);

  const app = new Hono();
  app.route(
    "/",
    controlRoutes({
      faults,
      sender,
      perform: (operation) => operations.perform(operation),
      state: () => ({ messages: state.messages, interactivityUrl: state.interactivityUrl }),
    }),
  );
  app.use(requestFaults({ faults, clock, renderStatus }));
  app.route(
    "/api",
    webApiRoutes({ state, token: botToken, channel, perform: (one) => operations.perform(one) }),
  );
  app.route(
    "/",
    webhookRoutes(state, (message) => operations.perform({ kind: "post", message })),
  );
  app.route("/", pageRoutes({ state, channel, press, perform: (one) => operations.perform(one) }));

  const served = await serveSimulator({
    app,
    ...(options.port !== undefined && { port: options.port }),
  });
  return {
    ...served,
    close: async () => {
      await sender.stop();
      await served.close();
    },
    webhookUrl: `${served.url}${hookPath}`,
    apiUrl: `${served.url}/api`,
    botToken,
    signingSecret,
    faults,
    messages: () => state.messages,
    perform: (operation) => void operations.perform(operation),
    press,
  };
}

function renderStatus(status: number): {
  readonly body: string;
  readonly headers?: Record<string, string>;
} {
  return {
    body: status === 429 ? "rate_limited" : "server_error",
    ...(status === 429 && { headers: { "retry-after": "1" } }),
  };
}

function webhookRoutes(state: SlackState, post: (message: SlackMessage) => void): Hono {
  const app = new Hono();
  app.post(hookPath, async (c) => {
    if (state.isWebhookRemoved) return c.text("no_service", 404);
    if (state.isArchived) return c.text("channel_is_archived", 410);
    const message = await readMessage(c);
    if (message === undefined) return c.text("invalid_payload", 400);
    post(message);
    return c.text("ok");
  });
  app.post("/services/*", (c) => c.text("no_service", 404));
  return app;
}

interface PageDeps {
  readonly state: SlackState;
  readonly channel: string;
  readonly press: SlackSimulator["press"];
  readonly perform: (operation: Operation) => void;
}

/** The page, and what its forms do. */
function pageRoutes({ state, channel, press, perform }: PageDeps): Hono {
  const app = new Hono();
  app.get("/", (c) => c.html(messagesPage({ channel, state, said: c.req.query("said") })));
  app.post(`${controlPath}/page/press`, async (c) => {
    const form = await c.req.parseBody();
    const text = (name: string) => textIn(form, name);
    const posted = state.find(text("channel"), text("ts"));
    const choice = text("choice");
    const status = posted && (await press(posted, { actionId: text("action"), choice }));
    const said = status === undefined ? "The app did not answer" : `The app answered ${status}`;
    return c.redirect(`/?said=${encodeURIComponent(said)}`, 303);
  });
  app.post(`${controlPath}/page/interactivity`, async (c) => {
    const form = await c.req.parseBody();
    perform({ kind: "setInteractivity", url: textIn(form, "url").slice(0, 2000) });
    return c.redirect("/", 303);
  });
  return app;
}

function textIn(form: Readonly<Record<string, unknown>>, name: string): string {
  const value = form[name];
  return typeof value === "string" ? value : "";
}

async function readMessage(c: Context): Promise<SlackMessage | undefined> {
  try {
    return SlackMessage.safeParse(await c.req.json()).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What pressing does: the app's URL is called, and what it answered is what whoever pressed sees. */
function presser(state: SlackState, sender: WebhookSender, clock: Clock): SlackSimulator["press"] {
  let count = 0;
  return async (posted, pressing) => {
    count += 1;
    const to = { url: state.interactivityUrl, secret: signingSecret, now: clock.now(), count };
    const request = pressRequest(posted, pressing, to);
    if (!request || to.url === "") return undefined;
    sender.send(request);
    await sender.settle();
    return sender
      .deliveries()
      .findLast(({ id }) => id === request.id)
      ?.attempts.at(-1)?.status;
  };
}

/** A press is sent once: who pressed sees that it failed, and presses again. */
function pressSender(clock: Clock, faults: Faults): WebhookSender {
  const retry = { delayMs: () => undefined, isRetried: () => false, timeoutMs: pressTimeoutMs };
  return new WebhookSender({ clock, faults, signatureHeader: "X-Slack-Signature", retry });
}

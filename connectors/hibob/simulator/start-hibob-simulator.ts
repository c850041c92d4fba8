import { createHash, createHmac } from "node:crypto";

import { Hono } from "hono";
import { createMiddleware } from "hono/factory";

import { epochMsOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import { controlRoutes, RefusedOperation } from "#shared/testing/simulator/control.ts";
import { Faults } from "#shared/testing/simulator/faults.ts";
import { Journal } from "#shared/testing/simulator/journal.ts";
import { Operations } from "#shared/testing/simulator/operations.ts";
import { requestFaults } from "#shared/testing/simulator/request-faults.ts";
import type { ServedSimulator } from "#shared/testing/simulator/serve.ts";
import { serveSimulator } from "#shared/testing/simulator/serve.ts";
import type { DeliveryRecord } from "#shared/testing/simulator/webhook-sender.ts";
import { WebhookSender } from "#shared/testing/simulator/webhook-sender.ts";

import { companyRoutes } from "./company-routes.ts";
import { applyOperation, HibobOperation } from "./operations.ts";
import type { HibobEvent } from "./operations.ts";
import { peopleRoutes } from "./people-routes.ts";
import type { HibobSeedInput } from "./seed.ts";
import { HibobState } from "./state.ts";

interface HibobSimulatorOptions {
  readonly seed: HibobSeedInput;
  readonly clock: Clock;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** File of what changed since the seed: with it, a restart continues where it was. */
  readonly journalPath?: string;
  /** Multiplies the waits between webhook retries. */
  readonly timeScale?: number;
  /** Requests a minute to one endpoint; 50, the documented number of the search, by default. */
  readonly requestsPerMinute?: number;
}

export interface HibobSimulator extends ServedSimulator {
  readonly state: HibobState;
  readonly faults: Faults;
  /** Performs an operation and sends its webhooks. */
  perform(operation: unknown): void;
  /** What an admin does in HiBob: it tries the target, and shows the secret where that answers 200. */
  addWebhook(url: string): Promise<string>;
  deliveries(): readonly DeliveryRecord[];
  /** Resolves when no webhook is waiting or under way. */
  settle(): Promise<void>;
}

/** Starts a HiBob company with the given content on 127.0.0.1. */
export async function startHibobSimulator(options: HibobSimulatorOptions): Promise<HibobSimulator> {
  // Of the search: https://apidocs.hibob.com/docs/rate-limit, 2026-11; those of other endpoints differ.
  const { clock, requestsPerMinute = 50 } = options;
  const state = new HibobState(options.seed);
  const faults = new Faults();
  const sender = senderOf(options, faults);
  const operations = new Operations<HibobOperation, readonly HibobEvent[]>({
    schema: HibobOperation,
    clock,
    journal: new Journal(options.journalPath),
    apply: (operation, at) => applyOperation(state, operation, at),
    emit: (events) => tell(state, sender, events),
  });
  operations.replay();
  const perform = (operation: unknown) => void operations.perform(operation);
  const addWebhook = async (url: string) => {
    await assertAnswersPing(sender, url);
    const secret = createHash("sha256").update(`secret of ${url}`).digest("base64url");
    perform({ kind: "addWebhook", url, secret });
    return secret;
  };

  const app = new Hono();
  const act = (operation: unknown) => perform(operation);
  app.route("/", controlRoutes({ faults, sender, perform: act, state: () => state.toJson() }));
  app.use(requestFaults({ faults, clock, renderStatus: () => ({ body: { error: "fault" } }) }));
  app.use("/v1/*", serviceUserCheck(state), rateLimit(clock, requestsPerMinute));
  app.route("/v1", peopleRoutes(state, clock));
  app.route("/v1", companyRoutes(state));
  // What is no path of the API is answered by the web application.
  app.get("/*", (c) => c.html("<!doctype html><title>HiBob</title>"));

  const served = await serveSimulator({
    app,
    ...(options.port !== undefined && { port: options.port }),
  });
  return {
    ...served,
    state,
    faults,
    perform,
    addWebhook,
    deliveries: () => sender.deliveries(),
    settle: () => sender.settle(),
    close: async () => {
      await sender.stop();
      await served.close();
    },
  };
}

/** Basic authentication of the service user. */
function serviceUserCheck({ seed }: HibobState) {
  const right = Buffer.from(`${seed.serviceUserId}:${seed.serviceUserToken}`).toString("base64");
  return createMiddleware(async (c, next) => {
    if (c.req.header("authorization") !== `Basic ${right}`) return c.json({ error: "auth" }, 401);
    await next();
    return undefined;
  });
}

/** Counts by minute and endpoint, and says so in each answer. */
function rateLimit(clock: Clock, requestsPerMinute: number) {
  const counts = new Map<string, number>();
  return createMiddleware(async (c, next) => {
    const minute = Math.floor(clock.nowMs() / 60_000);
    const endpoint = `${minute} ${c.req.method} ${c.req.path.replace(/\/\d+$/u, "")}`;
    const count = (counts.get(endpoint) ?? 0) + 1;
    counts.set(endpoint, count);
    const headers = {
      "X-RateLimit-Limit": String(requestsPerMinute),
      "X-RateLimit-Remaining": String(Math.max(0, requestsPerMinute - count)),
      "X-RateLimit-Reset": String((minute + 1) * 60),
    };
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    if (count > requestsPerMinute) return c.json({ error: "Too Many Requests" }, 429);
    await next();
    return undefined;
  });
}

/** Retries over three days (https://apidocs.hibob.com/docs/working-with-webhooks, 2026-11). */
const retryMinutes = [1, 10, 60, 6 * 60, 24 * 60, 41 * 60];

function senderOf({ clock, timeScale = 1 }: HibobSimulatorOptions, faults: Faults): WebhookSender {
  return new WebhookSender({
    clock,
    faults,
    timeScale,
    signatureHeader: "Bob-Signature",
    retry: {
      timeoutMs: 10_000,
      delayMs: (retry) => {
        const minutes = retryMinutes[retry - 1];
        return minutes === undefined ? undefined : minutes * 60_000;
      },
      isRetried: (status) => status === undefined || status >= 400,
    },
  });
}

function tell(state: HibobState, sender: WebhookSender, events: readonly HibobEvent[]): void {
  for (const { type, at, data } of events) {
    const body = JSON.stringify({
      companyId: state.seed.companyId,
      type,
      triggeredBy: "system",
      // Without a zone, in microseconds, as HiBob writes it.
      triggeredAt: at.replace("Z", "000"),
      version: "v2",
      data,
    });
    for (const { url, secret } of state.webhooks.values()) {
      sender.send({
        id: createHash("sha256")
          .update(`${url} ${epochMsOf(at)} ${body}`)
          .digest("hex"),
        event: type,
        url,
        headers: {
          "Content-Type": "application/json",
          "Bob-Signature": createHmac("sha512", secret).update(body).digest("base64"),
        },
        body,
      });
    }
  }
}

/** First as a text, then as JSON, neither of them signed. */
async function assertAnswersPing(sender: WebhookSender, url: string): Promise<void> {
  const attempts = [
    { body: "Ping test", type: "text/plain" },
    { body: JSON.stringify({ text: "Ping test" }), type: "application/json" },
  ];
  for (const { body, type } of attempts) {
    const headers = { "Content-Type": type };
    const { status } = await sender.call({ id: "ping", event: "ping", url, headers, body });
    if (status === 200) return;
  }
  throw new RefusedOperation("the target does not answer the test with 200");
}

import { Hono } from "hono";

import type { Clock } from "#shared/ports/clock.ts";
import { controlRoutes, RefusedOperation } from "#shared/testing/simulator/control.ts";
import { Faults } from "#shared/testing/simulator/faults.ts";
import { Journal } from "#shared/testing/simulator/journal.ts";
import { Operations } from "#shared/testing/simulator/operations.ts";
import { controlPath, requestFaults } from "#shared/testing/simulator/request-faults.ts";
import { type ServedSimulator, serveSimulator } from "#shared/testing/simulator/serve.ts";
import type { DeliveryRecord } from "#shared/testing/simulator/webhook-sender.ts";

import { Answers } from "./answers.ts";
import { apiPath, apiRoutes } from "./api.ts";
import { oauthRoutes } from "./oauth-routes.ts";
import { AsanaCommand, type AsanaEffect, applyOperation } from "./operations.ts";
import { pageRoutes } from "./page-routes.ts";
import { Records } from "./records.ts";
import { type AsanaLimits, RequestLimits } from "./request-limits.ts";
import { type AsanaStatistics, RequestStatistics } from "./request-statistics.ts";
import type { AsanaSeed } from "./seed.ts";
import { AsanaState } from "./state.ts";
import { AsanaRefusal, errorBody, tooManyRequests } from "./vendor-error.ts";
import { currentViewer } from "./viewer.ts";
import { WebhookDelivery } from "./webhook-delivery.ts";

export interface AsanaSimulatorOptions {
  readonly seed: AsanaSeed;
  readonly clock: Clock;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** File of what changed since the seed: with it, a restart continues where it was. */
  readonly journalPath?: string;
  /** How long a paging offset is good. Asana does not say; minutes by experience. */
  readonly offsetLifeMs?: number;
  /** Multiplies the waits between webhook retries. */
  readonly timeScale?: number;
  /** None by default; `freePlanLimits` and `paidPlanLimits` are Asana's own. */
  readonly limits?: AsanaLimits;
  /** How long each answer of the API takes, on the clock. Default 0. */
  readonly latencyMs?: number;
  /** How long search does not see a change. Asana says 10 to 60 seconds; default 10. */
  readonly searchLagMs?: number;
}

export interface AsanaSimulator extends ServedSimulator {
  /** What a connection's `baseUrl` must be: `http://127.0.0.1:43017/api/1.0`. */
  readonly apiUrl: string;
  readonly state: AsanaState;
  readonly faults: Faults;
  /** Performs an operation, sends its webhooks, answers the gid it made or changed. */
  readonly perform: (operation: unknown) => { readonly gid: string };
  /** What was asked of the API since the start, or since `resetStatistics`. */
  readonly statistics: () => AsanaStatistics;
  readonly resetStatistics: () => void;
  readonly setLimits: (limits: AsanaLimits) => void;
  readonly deliveries: () => readonly DeliveryRecord[];
  /** Resolves when no webhook is waiting or under way. */
  readonly settle: () => Promise<void>;
}

const defaultOffsetLifeMs = 15 * 60_000;

/** Starts an Asana with the given content on 127.0.0.1. */
export async function startAsanaSimulator(options: AsanaSimulatorOptions): Promise<AsanaSimulator> {
  const { clock } = options;
  const state = new AsanaState(options.seed);
  const faults = new Faults();
  const limits = new RequestLimits(clock, options.limits ?? {});
  const statistics = new RequestStatistics();
  const { latencyMs = 0, searchLagMs = 10_000 } = options;
  let url = "";
  const records = new Records(state, () => url);
  const answers = new Answers(records, clock, options.offsetLifeMs ?? defaultOffsetLifeMs);
  const deliver = new WebhookDelivery({
    state,
    clock,
    faults,
    timeScale: options.timeScale ?? 1,
    onDead: (gid) => perform({ kind: "deleteWebhook", gid }),
  });
  const operations = new Operations<AsanaCommand, AsanaEffect>({
    schema: AsanaCommand,
    clock,
    journal: new Journal(options.journalPath),
    apply: (operation, at) => applyOperation(state, operation, at),
    emit: ({ events }) => deliver.events(events),
  });
  // Every operation answers a gid.
  const perform = (input: unknown) =>
    operations.perform(signed(input)).result as { readonly gid: string };
  operations.replay();

  const app = new Hono();
  app.route(
    "/",
    controlRoutes({
      faults,
      sender: deliver.sender,
      perform: refusable(perform),
      state: () => state.toJson(),
    }),
  );
  app.get(`${controlPath}/statistics`, (c) => c.json(statistics.report(limits.underWayMax)));
  app.use(statistics.counting(apiPath));
  app.use(requestFaults({ faults, clock, renderStatus: (status) => renderStatus(status) }));
  app.route(
    "/",
    apiRoutes({
      state,
      answers,
      clock,
      deliver,
      perform,
      searchLagMs,
      limits,
      statistics,
      latencyMs,
    }),
  );
  app.route("/", oauthRoutes({ state, clock, perform }));
  app.route("/", pageRoutes({ state, records }, perform));

  const served = await serveSimulator({
    app,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  ({ url } = served);
  const stopping = new AbortController();
  const beating = deliver.beat(stopping.signal);
  return {
    ...served,
    apiUrl: `${served.url}${apiPath}`,
    state,
    faults,
    perform,
    statistics: () => statistics.report(limits.underWayMax),
    resetStatistics: () => statistics.reset(),
    setLimits: (changed) => limits.set(changed),
    deliveries: () => deliver.sender.deliveries(),
    settle: () => deliver.sender.settle(),
    close: async () => {
      stopping.abort();
      await deliver.sender.stop();
      await beating;
      await served.close();
    },
  };
}

/** Who asked through the API did what is done; the journal keeps it. */
function signed(input: unknown): unknown {
  const viewer = currentViewer();
  return viewer && typeof input === "object" ? { by: viewer.user, ...input } : input;
}

/** The control API answers a refusal with 409 instead of failing. */
function refusable(perform: (input: unknown) => unknown): (input: unknown) => unknown {
  return (input) => {
    try {
      return perform(input);
    } catch (error) {
      if (error instanceof AsanaRefusal) throw new RefusedOperation(error.message);
      throw error;
    }
  };
}

function renderStatus(status: number): { body: unknown; headers: Record<string, string> } {
  if (status === 429) {
    return { body: errorBody(tooManyRequests), headers: { "retry-after": "30" } };
  }
  if (status >= 500) {
    const body = { errors: [{ message: "Server Error", phrase: "6 sad squid snuggle softly" }] };
    return { body, headers: {} };
  }
  return { body: errorBody(status === 402 ? "Payment Required" : "Refused"), headers: {} };
}

import { Hono } from "hono";
import type * as z from "zod";

import type { Clock } from "#shared/ports/clock.ts";
import { controlRoutes } from "#shared/testing/simulator/control.ts";
import { Faults } from "#shared/testing/simulator/faults.ts";
import { Journal } from "#shared/testing/simulator/journal.ts";
import { Operations } from "#shared/testing/simulator/operations.ts";
import { requestFaults } from "#shared/testing/simulator/request-faults.ts";
import { type ServedSimulator, serveSimulator } from "#shared/testing/simulator/serve.ts";
import { WebhookSender } from "#shared/testing/simulator/webhook-sender.ts";

import { identify, type JiraEnv } from "./access.ts";
import { answerErrors, renderStatus } from "./answers.ts";
import { applyOperation, type Effect } from "./apply-operation.ts";
import { burstLimit } from "./burst-limit.ts";
import { dynamicWebhookRoutes } from "./dynamic-webhooks/dynamic-webhook-routes.ts";
import { pathOnSite } from "./gateway.ts";
import { loadSeed } from "./load-seed.ts";
import { oauthRoutes } from "./oauth/oauth-routes.ts";
import { JiraOperation } from "./operation.ts";
import { pageRoutes } from "./pages/page-routes.ts";
import { type PointsOptions, pointsQuota } from "./points-quota.ts";
import { changelogRoutes } from "./routes/changelog-routes.ts";
import { commentRoutes } from "./routes/comment-routes.ts";
import { issueRoutes } from "./routes/issue-routes.ts";
import { linkRoutes } from "./routes/link-routes.ts";
import { projectRoutes } from "./routes/project-routes.ts";
import { propertyRoutes } from "./routes/property-routes.ts";
import { remoteLinkRoutes } from "./routes/remote-link-routes.ts";
import { searchRoutes } from "./routes/search-routes.ts";
import { siteRoutes } from "./routes/site-routes.ts";
import { statusRoutes } from "./routes/status-routes.ts";
import { webhookRoutes } from "./routes/webhook-routes.ts";
import type { JiraSeedInput } from "./seed.ts";
import type { Site } from "./site.ts";
import { snapshot } from "./snapshot.ts";
import type { JiraState } from "./state.ts";
import { RequestCounter, type Statistics } from "./statistics.ts";
import { retryPlan, sendWebhooks, signatureHeader } from "./webhooks.ts";
import { writeLimit } from "./write-limit.ts";

export interface JiraSimulatorOptions {
  readonly seed: JiraSeedInput;
  readonly clock: Clock;
  /** Default: a free one. */
  readonly port?: number;
  /** Where what happened since the seed is kept; absent: nowhere. */
  readonly journalPath?: string;
  /** Multiplies the minutes between webhook retries. Default 1. */
  readonly timeScale?: number;
  /** Multiplies the limits per second and per issue. Default 1: what Jira documents. */
  readonly burstFactor?: number;
  /** The hourly quota. Default: none. */
  readonly points?: PointsOptions;
  /** How long each REST call takes at least. Default 0. */
  readonly latencyMs?: number;
  /** The clock that `latencyMs` passes on. Default: the site's. */
  readonly latencyClock?: Clock;
  /** How far search is behind, in milliseconds of the clock. Reads by id are always fresh. Default 0. */
  readonly indexLagMs?: number;
  /** The most rows that a page of search has; Jira gives fewer than asked for as it likes. Default: none. */
  readonly pageRowsMax?: number;
  /** Seed of the randomness in retries. */
  readonly randomSeed?: number;
}

/** A running simulated Jira site. `url` is the base URL for clients and for browsers. */
export interface JiraSimulator extends ServedSimulator {
  readonly faults: Faults;
  readonly sender: WebhookSender;
  /** Read it, for assertions; change it through `perform`. */
  readonly state: JiraState;
  /** Changes the site and sends the webhooks; throws `Refusal` on what Jira would refuse. */
  perform(operation: z.input<typeof JiraOperation>): Effect;
  /** What was asked since the start or the last reset. */
  statistics(): Statistics;
  resetStatistics(): void;
}

/** Starts a simulated Jira Cloud site on 127.0.0.1, at the state that its journal says. */
export async function startJiraSimulator(options: JiraSimulatorOptions): Promise<JiraSimulator> {
  const { clock, timeScale = 1, randomSeed = 1 } = options;
  const state = loadSeed(options.seed);
  state.store.lagMs = options.indexLagMs ?? 0;
  state.pageRowsMax = options.pageRowsMax ?? state.pageRowsMax;
  const faults = new Faults();
  const retry = retryPlan(randomSeed);
  const sender = new WebhookSender({ clock, faults, retry, signatureHeader, timeScale });
  const operations = new Operations({
    schema: JiraOperation,
    clock,
    journal: new Journal(options.journalPath),
    apply: (operation, at) => applyOperation(state, operation, at),
    emit: (effect: Effect) => sendWebhooks({ state, sender, clock }, effect),
  });
  operations.replay();
  const perform = (operation: unknown) => operations.perform(operation);
  state.pageTokens.beforeUse = () => {
    if (faults.takeForCursor("page")) perform({ kind: "expirePageTokens" });
  };
  const counter = new RequestCounter();
  const app = jiraApp({ state, clock, perform }, { faults, sender, counter, options });
  const port = options.port ?? 0;
  const served = await serveSimulator({ app: { fetch: app.fetch }, port });
  state.baseUrl = served.url;
  const close = async () => {
    await sender.stop();
    await served.close();
  };
  const statistics = () => counter.read();
  const resetStatistics = () => counter.reset();
  return { ...served, faults, sender, state, perform, statistics, resetStatistics, close };
}

const allRoutes = [
  siteRoutes,
  projectRoutes,
  statusRoutes,
  searchRoutes,
  changelogRoutes,
  linkRoutes,
  remoteLinkRoutes,
  commentRoutes,
  propertyRoutes,
  issueRoutes,
  webhookRoutes,
  dynamicWebhookRoutes,
];

interface Parts {
  readonly faults: Faults;
  readonly sender: WebhookSender;
  readonly counter: RequestCounter;
  readonly options: JiraSimulatorOptions;
}

function jiraApp(site: Site, { faults, sender, counter, options }: Parts): Hono<JiraEnv> {
  const { state, clock } = site;
  const { burstFactor, points, latencyMs = 0, latencyClock = clock } = options;
  const app = new Hono<JiraEnv>({ getPath: pathOnSite });
  answerErrors(app);
  app.route(
    "/",
    controlRoutes({
      faults,
      sender,
      perform: (operation) => site.perform(JiraOperation.parse(operation)).result,
      state: () => snapshot(state),
    }),
  );
  app.use(counter.middleware());
  app.use(requestFaults({ faults, clock, renderStatus }));
  app.route("/", pageRoutes(site));
  app.route("/", oauthRoutes(site));
  if (latencyMs > 0) {
    app.use("/rest/*", async (_, next) => {
      await latencyClock.sleep(latencyMs);
      await next();
    });
  }
  app.use("/rest/*", burstLimit(clock, burstFactor), identify(site));
  if (points)
    app.use(
      "/rest/*",
      pointsQuota(clock, points, (cost) => counter.charge(cost)),
    );
  app.use("/rest/*", writeLimit(state, clock, burstFactor));
  for (const routes of allRoutes) app.route("/", routes(site));
  return app;
}

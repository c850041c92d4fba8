import { Hono } from "hono";

import { controlRoutes, RefusedOperation } from "#shared/testing/simulator/control.ts";
import type { Faults } from "#shared/testing/simulator/faults.ts";
import { controlPath, requestFaults } from "#shared/testing/simulator/request-faults.ts";

import { type Api, apiPath, apiRoutes } from "./api.ts";
import { oauthRoutes } from "./oauth-routes.ts";
import { pageRoutes } from "./page-routes.ts";
import type { Records } from "./records.ts";
import { AsanaRefusal, errorBody, tooManyRequests } from "./vendor-error.ts";

/** Everything that a simulated Asana answers: control API, REST API, authorization, pages. */
export function simulatorApp(api: Api, { faults, records }: { faults: Faults; records: Records }) {
  const { state, clock, deliver, perform, limits, statistics } = api;
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
  app.route("/", apiRoutes(api));
  app.route("/", oauthRoutes({ state, clock, perform }));
  app.route("/", pageRoutes({ state, records }, perform));
  return app;
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

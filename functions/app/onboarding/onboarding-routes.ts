import * as z from "zod";

import { ConnectionId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { probeRefusals } from "../connections/connection-routes.ts";
import { loadConnection } from "../connections/load-connection.ts";
import { inTime } from "../connections/probe.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { DiscoveryAnswer, discover } from "./discover.ts";
import { DryRunAnswer, dryRun } from "./dry-run.ts";

const topic = "Setting up a connection";
const params = z.strictObject({ id: ConnectionId });

/** What a connection shows of its tool before anything of it is stored. */
export function onboardingRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/api/connections/{id}/discovery",
      topic,
      summary: "What the account may do, what there is to choose, and what we would suggest",
      params,
      answer: DiscoveryAnswer,
      refusals: ["entity.not-found", ...probeRefusals],
      run: async ({ params }) => discover(context, await loadConnection(context, params.id)),
    }),
    defineRoute({
      method: "post",
      path: "/api/connections/{id}/dry-run",
      topic,
      summary: "Read a sample and say what would become of it; nothing is stored",
      params,
      answer: DryRunAnswer,
      refusals: ["entity.not-found", ...probeRefusals],
      run: async ({ params }) => {
        const connection = await loadConnection(context, params.id);
        const connector = context.registry.get(connection.connector);
        return inTime(context, connector, dryRun(context, connection));
      },
    }),
  ];
}

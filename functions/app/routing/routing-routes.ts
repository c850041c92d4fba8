import * as z from "zod";

import { AlertId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { RouteAnswer, RouteQuery, RoutingAnswer, RoutingChange } from "./routing-answers.ts";
import { describeRouting, routeOfAlert, routeOfTeams, saveRouting } from "./routing.ts";

const topic = "Routing";

/** Who hears of alerts, when and how often. */
export function routingRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/api/routing",
      topic,
      summary: "Who hears of alerts, when and how often",
      answer: RoutingAnswer,
      run: () => describeRouting(context),
    }),
    defineRoute({
      method: "put",
      path: "/api/routing",
      topic,
      summary: "Set the routing whole",
      body: RoutingChange,
      answer: RoutingAnswer,
      refusals: ["entity.conflict"],
      run: async ({ body }) => {
        await saveRouting(context, body);
        return describeRouting(context);
      },
    }),
    defineRoute({
      method: "get",
      path: "/api/routing/preview",
      topic,
      summary: "Who would hear of an alert of these teams, when and why",
      query: RouteQuery,
      answer: RouteAnswer,
      run: ({ query }) => routeOfTeams(context, query.teams),
    }),
    defineRoute({
      method: "get",
      path: "/api/alerts/{id}/route",
      topic,
      summary: "Who would hear of this alert, when and why, as things stand now",
      params: z.strictObject({ id: AlertId }),
      answer: RouteAnswer,
      refusals: ["entity.not-found"],
      run: ({ params: { id } }) => routeOfAlert(context, id),
    }),
  ];
}

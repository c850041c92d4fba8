import * as z from "zod";

import type { AppContext } from "../app-deps.ts";
import { next } from "../http/paging.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { ProblemsQuery, listProblems } from "./list-problems.ts";
import { OrgQuery, listDeliveryTeams, readOrg } from "./list-units.ts";
import { OrgAnswer, ProblemAnswer, UnitAnswer } from "./org-answers.ts";
import { PreviewAnswer } from "./preview-answers.ts";
import { PreviewQuery, readPreview } from "./preview.ts";
import { previewUploadedOrg } from "./upload-preview.ts";

const topic = "Organisation";
const total = z.int().nonnegative();

/** The organisation of any day, what does not add up in it, and what another one would do. */
export function orgRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/api/org",
      topic,
      summary: "One level of the organisation as of a day; counts of five people and more",
      query: OrgQuery,
      answer: OrgAnswer,
      refusals: ["entity.not-found"],
      run: ({ query }) => readOrg(context, query),
    }),
    defineRoute({
      method: "get",
      path: "/api/org/delivery-teams",
      topic,
      summary: "Delivery teams beside a unit, or those that stand alone",
      query: OrgQuery,
      answer: z.strictObject({ total, teams: z.array(UnitAnswer), next }),
      refusals: ["entity.not-found"],
      run: ({ query }) => listDeliveryTeams(context, query),
    }),
    defineRoute({
      method: "get",
      path: "/api/org/problems",
      topic,
      summary: "What does not add up in the organisation, edge by edge",
      query: ProblemsQuery,
      answer: z.strictObject({ total, problems: z.array(ProblemAnswer), next }),
      run: ({ query }) => listProblems(context, query),
    }),
    defineRoute({
      method: "get",
      path: "/api/org/preview",
      topic,
      summary: "What the organisation of another day does to goals, dependencies, alerts and work",
      query: PreviewQuery,
      answer: PreviewAnswer,
      run: ({ query }) => readPreview(context, query),
    }),
    defineRoute({
      method: "get",
      path: "/api/uploads/{id}/reorg",
      topic,
      summary: "What an uploaded file of people or teams would do to them, if it were applied",
      params: z.strictObject({ id: z.string().max(60) }),
      query: PreviewQuery,
      answer: PreviewAnswer,
      refusals: ["entity.not-found", "entity.conflict"],
      run: async ({ params, query }) =>
        (await previewUploadedOrg(context, params.id, query)).preview,
    }),
  ];
}

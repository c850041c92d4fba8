import * as z from "zod";

import { GoalId, WorkItemId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { next, untoldOfFew } from "../http/paging.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { describeLink } from "./describe-edges.ts";
import { GoalDetail, GoalTreeAnswer, listGoals, readGoal } from "./goal-answers.ts";
import { LinkEnds, NewLink, createLink, removeLink } from "./links.ts";
import { WorkItemsQuery, listWorkItems } from "./list-work-items.ts";
import { WorkItemDetail, readWorkItem } from "./read-work-item.ts";
import { LinkAnswer, SourceAnswer, WorkItemAnswer } from "./work-answers.ts";

const asOf = z.string().meta({ description: "When the graph was read that this answer rests on" });

/** Work, goals, and what connects them. */
export function workRoutes(context: AppContext): readonly Route[] {
  return [...itemRoutes(context), ...linkRoutes(context), ...goalRoutes(context)];
}

function itemRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/api/work-items",
      topic: "Work",
      summary: "Work items with their verdicts, filtered and paged",
      query: WorkItemsQuery,
      answer: z.strictObject({
        asOf,
        total: untoldOfFew,
        items: z.array(WorkItemAnswer),
        sources: z.array(SourceAnswer),
        next,
      }),
      run: ({ query }) => listWorkItems(context, query),
    }),
    defineRoute({
      method: "get",
      path: "/api/work-items/{id}",
      topic: "Work",
      summary:
        "One work item: its line of sight as an ordered path, its dependencies, goals and links",
      params: z.strictObject({ id: WorkItemId }),
      answer: WorkItemDetail,
      refusals: ["entity.not-found"],
      run: ({ params }) => readWorkItem(context, params.id),
    }),
  ];
}

function linkRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/api/links",
      topic: "Work",
      summary: "State that a work item or a goal serves a goal",
      body: NewLink,
      status: 201,
      answer: LinkAnswer,
      refusals: ["entity.not-found"],
      run: async ({ body }) => {
        const link = await createLink(context, body);
        const { graph } = await context.snapshots.read();
        return describeLink(graph, link, context.clock.now());
      },
    }),
    defineRoute({
      method: "delete",
      path: "/api/links",
      topic: "Work",
      summary: "Take back a link that a person stated",
      query: LinkEnds,
      answer: z.strictObject({ removed: z.literal(true) }),
      refusals: ["entity.not-found"],
      run: async ({ query }) => {
        await removeLink(context, query);
        return { removed: true as const };
      },
    }),
  ];
}

function goalRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/api/goals",
      topic: "Work",
      summary: "The goal tree, with how much work serves each goal",
      answer: z.strictObject({
        asOf,
        goals: z.array(GoalTreeAnswer),
        sources: z.array(SourceAnswer),
      }),
      run: () => listGoals(context),
    }),
    defineRoute({
      method: "get",
      path: "/api/goals/{id}",
      topic: "Work",
      summary: "One goal: what is above and below it, and what links to it",
      params: z.strictObject({ id: GoalId }),
      answer: GoalDetail,
      refusals: ["entity.not-found"],
      run: ({ params }) => readGoal(context, params.id),
    }),
  ];
}

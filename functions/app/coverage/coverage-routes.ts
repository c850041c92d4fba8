import * as z from "zod";

import { orgVersionKey } from "#shared/store/keys.ts";

import type { AppContext } from "../app-deps.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { CoverageAnswer, readCoverage } from "./coverage.ts";
import { DeadLetterAnswer, Redrive, listDeadLetters, redrive } from "./dead-letters.ts";

const topic = "Coverage";

/** What the hub sees and does not see, what died, and whether it lives. */
export function coverageRoutes(context: AppContext): readonly Route[] {
  return [
    healthRoute(context),
    defineRoute({
      method: "get",
      path: "/api/coverage",
      topic,
      summary: "Verdicts by team and connection, gaps, unmatched accounts, refused deliveries",
      answer: CoverageAnswer,
      run: () => readCoverage(context),
    }),
    defineRoute({
      method: "get",
      path: "/api/dead-letters",
      topic,
      summary: "Messages that failed for good, without their content",
      answer: z.strictObject({ deadLetters: z.array(DeadLetterAnswer) }),
      run: async () => ({ deadLetters: await listDeadLetters(context) }),
    }),
    defineRoute({
      method: "post",
      path: "/api/dead-letters/redrive",
      topic,
      summary: "Put dead letters back into their queues",
      body: Redrive,
      status: 202,
      answer: z.strictObject({ moved: z.int() }),
      run: async ({ body }) => ({ moved: await redrive(context, body.queue) }),
    }),
  ];
}

function healthRoute(context: AppContext): Route {
  return defineRoute({
    method: "get",
    path: "/api/health",
    topic,
    summary: "Whether the hub lives; needs no token",
    answer: z.strictObject({
      status: z.literal("ok"),
      at: z.string(),
      host: z.record(z.string(), z.json()).optional(),
    }),
    refusals: ["store.unavailable"],
    run: async () => {
      await context.table.get(orgVersionKey);
      const host = await context.host?.();
      return {
        status: "ok" as const,
        at: context.clock.now(),
        ...(host && {
          host: structuredClone(host) as Record<string, z.input<ReturnType<typeof z.json>>>,
        }),
      };
    },
  });
}

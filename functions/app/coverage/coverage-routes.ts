import * as z from "zod";

import { AccountId } from "#shared/model/ids.ts";
import { orgVersionKey } from "#shared/store/keys.ts";

import type { AppContext } from "../app-deps.ts";
import { next } from "../http/paging.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import {
  AccountAnswer,
  AccountsQuery,
  MatchChange,
  listAccounts,
  matchAccount,
  unmatchAccount,
} from "./accounts.ts";
import { CoverageAnswer, readCoverage } from "./coverage.ts";
import { DeadLetterAnswer, Redrive, listDeadLetters, redrive } from "./dead-letters.ts";

const topic = "Coverage";
const params = z.strictObject({ id: AccountId });

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
    ...accountRoutes(context),
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

function accountRoutes(context: AppContext): readonly Route[] {
  const path = "/api/accounts/{id}/match";
  return [
    defineRoute({
      method: "get",
      path: "/api/accounts",
      topic,
      summary: "Logins of the tools, those without a person first asked for",
      query: AccountsQuery,
      answer: z.strictObject({ total: z.int(), accounts: z.array(AccountAnswer), next }),
      run: ({ query }) => listAccounts(context, query),
    }),
    defineRoute({
      method: "put",
      path,
      topic,
      summary: "State whose account it is",
      params,
      body: MatchChange,
      answer: AccountAnswer,
      refusals: ["entity.not-found"],
      run: ({ params, body }) => matchAccount(context, params.id, body.personId),
    }),
    defineRoute({
      method: "delete",
      path,
      topic,
      summary: "Take that back: mail addresses decide again",
      params,
      answer: AccountAnswer,
      refusals: ["entity.not-found"],
      run: ({ params }) => unmatchAccount(context, params.id),
    }),
  ];
}

import * as z from "zod";

import { RuleName } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { BackTestAnswer, BackTestRequest } from "./back-test-answers.ts";
import { runBackTest } from "./run-back-test.ts";

export function backTestRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/api/rules/{name}/back-test",
      topic: "Rules",
      summary: "What a rule would have raised in the last days, as it is set or as it would be",
      params: z.strictObject({ name: RuleName }),
      body: BackTestRequest,
      answer: BackTestAnswer,
      refusals: ["entity.not-found", "input.too-large"],
      run: ({ params, body }) => runBackTest(context, params.name, body),
    }),
  ];
}

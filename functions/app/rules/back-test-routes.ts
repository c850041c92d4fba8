import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { isCustomRule } from "#shared/model/custom-rule.ts";
import { RuleName } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { BackTestAnswer, BackTestRequest, PatternBackTestRequest } from "./back-test-answers.ts";
import { runBackTest } from "./run-back-test.ts";
import { runPatternBackTest } from "./run-pattern-back-test.ts";

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
      run: ({ params: { name }, body }) => {
        if (!isCustomRule(name)) return runBackTest(context, name, body);
        const { options: _none, ...request } = refuseOptions(body);
        return runPatternBackTest(context, { ...request, id: name });
      },
    }),
    defineRoute({
      method: "post",
      path: "/api/custom-rules/back-test",
      topic: "Custom rules",
      summary: "What an event pattern would have raised in the last days. Nothing is saved",
      body: PatternBackTestRequest,
      answer: BackTestAnswer,
      refusals: ["entity.not-found", "input.too-large"],
      run: ({ body }) => runPatternBackTest(context, body),
    }),
  ];
}

/** A custom rule has none: its pattern is all there is. */
function refuseOptions(body: BackTestRequest): BackTestRequest {
  if (Object.keys(body.options ?? {}).length === 0) return body;
  const message =
    "A custom rule has no options. To try another pattern, see /api/custom-rules/back-test";
  throw new HubError("input.invalid", message, { issues: [{ path: "options", message }] });
}

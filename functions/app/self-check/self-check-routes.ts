import * as z from "zod";

import type { AppContext } from "../app-deps.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { askForSelfCheck, readSelfChecks } from "./ask-self-check.ts";
import { SelfCheckRun } from "./self-check-answers.ts";

const topic = "Self-check";

/** Whether what is stored is what a fresh look at everything says, and the way to look now. */
export function selfCheckRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/api/self-check",
      topic,
      summary:
        "The latest self-checks: what was looked at, what had to be mended, what cannot be read",
      answer: z.strictObject({ runs: z.array(SelfCheckRun) }),
      run: async () => ({ runs: await readSelfChecks(context) }),
    }),
    defineRoute({
      method: "post",
      path: "/api/self-check",
      topic,
      summary: "Check everything now; while a check is under way, that one is the answer",
      status: 202,
      answer: SelfCheckRun,
      run: () => askForSelfCheck(context),
    }),
  ];
}

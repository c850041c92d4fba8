import type { Hono } from "hono";

import type { AppContext } from "../app-deps.ts";
import { noticeOf, readForm, withNotice } from "../page/page-input.ts";
import { coveragePage } from "./coverage-page.ts";
import { readCoverage } from "./coverage.ts";
import { listDeadLetters, redrive } from "./dead-letters.ts";

/** The pages about what the hub sees, and the forms that help it see more. */
export function serveCoveragePages(app: Hono, context: AppContext): void {
  app.get("/coverage", async (c) => {
    const [coverage, deadLetters] = await Promise.all([
      readCoverage(context),
      listDeadLetters(context),
    ]);
    return c.html(coveragePage({ coverage, deadLetters, notice: noticeOf(c) }));
  });

  app.post("/dead-letters/redrive", async (c) => {
    await redrive(context, (await readForm(c))["queue"]);
    return c.redirect(withNotice("/coverage", "redriven"), 303);
  });
}

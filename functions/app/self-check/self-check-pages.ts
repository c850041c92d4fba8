import type { Hono } from "hono";

import type { AppContext } from "../app-deps.ts";
import { noticeOf, withNotice } from "../page/page-input.ts";
import { askForSelfCheck, readSelfChecks } from "./ask-self-check.ts";
import { selfCheckPage } from "./self-check-page.ts";

/** The page of the self-check, and its button. */
export function serveSelfCheckPages(app: Hono, context: AppContext): void {
  app.get("/self-check", async (c) =>
    c.html(selfCheckPage(await readSelfChecks(context), noticeOf(c))),
  );

  app.post("/self-check", async (c) => {
    await askForSelfCheck(context);
    return c.redirect(withNotice("/self-check", "checking"), 303);
  });
}

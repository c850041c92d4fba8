import type { Hono } from "hono";

import { PersonId } from "#shared/model/ids.ts";
import { listErasures } from "#shared/store/erasure-list.ts";

import type { AppContext } from "../app-deps.ts";
import { parseInput } from "../http/route.ts";
import { pathTo } from "../page/html.ts";
import { noticeOf, readForm, withNotice } from "../page/page-input.ts";
import { eraseOnRequest, liftErasure } from "./erase.ts";
import { confirmation, erasuresPage } from "./erasure-page.ts";
import { LiftChange } from "./erasure-routes.ts";

/** The pages by which people are erased on request, and let back in. */
export function serveErasurePages(app: Hono, context: AppContext): void {
  app.get("/erasures", async (c) =>
    c.html(erasuresPage(await listErasures(context.table), noticeOf(c))),
  );

  app.post("/erasures/lift", async (c) => {
    const { identifier } = parseInput(LiftChange, await readForm(c), "");
    const isLifted = await liftErasure(context, identifier);
    return c.redirect(withNotice("/erasures", isLifted ? "lifted" : "not-erased"), 303);
  });

  app.post("/people/:id{.+}/erase", async (c) => {
    const id = parseInput(PersonId, c.req.param("id"), "id");
    const { confirm } = await readForm(c);
    if (confirm?.trim() !== confirmation) {
      return c.redirect(withNotice(pathTo("people", id), "erase-unconfirmed"), 303);
    }
    await eraseOnRequest(context, id);
    return c.redirect(withNotice("/erasures", "erasing"), 303);
  });
}

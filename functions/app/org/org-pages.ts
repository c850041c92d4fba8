import type { Hono } from "hono";

import type { AppContext } from "../app-deps.ts";
import { pageQuery } from "../http/paging.ts";
import { readFilters } from "../page/page-input.ts";
import { ProblemsQuery, listProblems } from "./list-problems.ts";
import { OrgQuery, listDeliveryTeams, readOrg } from "./list-units.ts";
import { orgPage } from "./org-page.ts";
import { previewPage, uploadPreviewPage } from "./preview-page.ts";
import { PreviewQuery, readPreview } from "./preview.ts";
import { problemsPage } from "./problems-page.ts";
import { previewUploadedOrg } from "./upload-preview.ts";

/** Both lists of the page have their own place to go on from. */
const OrgFilters = OrgQuery.extend({ afterTeam: pageQuery.after });
/** Of each kind of change; the API tells the rest. */
const changesShown = 50;

/** The pages about the organisation; they change nothing. */
export function serveOrgPages(app: Hono, context: AppContext): void {
  app.get("/org", async (c) => {
    const { afterTeam, ...query } = readFilters(OrgFilters, c);
    const { after: _after, ...rest } = query;
    const [level, teams] = await Promise.all([
      readOrg(context, query),
      listDeliveryTeams(context, { ...rest, ...(afterTeam !== undefined && { after: afterTeam }) }),
    ]);
    return c.html(orgPage({ level, teams, query, afterTeam }));
  });

  app.get("/org/problems", async (c) => {
    const query = readFilters(ProblemsQuery, c);
    return c.html(problemsPage({ list: await listProblems(context, query), query }));
  });

  app.get("/org/preview", async (c) => {
    const { day } = readFilters(PreviewQuery, c);
    const limit = changesShown;
    const preview = await readPreview(context, { limit, ...(day !== undefined && { day }) });
    return c.html(previewPage(preview));
  });

  app.get("/uploads/:id/reorg", async (c) => {
    const { day } = readFilters(PreviewQuery, c);
    const limit = changesShown;
    const query = { limit, ...(day !== undefined && { day }) };
    const id = c.req.param("id");
    const { preview, fileName } = await previewUploadedOrg(context, id, query);
    return c.html(uploadPreviewPage(preview, { id, fileName }));
  });
}

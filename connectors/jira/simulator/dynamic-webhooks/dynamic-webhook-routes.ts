import { Hono } from "hono";
import * as z from "zod";

import { epochMsOf } from "#shared/model/time.ts";

import { type JiraContext, type JiraEnv, needsCaller, projectsSeenBy } from "../access.ts";
import { readBody } from "../answers.ts";
import type { DynamicWebhook } from "../entities.ts";
import { Refusal } from "../refusal.ts";
import type { Site } from "../site.ts";
import { filterProblems } from "./dynamic-filter.ts";
import { livingWebhooks } from "./match-dynamic.ts";

/** What Jira tells apps of; links are not among it (swagger, 2026-11). */
const dynamicEvents = [
  "jira:issue_created",
  "jira:issue_updated",
  "jira:issue_deleted",
  "comment_created",
  "comment_updated",
  "comment_deleted",
  "issue_property_set",
  "issue_property_deleted",
] as const;

const Registration = z.looseObject({
  url: z.url(),
  webhooks: z
    .array(
      z.looseObject({
        events: z.array(z.enum(dynamicEvents)).min(1),
        jqlFilter: z.string(),
        fieldIdsFilter: z.array(z.string()).optional(),
        issuePropertyKeysFilter: z.array(z.string()).optional(),
      }),
    )
    .min(1),
});
const Ids = z.looseObject({ webhookIds: z.array(z.int()) });

/** The webhooks that an OAuth app registers for itself; each app and user sees its own. */
export function dynamicWebhookRoutes(site: Site): Hono<JiraEnv> {
  const { state, clock, perform } = site;
  const app = new Hono<JiraEnv>().basePath("/rest/api/3");
  app.use("/webhook/*", needsCaller);
  app.get("/webhook", (c) => {
    const { clientId, accountId } = ownerOf(c);
    const all = livingWebhooks(state, clock.now()).filter(
      (each) => each.clientId === clientId && each.accountId === accountId,
    );
    const startAt = Number(c.req.query("startAt") ?? 0);
    const maxResults = Math.min(100, Number(c.req.query("maxResults") ?? 100));
    const page = all.slice(startAt, startAt + maxResults);
    const isLast = startAt + page.length >= all.length;
    return c.json({ startAt, maxResults, total: all.length, isLast, values: page.map(bean) });
  });
  app.post("/webhook", async (c) => {
    const owner = ownerOf(c);
    const { url, webhooks } = await readBody(c, Registration);
    const results = webhooks.map((webhook) => register(site, { ...owner, url, ...webhook }));
    return c.json({ webhookRegistrationResult: results });
  });
  app.delete("/webhook", async (c) => {
    const owner = ownerOf(c);
    const { webhookIds: ids } = await readBody(c, Ids);
    perform({ kind: "deleteDynamicWebhooks", ...owner, ids, actorId: owner.accountId });
    return c.body(null, 202);
  });
  app.put("/webhook/refresh", async (c) => {
    const owner = ownerOf(c);
    const { webhookIds: ids } = await readBody(c, Ids);
    const operation = { ...owner, ids, actorId: owner.accountId };
    const { result } = perform({ kind: "refreshDynamicWebhooks", ...operation });
    return c.json({ expirationDate: Number(result["expirationDate"]) });
  });
  return app;
}

type Wanted = z.infer<typeof Registration>["webhooks"][number] & ReturnType<typeof ownerOf>;

/** One webhook of a request. What is wrong with it is its own result, with 200 for the whole. */
function register({ state, perform }: Site, wanted: Wanted & { readonly url: string }): object {
  const { clientId, accountId, url, events, jqlFilter } = wanted;
  const { fieldIdsFilter, issuePropertyKeysFilter } = wanted;
  const seen = projectsSeenBy(state, accountId, state.accountAccess(accountId).projectKeys);
  const errors = filterProblems(state, jqlFilter, seen);
  if (errors.length > 0) return { errors };
  try {
    const { result } = perform({
      kind: "registerDynamicWebhook",
      clientId,
      accountId,
      url,
      events,
      jqlFilter,
      ...(fieldIdsFilter && { fieldIdsFilter }),
      ...(issuePropertyKeysFilter && { issuePropertyKeysFilter }),
      actorId: accountId,
    });
    return { createdWebhookId: Number(result["id"]) };
  } catch (error) {
    if (error instanceof Refusal) return { errors: [error.message] };
    throw error;
  }
}

function ownerOf(c: JiraContext): { readonly clientId: string; readonly accountId: string } {
  const caller = c.get("caller");
  if (caller?.appId !== undefined) {
    return { clientId: caller.appId, accountId: caller.user.accountId };
  }
  throw new Refusal(403, "Only apps can access this resource.");
}

function bean(webhook: DynamicWebhook): object {
  const { id, url, events, jqlFilter, fieldIdsFilter, issuePropertyKeysFilter } = webhook;
  return {
    id,
    url,
    events,
    jqlFilter,
    ...(fieldIdsFilter && { fieldIdsFilter }),
    ...(issuePropertyKeysFilter && { issuePropertyKeysFilter }),
    expirationDate: epochMsOf(webhook.expiresAt),
  };
}

import type { Context, Hono } from "hono";

import { HubError } from "#shared/errors.ts";
import type { Connection } from "#shared/model/connection.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import { listConnections } from "#shared/store/connections.ts";

import type { AppContext } from "../app-deps.ts";
import { parseInput } from "../http/route.ts";
import { startDraft } from "../onboarding/draft.ts";
import { samplePage } from "../onboarding/sample-page.ts";
import { readForm, withNotice } from "../page/page-input.ts";
import { removeConnection } from "./change-connection.ts";
import { connectionVerb } from "./connection-routes.ts";
import { loadConnection } from "./load-connection.ts";
import { reconcileConnection, retryQuarantine } from "./read-again.ts";

/** The buttons of a connection's page. */
export function serveConnectionVerbs(app: Hono, context: AppContext): void {
  app.post("/connections/:id/:verb", async (c) => {
    const id = parseInput(ConnectionId, c.req.param("id"), "id");
    const name = c.req.param("verb");
    if (name === "remove") {
      await removeConnection(context, id);
      return c.redirect(withNotice("/connections", "removing"), 303);
    }
    if (name === "start") return start(context, c, id);
    if (name === "reconcile") return reconcile(context, c, id);
    if (name === "retry-quarantined") {
      await retryQuarantine(context, id, (await readForm(c))["collection"]);
      return c.redirect(withNotice(`/connections/${id}`, name), 303);
    }
    const verb = connectionVerb(name);
    if (!verb) throw new HubError("entity.not-found", "There is no such action");
    const stands = await verb.run(context, id);
    if (stands !== undefined && stands !== id) {
      return c.redirect(withNotice(`/connections/${stands}/setup`, "cancelled-first"), 303);
    }
    return c.redirect(withNotice(`/connections/${id}`, name), 303);
  });
}

/** The next draft of the same consent waits to be set up; else one sees how the reading goes. */
async function start(context: AppContext, c: Context, id: ConnectionId): Promise<Response> {
  let started: Connection;
  try {
    started = await startDraft(context, id);
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== "input.invalid") throw error;
    const draft = await loadConnection(context, id);
    // What is still missing is chosen or typed in one of the steps behind.
    const message = `Something is still missing: ${error.issues.map((issue) => issue.path.replace("settings.", "")).join(", ")}. Go back and set it.`;
    const problem = new HubError(error.code, message);
    const { title: connectorTitle } = context.registry.get(draft.connector);
    const page = { connection: draft, connectorTitle, result: undefined, notice: undefined };
    return c.html(samplePage({ ...page, problem }), 400);
  }
  const others = await listConnections(context.table);
  const next = others.find(
    ({ status, grantId }) =>
      status === "draft" && grantId !== undefined && grantId === started.grantId,
  );
  const to = next
    ? withNotice(`/connections/${next.id}/setup`, "started-next")
    : withNotice(`/connections/${id}`, "started");
  return c.redirect(to, 303);
}

async function reconcile(context: AppContext, c: Context, id: ConnectionId): Promise<Response> {
  const { collection, acceptsShrink } = await readForm(c);
  const isAccepted = acceptsShrink === "on";
  await reconcileConnection(context, id, {
    ...(collection !== undefined && { collection }),
    ...(isAccepted && { acceptsShrink: true }),
  });
  const did = isAccepted ? "shrink-accepted" : "reconcile";
  return c.redirect(withNotice(`/connections/${id}`, did), 303);
}

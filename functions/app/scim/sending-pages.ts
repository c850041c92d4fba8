import type { Context, Hono } from "hono";
import { html } from "hono/html";

import type { Connection } from "#shared/model/connection.ts";
import { ConnectionId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { loadConnection } from "../connections/load-connection.ts";
import { parseInput } from "../http/route.ts";
import { layout } from "../page/layout.ts";
import { withNotice } from "../page/page-input.ts";
import { newTokenCard } from "./sending-card.ts";
import { makeToken, revokeToken } from "./sending.ts";

/** The forms by which tokens are made and revoked; a draft's lead back to its setting up. */
export function serveSendingPages(app: Hono, context: AppContext): void {
  app.post("/connections/:id/tokens", async (c) => {
    const connection = await connectionOf(context, c);
    const made = await makeToken(context, connection);
    return c.html(
      layout({
        title: "A new token",
        room: "Connections",
        crumbs: html`<a href="/connections">Connections</a> / ${connection.name}`,
        intro: "The identity provider shows it with everything that it sends.",
        body: html`<div class="medium">${newTokenCard(made, pathOf(connection))}</div>`,
      }),
      201,
    );
  });

  app.post("/connections/:id/tokens/:token/revoke", async (c) => {
    const connection = await connectionOf(context, c);
    await revokeToken(context, connection, c.req.param("token"));
    return c.redirect(withNotice(pathOf(connection), "token-revoked"), 303);
  });
}

async function connectionOf(context: AppContext, c: Context): Promise<Connection> {
  return loadConnection(context, parseInput(ConnectionId, c.req.param("id"), "id"));
}

function pathOf({ id, status }: Connection): string {
  return status === "draft" ? `/connections/${id}/setup` : `/connections/${id}`;
}

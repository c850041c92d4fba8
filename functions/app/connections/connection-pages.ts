import type { Context, Hono } from "hono";

import { HubError } from "#shared/errors.ts";
import type { Connector } from "#shared/kit/connector.ts";
import { secretFields } from "#shared/kit/connector.ts";
import { ConnectionId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { readLeftConsents } from "../consents/left-consents.ts";
import { consentInfo } from "../consents/oauth-apps.ts";
import { parseInput } from "../http/route.ts";
import { discover } from "../onboarding/discover.ts";
import { noticeOf, readForm, withNotice } from "../page/page-input.ts";
import { readSending } from "../scim/sending.ts";
import { changeConnection } from "./change-connection.ts";
import { connectPage } from "./connect-page.ts";
import { NewConnection, connect } from "./connect.ts";
import type { Refused } from "./connection-form.ts";
import { connectionPage } from "./connection-page.ts";
import { serveConnectionVerbs } from "./connection-verbs.ts";
import { connectionsPage } from "./connections-page.ts";
import { loadConnection } from "./load-connection.ts";
import { readConnection, readConnections } from "./read-connections.ts";
import { rightsPage } from "./rights-page.ts";
import { readSettings } from "./settings-form.ts";

/** The pages of the connections, and the forms that make and change them. */
export function serveConnectionPages(app: Hono, context: AppContext): void {
  const { registry } = context;

  app.get("/connections", async (c) => {
    const said = { notice: noticeOf(c), left: await readLeftConsents(context) };
    return c.html(connectionsPage(await readConnections(context), registry.connectors, said));
  });

  app.get("/connections/new", async (c) => {
    const connector = registry.get(c.req.query("connector") ?? "");
    return showConnect(context, c, { connector, refused: undefined });
  });

  app.post("/connections", async (c) => {
    const form = await readForm(c);
    const connector = registry.get(form["connector"] ?? "");
    const settings = readSettings(connector, form);
    const draft = form["draft"] === "on";
    const wanted = { connector: connector.name, name: form["name"] ?? "", settings, draft };
    try {
      const { id } = await connect(context, parseInput(NewConnection, wanted, ""));
      const to = draft ? `/connections/${id}/setup` : withNotice(`/connections/${id}`, "connected");
      return c.redirect(to, 303);
    } catch (error) {
      return showConnect(context, c, { connector, refused: refusal(error, connector, wanted) });
    }
  });

  app.get("/connections/:id", async (c) => showConnection(context, c, undefined));

  app.get("/connections/:id/rights", (c) => showRights(context, c));

  app.post("/connections/:id", async (c) => {
    const id = idOf(c);
    const form = await readForm(c);
    const connector = registry.get((await loadConnection(context, id)).connector);
    const settings = readSettings(connector, form);
    try {
      // What was emptied is taken away; an empty secret was not meant to be.
      const emptied = Object.keys(connector.settings.shape)
        .filter((field) => !(field in settings) && !secretFields(connector).includes(field))
        .map((field) => [field, null]);
      await changeConnection(context, id, {
        ...(form["name"] !== undefined && { name: form["name"].trim().slice(0, 80) }),
        settings: { ...Object.fromEntries(emptied), ...settings },
      });
      return c.redirect(withNotice(`/connections/${id}`, "changed"), 303);
    } catch (error) {
      return showConnection(
        context,
        c,
        refusal(error, connector, { name: form["name"] ?? "", settings }),
      );
    }
  });

  serveConnectionVerbs(app, context);
}

/** Asked at the tool now: what the account may do, and what it does not show. */
async function showRights(context: AppContext, c: Context): Promise<Response> {
  const connection = await loadConnection(context, idOf(c));
  try {
    const found = await discover(context, connection);
    return c.html(rightsPage({ connection, found, problem: undefined }));
  } catch (error) {
    if (!(error instanceof HubError) || error.traits.httpStatus === 500) throw error;
    return c.html(rightsPage({ connection, found: undefined, problem: error }), 422);
  }
}

async function showConnect(
  context: AppContext,
  c: Context,
  {
    connector,
    refused,
  }: { readonly connector: Connector; readonly refused: RefusedForm | undefined },
): Promise<Response> {
  const consent = await consentInfo(context, connector);
  const page = connectPage({ connector, consent, refused, notice: noticeOf(c) });
  return c.html(page, refused?.status ?? 200);
}

type RefusedForm = Refused & { readonly status: 400 | 409 | 422 | 502 | 503 };

async function showConnection(
  context: AppContext,
  c: Context,
  refused: RefusedForm | undefined,
): Promise<Response> {
  const id = idOf(c);
  const connection = await readConnection(context, id);
  if (connection.status === "draft") return c.redirect(`/connections/${connection.id}/setup`, 303);
  const connector = context.registry.find(connection.connector);
  const sending = await readSending(context, await loadConnection(context, id));
  const page = connectionPage({
    connection,
    sending,
    connector,
    refused,
    notice: noticeOf(c),
    nowMs: context.clock.nowMs(),
  });
  return c.html(page, refused?.status ?? 200);
}

function idOf(c: Context): ConnectionId {
  return parseInput(ConnectionId, c.req.param("id"), "id");
}

/** A refusal that belongs beside the form; anything else is not the form's matter and goes on up. */
function refusal(
  error: unknown,
  connector: Connector,
  typed: { readonly name: string; readonly settings: Readonly<Record<string, unknown>> },
): RefusedForm {
  const status = error instanceof HubError ? error.traits.httpStatus : undefined;
  const isShown =
    status === 400 || status === 409 || status === 422 || status === 502 || status === 503;
  if (!(error instanceof HubError) || !isShown) throw error;
  const secrets = secretFields(connector);
  const values = Object.entries(typed.settings).filter(([name]) => !secrets.includes(name));
  const { message, issues } = error;
  return { status, message, issues, name: typed.name, values: Object.fromEntries(values) };
}

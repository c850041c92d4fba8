import type { Context, Hono } from "hono";

import { HubError } from "#shared/errors.ts";
import type { Connector } from "#shared/kit/connector.ts";
import { secretFields } from "#shared/kit/connector.ts";
import { ConnectionId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { parseInput } from "../http/route.ts";
import { noticeOf, readForm, withNotice } from "../page/page-input.ts";
import { changeConnection, loadConnection, removeConnection } from "./change-connection.ts";
import { NewConnection, connect } from "./connect.ts";
import { connectPage, connectionPage } from "./connection-page.ts";
import type { Refused } from "./connection-page.ts";
import { connectionVerb } from "./connection-routes.ts";
import { connectionsPage } from "./connections-page.ts";
import { readConnection, readConnections } from "./read-connections.ts";
import { readSettings } from "./settings-form.ts";

/** The pages of the connections, and the forms that make and change them. */
export function serveConnectionPages(app: Hono, context: AppContext): void {
  const { registry } = context;

  app.get("/connections", async (c) =>
    c.html(connectionsPage(await readConnections(context), registry.connectors, noticeOf(c))),
  );

  app.get("/connections/new", (c) =>
    c.html(connectPage(registry.get(c.req.query("connector") ?? ""), undefined)),
  );

  app.post("/connections", async (c) => {
    const form = await readForm(c);
    const connector = registry.get(form["connector"] ?? "");
    const settings = readSettings(connector, form);
    const wanted = { connector: connector.name, name: form["name"] ?? "", settings };
    try {
      const { id } = await connect(context, parseInput(NewConnection, wanted, ""));
      return c.redirect(withNotice(`/connections/${id}`, "connected"), 303);
    } catch (error) {
      const refused = refusal(error, connector, wanted);
      return c.html(connectPage(connector, refused), refused.status);
    }
  });

  app.get("/connections/:id", async (c) => showConnection(context, c, undefined));

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

  app.post("/connections/:id/:verb", async (c) => {
    const id = idOf(c);
    const name = c.req.param("verb");
    if (name === "remove") {
      await removeConnection(context, id);
      return c.redirect(withNotice("/connections", "removing"), 303);
    }
    const verb = connectionVerb(name);
    if (!verb) throw new HubError("entity.not-found", "There is no such action");
    await verb.run(context, id);
    return c.redirect(withNotice(`/connections/${id}`, name), 303);
  });
}

type RefusedForm = Refused & { readonly status: 400 | 409 | 422 | 502 | 503 };

async function showConnection(
  context: AppContext,
  c: Context,
  refused: RefusedForm | undefined,
): Promise<Response> {
  const connection = await readConnection(context, idOf(c));
  const connector = context.registry.find(connection.connector);
  const page = connectionPage({ connection, connector, refused, notice: noticeOf(c) });
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

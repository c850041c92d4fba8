import type { Context, Hono } from "hono";

import { HubError } from "#shared/errors.ts";
import type { Connection } from "#shared/model/connection.ts";
import { ConnectionId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { changeConnection, removeConnection } from "../connections/change-connection.ts";
import { loadConnection } from "../connections/load-connection.ts";
import { inTime } from "../connections/probe.ts";
import { readSettings } from "../connections/settings-form.ts";
import { parseInput } from "../http/route.ts";
import { noticeOf, readForm, readLists, withNotice } from "../page/page-input.ts";
import { readSending } from "../scim/sending.ts";
import { accessPage } from "./access-page.ts";
import { checkPage } from "./check-page.ts";
import { choosePage } from "./choose-page.ts";
import { DiscoveryCache } from "./discovery-cache.ts";
import { loadDraft } from "./draft.ts";
import { dryRun } from "./dry-run.ts";
import { mappingFields, mappingPage } from "./mapping-page.ts";
import { samplePage } from "./sample-page.ts";
import { stepOf } from "./setup-fields.ts";
import { readChoices, readMapping, storedChoices } from "./setup-forms.ts";
import { setupPath } from "./setup-frame.ts";

/** The steps by which somebody sets up a connection; each is a page, and works without a script. */
export function serveSetupPages(app: Hono, context: AppContext): void {
  const cache = new DiscoveryCache(context);
  serveAccess(app, context);
  app.get("/connections/:id/setup", (c) => showCheck(context, cache, c));
  serveChoose(app, context, cache);
  serveMapping(app, context, cache);
  app.get("/connections/:id/setup/sample", (c) => showSample(context, c));
  app.post("/connections/:id/cancel", async (c) => {
    const { id } = await loadDraft(context, idOf(c));
    await removeConnection(context, id);
    return c.redirect(withNotice("/connections", "cancelled"), 303);
  });
}

function idOf(c: Context): ConnectionId {
  return parseInput(ConnectionId, c.req.param("id"), "id");
}

/** The draft that a page is about; undefined where it was started meanwhile, and its page tells. */
async function draftOf(context: AppContext, c: Context): Promise<Connection | undefined> {
  const connection = await loadConnection(context, idOf(c));
  return connection.status === "draft" ? connection : undefined;
}

const toConnection = (c: Context) => c.redirect(`/connections/${c.req.param("id") ?? ""}`, 303);

function titleOf({ registry }: AppContext, { connector }: Connection): string {
  return registry.find(connector)?.title ?? connector;
}

/** What a step shows beside its form; anything that is the hub's own failure goes on up. */
function shown(error: unknown): HubError {
  if (error instanceof HubError && error.traits.audience !== "developer") return error;
  if (error instanceof HubError && error.code === "connector.drifted") return error;
  throw error;
}

function serveAccess(app: Hono, context: AppContext): void {
  app.get("/connections/:id/setup/access", async (c) => {
    const connection = await draftOf(context, c);
    if (!connection) return toConnection(c);
    const connector = context.registry.get(connection.connector);
    return c.html(
      accessPage({ connection, connector, values: connection.settings, problem: undefined }),
    );
  });

  app.post("/connections/:id/setup/access", async (c) => {
    const connection = await loadDraft(context, idOf(c));
    const connector = context.registry.get(connection.connector);
    const step = stepOf(connector);
    const form = await readForm(c);
    const typed = Object.entries(readSettings(connector, form)).filter(
      ([name]) => step(name) !== "mapping",
    );
    const settings = Object.fromEntries(typed);
    try {
      const name = form["name"]?.trim().slice(0, 80);
      await changeConnection(context, connection.id, { ...(name && { name }), settings });
    } catch (error) {
      const values = { ...connection.settings, ...settings };
      return c.html(accessPage({ connection, connector, values, problem: shown(error) }), 422);
    }
    return c.redirect(withNotice(setupPath(connection, "check"), "setup-saved"), 303);
  });
}

async function showCheck(
  context: AppContext,
  cache: DiscoveryCache,
  c: Context,
): Promise<Response> {
  const connection = await draftOf(context, c);
  if (!connection) return toConnection(c);
  const sending = await readSending(context, connection);
  const connectorTitle = titleOf(context, connection);
  const page = { connection, connectorTitle, sending, notice: noticeOf(c) };
  try {
    // What was sent meanwhile is looked at each time: that costs nobody anything.
    const found = await cache.read(
      connection,
      sending !== undefined || c.req.query("again") !== undefined,
    );
    return c.html(checkPage({ ...page, found, problem: undefined }));
  } catch (error) {
    return c.html(checkPage({ ...page, found: undefined, problem: shown(error) }), 422);
  }
}

function serveChoose(app: Hono, context: AppContext, cache: DiscoveryCache): void {
  app.get("/connections/:id/setup/choose", async (c) => {
    const connection = await draftOf(context, c);
    if (!connection) return toConnection(c);
    const { choices } = await cache.read(connection);
    if (choices.length === 0) return c.redirect(setupPath(connection, "mapping"), 303);
    const connectorTitle = titleOf(context, connection);
    const states = storedChoices(choices, connection.settings);
    return c.html(choosePage({ connection, connectorTitle, states, problem: undefined }));
  });

  app.post("/connections/:id/setup/choose", async (c) => {
    const connection = await loadDraft(context, idOf(c));
    const { choices } = await cache.read(connection);
    const { states, isSaved } = readChoices(choices, await readLists(c));
    const page = { connection, connectorTitle: titleOf(context, connection), states };
    if (!isSaved) return c.html(choosePage({ ...page, problem: undefined }));
    try {
      const chosen = states.map(({ choice, chosen }) => [choice.field, [...chosen]]);
      await changeConnection(context, connection.id, { settings: Object.fromEntries(chosen) });
    } catch (error) {
      return c.html(choosePage({ ...page, problem: shown(error) }), 422);
    }
    return c.redirect(setupPath(connection, "mapping"), 303);
  });
}

function serveMapping(app: Hono, context: AppContext, cache: DiscoveryCache): void {
  app.get("/connections/:id/setup/mapping", async (c) => {
    const connection = await draftOf(context, c);
    if (!connection) return toConnection(c);
    const connector = context.registry.get(connection.connector);
    const found = await cache.read(connection);
    if (mappingFields(connector, found).length === 0) {
      return c.redirect(setupPath(connection, "sample"), 303);
    }
    const takesSuggestions = c.req.query("kept") === undefined;
    const { settings: values } = connection;
    const page = { connection, connector, found, values, takesSuggestions, problem: undefined };
    return c.html(mappingPage(page));
  });

  app.post("/connections/:id/setup/mapping", async (c) => {
    const connection = await loadDraft(context, idOf(c));
    const connector = context.registry.get(connection.connector);
    const found = await cache.read(connection);
    const settings = readMapping(connector, found, await readLists(c));
    try {
      await changeConnection(context, connection.id, { settings });
    } catch (error) {
      const values = { ...connection.settings, ...settings };
      const problem = shown(error);
      const page = { connection, connector, found, values, takesSuggestions: false, problem };
      return c.html(mappingPage(page), 422);
    }
    return c.redirect(setupPath(connection, "sample"), 303);
  });
}

async function showSample(context: AppContext, c: Context): Promise<Response> {
  const connection = await draftOf(context, c);
  if (!connection) return toConnection(c);
  const connector = context.registry.get(connection.connector);
  const page = { connection, connectorTitle: connector.title, notice: noticeOf(c) };
  try {
    const result = await inTime(context, connector, dryRun(context, connection));
    return c.html(samplePage({ ...page, result, problem: undefined }));
  } catch (error) {
    return c.html(samplePage({ ...page, result: undefined, problem: shown(error) }), 422);
  }
}

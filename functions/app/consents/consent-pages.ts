import type { Context, Hono } from "hono";

import { HubError } from "#shared/errors.ts";
import type { Connection } from "#shared/model/connection.ts";
import { shortText } from "#shared/model/facts.ts";
import type { Grant } from "#shared/model/grant.ts";
import { GrantId } from "#shared/model/ids.ts";
import { listConnections } from "#shared/store/connections.ts";
import { getDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { grantSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { connect } from "../connections/connect.ts";
import { parseInput } from "../http/route.ts";
import { noticeOf, readForm, readLists, withNotice } from "../page/page-input.ts";
import { beginConsent } from "./begin-consent.ts";
import { browserKeyOf, callbackPath, markBrowser } from "./browser-binding.ts";
import { completeConsent } from "./complete-consent.ts";
import {
  beginPage,
  leavePage,
  oauthAppPage,
  refusedPage,
  sitesPage,
  strangerPage,
} from "./consent-page.ts";
import { forgetLeftConsent } from "./left-consents.ts";
import { OAuthAppInput, consentConnector, consentInfo, saveOAuthApp } from "./oauth-apps.ts";

/** The pages of a consent: the hub's app, the way to the vendor, the way back, the sites. */
export function serveConsentPages(app: Hono, context: AppContext): void {
  serveOAuthApp(app, context);
  serveWayToVendor(app, context);

  app.get(callbackPath, async (c) => {
    const { state = "", code, error } = c.req.query();
    const browserKey = browserKeyOf(c, state);
    const done = await completeConsent(context, { state, code, error, browserKey });
    if (done.outcome === "stranger") {
      return c.html(strangerPage(context.registry.get(done.connector), context.publicUrl), 403);
    }
    if (done.outcome === "refused") {
      return c.html(refusedPage(context.registry.get(done.connector), done.isDenied));
    }
    // Away from the address that holds the code.
    const path = `/consents/${done.grant.id}`;
    const did = done.leavesOut ? "consented-less" : "consented-anew";
    return c.redirect(done.isAnew ? withNotice(path, did) : path, 303);
  });

  app.post("/consents/:id/taken-back", async (c) => {
    await forgetLeftConsent(context, await loadGrant(context, c));
    return c.redirect("/connections", 303);
  });

  app.get("/consents/:id", (c) => showSites(context, c, undefined));

  app.post("/consents/:id", (c) => setUpSites(context, c));
}

function serveOAuthApp(app: Hono, context: AppContext): void {
  app.get("/connectors/:name/oauth-app", (c) => showApp(context, c, undefined));

  app.post("/connectors/:name/oauth-app", async (c) => {
    const { connector } = await consentConnector(context, c.req.param("name"));
    const form = await readForm(c);
    const values = Object.fromEntries(
      Object.keys(OAuthAppInput.shape).flatMap((name) => {
        const value = form[`settings.${name}`];
        return value === undefined ? [] : [[name, value]];
      }),
    );
    try {
      await saveOAuthApp(context, connector.name, parseInput(OAuthAppInput, values, "settings"));
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== "input.invalid") throw error;
      const { clientSecret: _secret, ...shown } = values;
      return showApp(context, c, { error, values: shown });
    }
    return c.redirect(withNotice(`/connections/new?connector=${connector.name}`, "app-kept"), 303);
  });
}

function serveWayToVendor(app: Hono, context: AppContext): void {
  app.get("/connectors/:name/consents", async (c) => {
    const { connector } = await consentConnector(context, c.req.param("name"));
    const { grantId, writesBack } = c.req.query();
    const known = grantId === undefined ? undefined : parseInput(GrantId, grantId, "grantId");
    return c.html(beginPage(connector, { grantId: known, writesBack: writesBack === "on" }));
  });

  app.post("/connectors/:name/consents", async (c) => {
    const { connector } = await consentConnector(context, c.req.param("name"));
    const { grantId, writesBack } = await readForm(c);
    const known = grantId === undefined ? undefined : parseInput(GrantId, grantId, "grantId");
    const begun = await beginConsent(context, connector.name, {
      grantId: known,
      writesBack: writesBack === "on",
    });
    markBrowser(c, context, begun);
    const { authorizeUrl } = begun;
    // A form may lead to our own addresses only, redirects included: a page of ours leads on.
    c.header("refresh", `0; url=${authorizeUrl}`);
    return c.html(leavePage(connector, authorizeUrl));
  });
}

async function showApp(
  context: AppContext,
  c: Context,
  refused: { readonly error: HubError; readonly values: Record<string, string> } | undefined,
): Promise<Response> {
  const { connector } = await consentConnector(context, c.req.param("name") ?? "");
  const info = await consentInfo(context, connector);
  if (!info) throw new HubError("entity.not-found", "There is no such page");
  const { message = "", issues = [] } = refused?.error ?? {};
  const page = oauthAppPage(
    connector,
    info,
    refused && { message: `${message} Type the secret again.`, issues, values: refused.values },
  );
  return c.html(page, refused ? 400 : 200);
}

async function loadGrant({ table }: AppContext, c: Context): Promise<Grant> {
  const id = parseInput(GrantId, c.req.param("id"), "id");
  const grant = await getDocument(table, grantSpec, factKey(id));
  if (grant) return grant;
  throw new HubError("entity.not-found", "There is no such consent");
}

async function restingOn({ table }: AppContext, grant: Grant): Promise<readonly Connection[]> {
  const all = await listConnections(table);
  return all.filter(({ grantId, status }) => grantId === grant.id && status !== "removing");
}

async function showSites(
  context: AppContext,
  c: Context,
  refused: HubError | undefined,
): Promise<Response> {
  const grant = await loadGrant(context, c);
  const page = sitesPage({
    ...(await consentConnector(context, grant.connector)),
    grant,
    resting: await restingOn(context, grant),
    problem: refused?.message,
    notice: noticeOf(c),
  });
  return c.html(page, refused ? 422 : 200);
}

/** A draft for each site that was chosen; the first of them is set up next. */
async function setUpSites(context: AppContext, c: Context): Promise<Response> {
  const grant = await loadGrant(context, c);
  const chosen = (await readLists(c))["site"] ?? [];
  const known = await restingOn(context, grant);
  const drafts: Connection[] = [];
  try {
    if (chosen.length === 0) throw new HubError("input.invalid", "Choose at least one site");
    for (const { id, name } of grant.sites.filter((site) => chosen.includes(site.id))) {
      if (known.some(({ siteId }) => siteId === id)) continue;
      const wanted = { connector: grant.connector, name: shortText(name, 80) ?? id, settings: {} };
      const { id: grantId } = grant;
      drafts.push(await connect(context, { ...wanted, draft: true, grantId, siteId: id }));
    }
  } catch (error) {
    if (!(error instanceof HubError) || error.traits.httpStatus >= 500) throw error;
    return showSites(context, c, error);
  }
  const [first] = drafts;
  return c.redirect(first ? `/connections/${first.id}/setup` : "/connections", 303);
}

import { html, raw } from "hono/html";

import type { InputIssue } from "#shared/errors.ts";
import type { Connector } from "#shared/kit/connector.ts";
import type { OAuthProvider } from "#shared/kit/oauth.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { Grant } from "#shared/model/grant.ts";

import { settingsInputs } from "../connections/settings-inputs.ts";
import type { Html } from "../page/html.ts";
import { nothing, safeUrl } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { OAuthAppInput } from "./oauth-apps.ts";
import type { ConsentInfo } from "./oauth-apps.ts";

const crumbs = html`<a href="/connections">Connections</a>`;

interface AppRefusal {
  readonly message: string;
  readonly issues: readonly InputIssue[];
  readonly values: Readonly<Record<string, unknown>>;
}

/** Where an ops admin enters the hub's app, with what must be entered at the vendor. */
export function oauthAppPage(
  connector: Connector,
  info: ConsentInfo,
  refused: AppRefusal | undefined,
): Html {
  const { isConfigured, redirectUri, scopes, writeScopes } = info;
  return layout({
    title: `The hub’s OAuth app for ${connector.title}`,
    room: "Connections",
    crumbs,
    intro: `Once, for all of ${connector.title}: register an app there, then enter it here. After that, connecting is one click of consent.`,
    body: html`<div class="split">
      <form class="card" method="post" action="/connectors/${connector.name}/oauth-app">
        ${refused ? html`<p class="notice bad" role="alert">${refused.message}</p>` : nothing}
        ${isConfigured ? html`<p class="notice">An app is entered already. What you enter here takes its place; with another authorization server, consents must be given again.</p>` : nothing}
        ${settingsInputs(
          { settings: OAuthAppInput },
          {
            values: refused?.values ?? {},
            issues: refused?.issues ?? [],
            keepsSecrets: false,
          },
        )}
        <p class="actions">
          <button class="primary">Keep this app</button
          ><a class="button" href="/connections/new?connector=${connector.name}">Cancel</a>
        </p>
      </form>
      <aside class="card stack">
        <h2>What to enter at ${connector.title}</h2>
        <p class="label">Redirect address</p>
        <p><code>${redirectUri}</code></p>
        <p class="label">Scopes</p>
        <ul class="plain">
          ${scopes.map((scope) => html`<li><code>${scope}</code></li>`)}
        </ul>
        ${
          writeScopes.length === 0
            ? nothing
            : html`<p class="label">Only if the hub shall ever write lines of sight there</p>
                <ul class="plain">
                  ${writeScopes.map((scope) => html`<li><code>${scope}</code></li>`)}
                </ul>`
        }
        <p class="muted small">The client secret is kept apart from all other data.</p>
      </aside>
    </div>`,
  });
}

interface Beginning {
  readonly grantId: string | undefined;
  readonly writesBack: boolean;
}

/** Where an address that a program asked for leads: the consent begins with the button, in this browser. */
export function beginPage(connector: Connector, { grantId, writesBack }: Beginning): Html {
  return layout({
    title: `Consent at ${connector.title}`,
    room: "Connections",
    crumbs,
    body: html`<form
      class="card stack narrow"
      method="post"
      action="/connectors/${connector.name}/consents"
    >
      <p>
        ${connector.title} will ask you what the hub may
        see${writesBack ? html`, and whether it may write lines of sight there` : nothing}. Come
        back in this browser, within ten minutes.
      </p>
      ${grantId === undefined ? nothing : html`<input type="hidden" name="grantId" value="${grantId}" />`}
      ${writesBack ? html`<input type="hidden" name="writesBack" value="on" />` : nothing}
      <p class="actions">
        <button class="primary">Go to ${connector.title} to consent</button
        ><a class="button" href="/connections">Cancel</a>
      </p>
    </form>`,
  });
}

/** The way back was opened in a browser that did not begin it. */
export function strangerPage(connector: Connector, publicUrl: string): Html {
  return layout({
    title: "Begun in another browser",
    room: "Connections",
    crumbs,
    body: html`<div class="card stack narrow">
      <p>
        This consent was begun in another browser, or at another address of the hub than
        <code>${publicUrl}</code>, so it was not taken: nothing was connected and nothing was
        stored.
      </p>
      <p>
        If somebody sent you the address, do not open it again: with it, the hub would have read
        their ${connector.title} instead of yours. If you began it yourself, begin it again here.
      </p>
      <p class="actions">
        <a class="button primary" href="/connections/new?connector=${connector.name}"
          >Begin the consent again</a
        ><a class="button" href="/connections">To the connections</a>
      </p>
    </div>`,
  });
}

/** The step to the vendor: the browser goes on by itself, or by the link. */
export function leavePage(connector: Connector, authorizeUrl: string): Html {
  return layout({
    title: `To ${connector.title}`,
    room: "Connections",
    crumbs,
    body: html`<div class="card stack narrow">
      <p>
        ${connector.title} will ask you what the hub may see. Answer within ten minutes; then you
        come back here.
      </p>
      <p>
        <a class="button primary" href="${safeUrl(authorizeUrl) ?? "#"}" rel="noreferrer"
          >Go on to ${connector.title}</a
        >
      </p>
    </div>`,
  });
}

/** The vendor sent the admin back without a consent. */
export function refusedPage(connector: Connector, isDenied: boolean): Html {
  return layout({
    title: "No consent was given",
    room: "Connections",
    crumbs,
    body: html`<div class="card stack narrow">
      <p>
        ${
          isDenied
            ? html`At ${connector.title} you did not allow it, so nothing was connected and nothing
              was stored. You can change your mind.`
            : html`${connector.title} sent you back without a consent. Nothing was connected and
              nothing was stored. Often the app's redirect address or its scopes are not what is
              registered there.`
        }
      </p>
      <p class="actions">
        <a class="button primary" href="/connections/new?connector=${connector.name}">Try again</a
        ><a class="button" href="/connections">To the connections</a>
      </p>
    </div>`,
  });
}

interface SitesPage {
  readonly connector: Connector;
  readonly provider: Pick<OAuthProvider, "revoke" | "takenBackAt">;
  readonly grant: Grant;
  readonly resting: readonly Connection[];
  readonly problem: string | undefined;
  readonly notice: string | undefined;
}

/** Which of the sites that a consent covers shall be connected. */
export function sitesPage(given: SitesPage): Html {
  const { connector, provider, grant, resting, problem, notice } = given;
  const free = grant.sites.filter(({ id }) => !resting.some(({ siteId }) => siteId === id));
  return layout({
    title: `Choose the sites of ${connector.title}`,
    room: "Connections",
    crumbs,
    intro: "The consent covers these. Each that you choose becomes a connection of its own.",
    notice,
    body: html`<form class="card stack medium" method="post" action="/consents/${grant.id}">
      ${problem === undefined ? nothing : html`<p class="notice bad" role="alert">${problem}</p>`}
      <ul class="options">
        ${grant.sites.map(({ id, name, url }) => {
          const known = resting.find(({ siteId }) => siteId === id);
          return html`<li>
            <label class="option">
              <input
                type="checkbox"
                name="site"
                value="${id}"
                ${known ? raw("disabled") : nothing}
                ${known || free.length === 1 ? raw("checked") : nothing}
              />
              <span><b>${name}</b> <span class="muted small">${url}</span></span>
              ${known ? html`<a class="small" href="/connections/${known.id}">${known.status === "draft" ? "Being set up" : "Connected"}</a>` : nothing}
            </label>
          </li>`;
        })}
      </ul>
      <p class="actions">
        ${free.length > 0 ? html`<button class="primary">Set up what I chose</button>` : nothing}<a
          class="button"
          href="/connections"
          >To the connections</a
        >
      </p>
      <p class="muted small">${howItEnds(connector, provider)}</p>
    </form>`,
  });
}

function howItEnds({ title }: Connector, { revoke, takenBackAt }: SitesPage["provider"]): Html {
  const { place, url } = takenBackAt;
  return revoke
    ? html`When the last connection of this consent is removed, the hub also takes it back at
      ${title}.`
    : html`When the last connection of this consent is removed, the hub forgets its tokens. ${title}
        lets nobody but you take the consent itself back: do that in
        <a href="${safeUrl(url) ?? "#"}" rel="noreferrer">${place}</a>.`;
}

/** A consent that was removed here and still stands at its vendor. */
export interface LeftConsent {
  readonly grantId: string;
  readonly title: string;
  readonly sites: readonly string[];
  readonly takenBackAt: OAuthProvider["takenBackAt"];
}

/** What an admin must still do by hand, on the page of the connections. */
export function leftConsents(left: readonly LeftConsent[]): readonly Html[] {
  return left.map(
    ({ grantId, title, sites, takenBackAt: { place, url } }) =>
      html`<form class="notice warn" method="post" action="/consents/${grantId}/taken-back">
        <p>
          The consent at ${title}${sites.length > 0 ? ` (${sites.join(", ")})` : ""} was removed
          here, tokens and all, but still stands there. Whoever gave it can take it back in
          <a href="${safeUrl(url) ?? "#"}" rel="noreferrer">${place}</a>.
        </p>
        <p><button>I have seen to it</button></p>
      </form>`,
  );
}

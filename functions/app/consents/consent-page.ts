import { html, raw } from "hono/html";

import type { InputIssue } from "#shared/errors.ts";
import type { Connector } from "#shared/kit/connector.ts";
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
  readonly grant: Grant;
  readonly resting: readonly Connection[];
  readonly problem: string | undefined;
  readonly notice: string | undefined;
}

/** Which of the sites that a consent covers shall be connected. */
export function sitesPage({ connector, grant, resting, problem, notice }: SitesPage): Html {
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
    </form>`,
  });
}

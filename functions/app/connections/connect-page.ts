import { html } from "hono/html";

import type { Connector } from "#shared/kit/connector.ts";

import type { ConsentInfo } from "../consents/oauth-apps.ts";
import { accessInputs } from "../onboarding/access-page.ts";
import { stepList } from "../onboarding/setup-frame.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { hidden } from "../page/parts.ts";
import { connectionForm } from "./connection-form.ts";
import type { Refused } from "./connection-form.ts";

interface ConnectPage {
  readonly connector: Connector;
  /** Where one can consent instead of typing credentials. */
  readonly consent: ConsentInfo | undefined;
  readonly refused: Refused | undefined;
  readonly notice: string | undefined;
}

/** Where connecting begins: a source is set up step by step, a channel is tried and used at once. */
export function connectPage(page: ConnectPage): Html {
  const { connector, notice } = page;
  const reads = connector.source !== undefined;
  return layout({
    title: `Connect ${connector.title}`,
    room: "Connections",
    crumbs: html`<a href="/connections">Connections</a>`,
    intro: connector.summary,
    notice,
    body: html`${reads ? stepList("access") : nothing}
      <div class="split">
        <div class="stack">
          ${page.consent ? consentCard(connector, page.consent) : nothing}${credentialsCard(page, reads)}
        </div>
        <aside class="card stack">${nextFor(connector)}</aside>
      </div>`,
  });
}

function credentialsCard({ connector, consent, refused }: ConnectPage, reads: boolean): Html {
  return html`<form class="card" method="post" action="/connections">
    ${hidden({ connector: connector.name, ...(reads && { draft: "on" }) })}
    ${consent ? html`<h2 class="gap-below">Or type in credentials</h2>` : nothing}
    ${connectionForm(connector, {
      refused,
      name: connector.title,
      values: {},
      keepsSecrets: false,
      ...(reads && { inputs: accessInputs }),
    })}
    <p class="actions">
      <button class="primary">${goOn(connector)}</button
      ><a class="button" href="/connections">Cancel</a>
    </p>
  </form>`;
}

function consentCard({ name, title }: Connector, consent: ConsentInfo): Html {
  const { isConfigured, writeScopes } = consent;
  const setUp = html`<a href="/connectors/${name}/oauth-app"
    >${isConfigured ? "Change the hub’s OAuth app" : "Enter the hub’s OAuth app"}</a
  >`;
  return html`<section class="card stack">
    <h2>Sign in at ${title} and consent</h2>
    <p class="muted">
      No password or token is typed in here: ${title} asks you what the hub may see, and you can
      take it back there at any time.
    </p>
    ${
      isConfigured
        ? html`<form class="stack" method="post" action="/connectors/${name}/consents">
            ${writeScopes.length === 0 ? nothing : writeBackBox}
            <p class="actions">
              <button class="primary">Go to ${title} to consent</button>
              <span class="small">${setUp}</span>
            </p>
          </form>`
        : html`<p>${setUp} first: that is done once, by somebody who administers ${title}.</p>`
    }
  </section>`;
}

const writeBackBox = html`<label class="check">
  <input type="checkbox" name="writesBack" />
  <span
    >Also ask for the right to write lines of sight into the tool
    <span class="muted small">(it stays off until somebody turns it on)</span></span
  >
</label>`;

function goOn({ source, sendsTo }: Connector): string {
  if (sendsTo !== undefined) return "Go on";
  return source === undefined ? "Test and connect" : "Try them and go on";
}

function nextFor({ source, sendsTo }: Connector): Html {
  if (sendsTo !== undefined) return nextForSender;
  return source === undefined ? nextForChannel : nextForSource;
}

const nextForSender = html`<h2>What happens next</h2>
  <ol class="numbered">
    <li>You make a token and put it, with the tenant URL, into the identity provider.</li>
    <li>It tests the way in, and sends what you assign there.</li>
    <li>You see what would come of it.</li>
    <li>Only then do you start it.</li>
  </ol>
  <p class="muted">
    Of a token the hub keeps only a digest. Attributes that it has no use for are not kept.
  </p>`;

const nextForSource = html`<h2>What happens next</h2>
  <ol class="numbered">
    <li>The hub tries the credentials and shows what they may see.</li>
    <li>You choose what shall be read.</li>
    <li>It suggests how to understand it; you decide.</li>
    <li>You see on a sample what would come of it.</li>
    <li>Only then do you start it.</li>
  </ol>
  <p class="muted">Secrets are kept apart from all other data and are never shown again.</p>`;

const nextForChannel = html`<h2>What happens next</h2>
  <p>The hub tries these settings at once. Only when they work are they stored.</p>
  <p class="muted">Secrets are kept apart from all other data and are never shown again.</p>`;

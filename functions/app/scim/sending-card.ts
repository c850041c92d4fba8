import { html } from "hono/html";

import { dateOf } from "#shared/model/time.ts";

import { moment, number } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { facts } from "../page/parts.ts";
import type { NewToken, SendingAnswer } from "./sending.ts";

interface Sending {
  readonly id: string;
  readonly sending: SendingAnswer | undefined;
}

/** Where the source sends to, by which tokens, and what came of it so far. */
export function sendingCard({ id, sending }: Sending): Html | string {
  if (!sending) return nothing;
  const { url, tokens, heardAt, kept } = sending;
  return html`<section class="card stack" id="sending">
    <h2>What it sends</h2>
    ${facts([
      ["Tenant URL", html`<code>${url}</code>`],
      ["Last heard", heardAt === undefined ? "nothing yet" : moment(heardAt)],
      ...Object.entries(kept).map(
        ([name, { count, isCut }]) =>
          [capitalised(name), `${isCut ? "more than " : ""}${number(count)}`] as const,
      ),
    ])}
    <h3>Tokens</h3>
    ${tokens.length === 0 ? html`<p class="muted">None yet: without one, nothing is let in.</p>` : tokenList(id, tokens)}
    <form method="post" action="/connections/${id}/tokens">
      <button class="${tokens.length === 0 ? "primary" : ""}">Make a token</button>
    </form>
    <p class="muted small">
      To exchange a token: make a second one, put it into the identity provider, and revoke the
      first when the second was used.
    </p>
  </section>`;
}

function tokenList(id: string, tokens: SendingAnswer["tokens"]): Html {
  return html`<ul class="collections">
    ${tokens.map(
      (token) =>
        html`<li>
          <div class="line">
            <span
              ><code>${token.id}</code>
              <span class="muted small"
                >made ${dateOf(token.createdAt)},
                ${token.lastUsedAt === undefined ? "not used yet" : `last used ${dateOf(token.lastUsedAt)}`}</span
              ></span
            >
            <form method="post" action="/connections/${id}/tokens/${token.id}/revoke">
              <button class="quiet">Revoke</button>
            </form>
          </div>
        </li>`,
    )}
  </ul>`;
}

/** A token, the one time that it is seen. */
export function newTokenCard({ token, url }: NewToken, back: string): Html {
  return html`<section class="card stack">
    ${facts([
      ["Tenant URL", html`<code>${url}</code>`],
      ["Secret token", html`<code>${token}</code>`],
    ])}
    <p class="notice warn slim">
      Copy it now: the hub keeps only its digest and cannot show it again.
    </p>
    <p><a class="button primary" href="${back}">It is copied</a></p>
  </section>`;
}

function capitalised(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

import { html, raw } from "hono/html";

import type { Connector } from "#shared/kit/connector.ts";

import { number } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { hidden } from "../page/parts.ts";
import { sendingCard } from "../scim/sending-card.ts";
import type { SendingAnswer } from "../scim/sending.ts";
import { accessCard, budgetCard, credentialWarning } from "./access-card.ts";
import type { ConnectionAnswer, ConnectionDetail } from "./connection-answers.ts";
import { connectionForm } from "./connection-form.ts";
import type { Refused } from "./connection-form.ts";
import {
  collectionList,
  countsLine,
  freshText,
  healthBadge,
  problemText,
} from "./connections-page.ts";
import { quarantineCard } from "./quarantine-card.ts";
import { webhookCard } from "./webhook-card.ts";

type Collection = ConnectionDetail["collections"][number];

interface ConnectionPage {
  readonly connection: ConnectionDetail;
  readonly connector: Connector | undefined;
  /** Where its source sends to, for one that does. */
  readonly sending: SendingAnswer | undefined;
  readonly refused: Refused | undefined;
  readonly notice: string | undefined;
  readonly nowMs: number;
}

/** One connection: what it reads, what it cannot see, and its settings. */
export function connectionPage(page: ConnectionPage): Html {
  const { connection, connector, refused, notice, nowMs } = page;
  return layout({
    title: connection.name,
    room: "Connections",
    crumbs: html`<a href="/connections">Connections</a> / ${connection.connectorTitle}`,
    ...(connector?.files && {
      aside: html`<a class="button" href="/uploads">Upload files</a>`,
    }),
    notice,
    body: html`<div class="split">
      <div class="stack">
        <section class="card stack" id="state" data-live="2">
          <div class="row">
            ${healthBadge(connection)}<span class="muted small"
              >${connection.identity ?? nothing}</span
            >
          </div>
          ${problemText(connection)}${credentialWarning(connection)}
          <p>${countsLine(connection)}</p>
          <p class="fresh">${freshText(connection)}</p>
          ${connection.collections.length === 0 ? nothing : collectionList(connection)}
        </section>
        ${connection.collections.map((collection) => shrink(connection, collection))}
        ${unseen(connection)}${quarantineCard(connection)}${deliveries(connection)}
      </div>
      <aside class="stack" aria-label="Manage this connection">
        ${verbs(connection)}${sendingCard({ id: connection.id, sending: page.sending })}${accessCard(connection)}${budgetCard(connection, nowMs)}${webhookCard(connection)}
        ${
          connector
            ? html`<details class="card" id="settings" ${refused ? raw("open") : nothing}>
                <summary>Settings</summary>
                <form method="post" action="/connections/${connection.id}">
                  ${connectionForm(connector, { refused, name: connection.name, values: connection.settings, keepsSecrets: true })}
                  <p class="actions"><button class="primary">Test and save</button></p>
                </form>
              </details>`
            : nothing
        }
      </aside>
    </div>`,
  });
}

function unseen({ gaps }: ConnectionDetail): Html | string {
  if (gaps.length === 0) return nothing;
  return html`<section class="card">
    <h2>What it does not show us</h2>
    <ul class="collections">
      ${gaps.map(
        ({ what, why }) =>
          html`<li>
            <b>${what}</b>
            <p class="muted">${why}</p>
          </li>`,
      )}
    </ul>
  </section>`;
}

/** A reconcile missed so much at once that it asks before it takes anything away. */
function shrink({ id }: ConnectionDetail, collection: Collection): Html | string {
  const { name, title, mayAcceptShrink, problem } = collection;
  if (!mayAcceptShrink) return nothing;
  return html`<section class="card stack">
    <h2>${title}: did so much of it truly go?</h2>
    <p>${problem?.message}</p>
    <p class="muted">
      Look in the tool first. If projects were closed or records deleted there, it truly shrank, and
      you can say so here: each missing record is then asked for once more, and those that are gone
      are taken away here too, with their links and alerts. If only the account lost a right, give
      it the right back and reconcile: then everything is as before.
    </p>
    <div class="actions">
      <form method="post" action="/connections/${id}/reconcile">
        ${hidden({ collection: name })}<button>I gave the right back: reconcile</button>
      </form>
      <form method="post" action="/connections/${id}/reconcile">
        ${hidden({ collection: name, acceptsShrink: "on" })}<button class="danger">
          It truly shrank: accept
        </button>
      </form>
    </div>
  </section>`;
}

function deliveries({ deliveries: days }: ConnectionDetail): Html | string {
  if (days.length === 0) return nothing;
  return html`<section class="card">
    <h2>Webhook deliveries</h2>
    <ul class="collections">
      ${days.map(
        ({ day, counts }) =>
          html`<li>
            <div class="line">
              <span>${day}</span
              ><span class="muted num"
                >${Object.entries(counts)
                  .map(([outcome, count]) => `${number(count)} ${outcome}`)
                  .join(" · ")}</span
              >
            </div>
          </li>`,
      )}
    </ul>
  </section>`;
}

function verbs(connection: ConnectionAnswer): Html | string {
  const { status, reads, id, collections, mayCancelFirst } = connection;
  if (status === "removing") return nothing;
  const verb = (name: string, label: string) =>
    html`<form method="post" action="/connections/${id}/${name}"><button>${label}</button></form>`;
  const mayCancel = status !== "paused" && collections.some((one) => one.mayCancel);
  return html`<div class="card stack" id="verbs">
    <h2 class="visually-hidden">Actions</h2>
    <div class="actions">
      ${reads && status !== "paused" ? html`${verb("reconcile", "Reconcile")}${mayCancel ? verb("cancel-backfill", "Stop reading again") : verb("backfill", "Read all again")}` : nothing}
      ${status === "paused" || status === "degraded" ? verb("resume", "Resume") : nothing}
      ${status === "paused" ? nothing : verb("pause", "Pause")}
    </div>
    ${reads && status === "paused" ? html`<p class="muted small">While it is paused the tool is asked nothing, and webhooks are acknowledged without being taken in. On resuming, the hub reads all that changed meanwhile and looks for what is gone.</p>` : nothing}
    ${mayCancelFirst ? cancelFirst(id) : nothing}
    <details>
      <summary>Remove it</summary>
      <p class="muted small">
        All that was read through it goes too: work, people, links. This cannot be undone.
      </p>
      <form method="post" action="/connections/${id}/remove">
        <button class="danger">Remove ${connection.name}</button>
      </form>
    </details>
  </div>`;
}

function cancelFirst(id: string): Html {
  return html`<details>
    <summary>Cancel the first reading</summary>
    <p class="muted small">
      Nothing more is read. What was read so far is taken away again, with the links that people
      made to it. Your choices and credentials stay in a draft, where you can change them and start
      again. To go on later from where it stands, pause instead.
    </p>
    <form method="post" action="/connections/${id}/cancel-backfill">
      <button class="danger">Cancel this reading</button>
    </form>
  </details>`;
}

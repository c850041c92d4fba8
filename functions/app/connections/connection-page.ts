import { html, raw } from "hono/html";

import type { Connector } from "#shared/kit/connector.ts";

import { moment, number } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { layout } from "../page/layout.ts";
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

interface ConnectionPage {
  readonly connection: ConnectionDetail;
  readonly connector: Connector | undefined;
  readonly refused: Refused | undefined;
  readonly notice: string | undefined;
}

/** One connection: what it reads, what it cannot see, and its settings. */
export function connectionPage({ connection, connector, refused, notice }: ConnectionPage): Html {
  return layout({
    title: connection.name,
    room: "Connections",
    crumbs: html`<a href="/connections">Connections</a> / ${connection.connectorTitle}`,
    notice,
    body: html`<div class="split">
      <div class="stack">
        <section class="card stack" id="state" data-live="2">
          <div class="row">
            ${healthBadge(connection)}<span class="muted small"
              >${connection.identity ?? nothing}</span
            >
          </div>
          ${problemText(connection)}
          <p>${countsLine(connection)}</p>
          <p class="fresh">${freshText(connection)}</p>
          ${connection.collections.length === 0 ? nothing : collectionList(connection)}
        </section>
        ${unseen(connection)}${quarantine(connection)}${deliveries(connection)}
      </div>
      <aside class="stack" aria-label="Manage this connection">
        ${verbs(connection)}${webhook(connection)}
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

function quarantine({ quarantine: records, quarantined }: ConnectionDetail): Html | string {
  if (quarantined === 0) return nothing;
  return html`<section class="card">
    <h2>Not understood (${number(quarantined)})</h2>
    <p class="muted">These records stand aside with their reason; everything else went on.</p>
    <ul class="collections">
      ${records.map(
        ({ record, reason, collection, at }) =>
          html`<li>
            <div class="line">
              <span>${record} <span class="muted">in ${collection}</span></span
              ><time class="muted" datetime="${at}">${moment(at)}</time>
            </div>
            <p class="small">${reason}</p>
          </li>`,
      )}
    </ul>
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
  const { status, reads, id } = connection;
  if (status === "removing") return nothing;
  const verb = (name: string, label: string) =>
    html`<form method="post" action="/connections/${id}/${name}"><button>${label}</button></form>`;
  return html`<div class="card stack" id="verbs">
    <h2 class="visually-hidden">Actions</h2>
    <div class="actions">
      ${reads && status !== "paused" ? html`${verb("reconcile", "Reconcile")}${verb("backfill", "Read all again")}` : nothing}
      ${status === "paused" || status === "degraded" ? verb("resume", "Resume") : nothing}
      ${status === "paused" ? nothing : verb("pause", "Pause")}
    </div>
    ${reads ? html`<p><a href="/connections/${id}/write-back">Write-back</a></p>` : nothing}
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

function webhook({ webhookUrl, subscriptions }: ConnectionDetail): Html | string {
  if (webhookUrl === undefined) return nothing;
  const failed = subscriptions.find(({ state }) => state === "failed");
  const active = subscriptions.filter(({ state }) => state === "active").length;
  return html`<div class="card stack">
    <h2>Webhooks</h2>
    <p>
      ${subscriptions.length === 0 ? "None registered by the hub." : `${active} of ${subscriptions.length} registered and active.`}
    </p>
    ${failed?.problem === undefined ? nothing : html`<p class="error-text">${failed.problem}</p>`}
    <p class="muted small">To register one by hand, send to</p>
    <p><code>${webhookUrl}</code></p>
  </div>`;
}

import { html } from "hono/html";

import { moment, number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { hidden } from "../page/parts.ts";
import type { ConnectionDetail } from "./connection-answers.ts";

/** Records that could not be understood, with their reasons, and the ways to try them again. */
export function quarantineCard(connection: ConnectionDetail): Html | string {
  const { id, quarantine: records, quarantined, collections, status } = connection;
  if (quarantined === 0) return nothing;
  const mayTry = status === "active" || status === "degraded";
  const affected = collections.filter((one) => one.quarantined > 0);
  return html`<section class="card stack" id="quarantine">
    <h2>Not understood (${number(quarantined)})</h2>
    <p class="muted">
      These records stand aside with their reason; everything else went on. Mend them in the tool,
      or update the hub, then try again. What nobody looks after is dropped after 30 days.
    </p>
    ${
      mayTry
        ? html`<div class="actions">
            ${again(id, undefined, "Try all again")}
            ${affected.length > 1 ? affected.map(({ name, title, quarantined: count }) => again(id, name, `Only ${title} (${number(count)})`)) : nothing}
          </div>`
        : nothing
    }
    <ul class="collections">
      ${records.map(
        ({ record, reason, collection, at }) =>
          html`<li>
            <div class="line">
              <span>${record} <span class="muted">in ${titleOf(connection, collection)}</span></span
              ><time class="muted" datetime="${at}">${moment(at)}</time>
            </div>
            <p class="small">${reason}</p>
          </li>`,
      )}
    </ul>
    ${records.length < quarantined ? html`<p class="muted small">The latest ${plural(records.length, "record")} of ${number(quarantined)}.</p>` : nothing}
  </section>`;
}

function titleOf({ collections }: ConnectionDetail, name: string): string {
  return collections.find((one) => one.name === name)?.title ?? name;
}

function again(id: string, collection: string | undefined, label: string): Html {
  return html`<form method="post" action="/connections/${id}/retry-quarantined">
    ${collection === undefined ? nothing : hidden({ collection })}<button>${label}</button>
  </form>`;
}

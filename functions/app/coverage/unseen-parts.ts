import { html } from "hono/html";

import { duration, number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import type { CoverageAnswer } from "./coverage.ts";

type ConnectionCoverage = CoverageAnswer["connections"][number];

/** What we cannot see: accounts without a person, stale sources, records set aside, gaps. */
export function unseen({ accounts, connections }: CoverageAnswer): Html {
  const sources = connections.filter(({ reads }) => reads);
  return html`<section>
    <div class="section-head"><h2>What we cannot see</h2></div>
    <div class="grid">
      <div class="card">
        <h3>Accounts and people</h3>
        ${accountsText(accounts)}
      </div>
      <div class="card">
        <h3>Freshness</h3>
        <ul class="collections">
          ${sources.map(freshnessRow)}
        </ul>
      </div>
      <div class="card">
        <h3>Gaps</h3>
        ${gapList(connections)}
      </div>
    </div>
  </section>`;
}

function accountsText({ total, unmatched, matchPercent }: CoverageAnswer["accounts"]): Html {
  if (total === 0) return html`<p class="muted">No accounts were read yet.</p>`;
  const matched = html`<p>
    ${matchPercent} % of ${plural(total, "account")} of people are matched to a person.
  </p>`;
  if (unmatched === 0)
    return html`${matched}
      <p class="muted">None is unmatched.</p>`;
  return html`${matched}
    <p class="muted">
      Work of the other ${number(unmatched)} has no team we know, so nothing is said about it.
    </p>
    <p><a href="/people">Match them</a></p>`;
}

function freshnessRow({ id, name, isStale, ageSeconds, quarantined }: ConnectionCoverage): Html {
  const age = ageSeconds === undefined ? "not read whole" : `${duration(ageSeconds)} ago`;
  return html`<li>
    <div class="line">
      <a href="/connections/${id}">${name}</a
      ><span class="fresh"><span class="${isStale ? "stale" : ""}">${age}</span></span>
    </div>
    ${quarantined === 0 ? nothing : html`<p class="muted small">${plural(quarantined, "record")} not understood</p>`}
  </li>`;
}

function gapList(connections: readonly ConnectionCoverage[]): Html {
  const gaps = connections.flatMap(({ name, gaps }) =>
    gaps.map((gap) => ({ ...gap, connection: name })),
  );
  if (gaps.length === 0) {
    return html`<p class="muted">No source holds anything back that we asked for.</p>`;
  }
  return html`<ul class="collections">
    ${gaps.map(
      ({ what, why, connection }) =>
        html`<li>
          <b>${what}</b> <span class="muted small">${connection}</span>
          <p class="muted small">${why}</p>
        </li>`,
    )}
  </ul>`;
}

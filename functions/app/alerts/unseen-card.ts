import { html } from "hono/html";

import { plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { rateWords } from "../people/rate-words.ts";
import type { AlertDetail } from "./alert-answers.ts";
import type { UnseenAnswer } from "./read-unseen.ts";

/** What we cannot see: of the sources that an alert rests on, and of the people of its teams. */
export function unseenCard(alert: AlertDetail, unseen: readonly UnseenAnswer[]): Html {
  const blind = unseen.filter(isBlind);
  const stale = alert.sources.filter(({ isStale }) => isStale);
  const rated = alert.teams.filter(({ matchRate }) => matchRate && matchRate.percent < 100);
  return html`<div class="card">
    <h2>What we cannot see</h2>
    ${
      blind.length + stale.length + rated.length === 0
        ? html`<p class="muted">
            Nothing that we know of: every source that it rests on is fresh, was read whole and
            holds nothing back that we asked for.
          </p>`
        : html`<ul class="collections">
            ${stale.map(
              ({ name }) =>
                html`<li>
                  <b>${name}</b> has not answered for too long: what changed there since is not
                  seen.
                </li>`,
            )}${blind.map(blindRow)}${rated.map(
              ({ name, matchRate }) =>
                html`<li>
                  <b>${name}</b> ${rateWords(matchRate)}: work of the others has no team we know.
                </li>`,
            )}
          </ul>`
    }
  </div>`;
}

function isBlind({ isRemoved, problem, quarantined, gaps }: UnseenAnswer): boolean {
  return isRemoved || problem !== undefined || quarantined > 0 || gaps.length > 0;
}

function blindRow({ connectionId, name, isRemoved, problem, quarantined, gaps }: UnseenAnswer) {
  const link = isRemoved
    ? html`<b>${name}</b>`
    : html`<a href="/connections/${connectionId}">${name}</a>`;
  return html`<li>
    ${link}${isRemoved ? " is connected no more." : nothing}
    ${problem === undefined ? nothing : html`<p class="muted small">${problem}</p>`}
    ${quarantined === 0 ? nothing : html`<p class="muted small">${plural(quarantined, "record")} not understood.</p>`}
    ${gaps.map(({ what, why }) => html`<p class="muted small"><b>${what}</b>: ${why}</p>`)}
  </li>`;
}

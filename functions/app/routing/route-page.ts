import { html, raw } from "hono/html";

import { moment } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import type { RouteAnswer } from "./routing-answers.ts";

/** The ladder of an alert: who is told, when, and why. */
export function routeLadder({ rungs, isDefault }: RouteAnswer): Html {
  return html`${isDefault ? html`<p class="notice">Nobody has set the <a href="/routing">routing</a> yet: every channel is told of every alert at once.</p>` : nothing}
    <ol class="stack ladder">
      ${rungs.map(
        ({ rung, at, told, skipped }) =>
          html`<li class="card stack">
            <p class="muted small">
              ${rung === 0 ? "At once, as soon as they may be disturbed" : html`If nobody has taken care of it by ${moment(at)}`}
            </p>
            ${told.length === 0 ? html`<p class="muted">Nobody can be told here.</p>` : nothing}
            <ul>
              ${told.map(({ name, kind, through, because }) => html`<li><b>${name}</b>${kind === "person" ? html` <span class="muted">through ${through}</span>` : nothing}: ${because}</li>`)}
              ${skipped.map(({ name, because }) => html`<li class="muted">${name} is passed over: ${because}</li>`)}
            </ul>
          </li>`,
      )}
    </ol>`;
}

interface PreviewPage {
  readonly route: RouteAnswer;
  readonly units: readonly { readonly id: string; readonly name: string }[];
  readonly chosen: readonly string[];
}

/** Who would get this and why, for an alert of any teams. */
export function routePreviewPage({ route, units, chosen }: PreviewPage): Html {
  const choose = (at: number, label: string) =>
    html`<div class="field">
      <label for="team-${at}">${label}</label>
      <select id="team-${at}" name="team">
        <option value="">None</option>
        ${units.map(({ id, name }) => html`<option value="${id}" ${id === chosen[at] ? raw("selected") : nothing}>${name}</option>`)}
      </select>
    </div>`;
  return layout({
    title: "Who would get what?",
    room: "Rules",
    crumbs: html`<a href="/rules">Rules</a> / <a href="/routing">Routing</a>`,
    intro:
      "An alert about one team, or about work of one that waits for another: who hears of it, when, and why, as things stand now.",
    body: html`<div class="stack">
      <form class="card row" method="get" action="/routing/preview">
        ${choose(0, "Team")}${choose(1, "Waits for the team")}
        <p class="actions"><button class="primary">Show</button></p>
      </form>
      ${routeLadder(route)}
    </div>`,
  });
}

import { html } from "hono/html";

import { duration, moment } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo, safeUrl } from "../page/html.ts";
import { hidden, severityBadge } from "../page/parts.ts";
import type { AlertAnswer } from "./alert-answers.ts";

type Node = AlertAnswer["evidence"]["path"][number];

/**
 * The evidence's path as chips, each leading to the source tool; a missing goal is shown as missing, unless
 * the path leads back to where it began.
 */
export function pathChips(path: readonly Node[]): Html {
  const isRound = path.length > 1 && path[0]?.id === path.at(-1)?.id;
  const isLine = !isRound && path.some(({ role }) => role === "subject" || role === "ancestor");
  return html`<ol class="chips" aria-label="Evidence">
    ${path.map(
      (node, index) =>
        html`<li>
          ${index === 0 ? nothing : html`<span class="to">${between(node)}</span>`}${chip(node)}
        </li>`,
    )}${isLine ? html`<li><span class="to" aria-hidden="true">⋯</span><span class="chip broken">no goal</span></li>` : nothing}
  </ol>`;
}

function between({ role }: Node): string {
  if (role === "blocking") return "waits on";
  if (role === "unit") return "they meet at";
  if (role === "goal") return "serves";
  // One of several that stand beside each other.
  if (role === "listed") return "with";
  return "under";
}

function chip({ label, url, role }: Node): Html {
  const href = safeUrl(url);
  const kind = role === "unit" || role === "team" ? "unit" : "";
  return href === undefined
    ? html`<span class="chip ${kind}" title="${label}">${label}</span>`
    : html`<a class="chip ${kind}" href="${href}" rel="noopener noreferrer" title="${label}"
        >${label}</a
      >`;
}

/** One alert in the list. */
export function alertCard(alert: AlertAnswer, back: string): Html {
  const isOver = alert.status === "resolved" || alert.status === "pending";
  return html`<li class="card alert ${alert.severity}" id="row-${alert.id}" data-row tabindex="-1">
    <article>
      <div class="head">
        <div class="title">
          ${isOver ? nothing : html`<input type="checkbox" id="tick-${alert.id}" name="id" value="${alert.id}" form="bulk" /><label class="visually-hidden" for="tick-${alert.id}">Tick: ${alert.title}</label>`}
          <h3><a href="${pathTo("alerts", alert.id)}">${alert.title}</a></h3>
        </div>
        <span class="row tight"
          >${marks(alert)}${statusBadge(alert)}${severityBadge(alert.severity)}</span
        >
      </div>
      <p class="sentence">${alert.evidence.sentence}</p>
      ${pathChips(alert.evidence.path)}
      ${alert.heldBecause === undefined ? nothing : html`<p class="muted small">Nobody is told of it: ${alert.heldBecause}.</p>`}
      <div class="foot">
        <div class="meta">
          <span
            >For
            <time datetime="${alert.openedAt}" title="${moment(alert.openedAt)}"
              >${duration(alert.ageSeconds)}</time
            ></span
          >
          ${alert.teams.length > 0 ? html`<span>${alert.teams.map(({ name }) => name).join(" and ")}</span>` : nothing}
          <span>${alert.connections.map(({ name }) => name).join(", ")}</span>
          ${alert.sources.some(({ isStale }) => isStale) ? html`<span class="fresh"><span class="stale">rests on a stale source</span></span>` : nothing}
        </div>
        ${alertActions(alert, back)}
      </div>
    </article>
  </li>`;
}

/** What else is to be known of it at a glance. */
export function marks({ contest, isBaseline }: AlertAnswer): Html {
  const isContested = contest !== undefined && contest.answer === undefined;
  return html`${isContested ? html`<span class="badge plain">Contested</span>` : nothing}${isBaseline ? html`<span class="badge plain" title="Found by a first reading">Baseline</span>` : nothing}`;
}

export function statusBadge({
  status,
  snoozedUntil,
  snoozedUntilChange,
}: AlertAnswer): Html | string {
  if (status === "open") return nothing;
  if (status === "snoozed" && snoozedUntil !== undefined) {
    return html`<span class="badge plain">Snoozed until ${moment(snoozedUntil)}</span>`;
  }
  if (status === "snoozed" && snoozedUntilChange) {
    return html`<span class="badge plain">Snoozed until it changes</span>`;
  }
  const tone = status === "acknowledged" || status === "resolved" ? "good" : "";
  return html`<span class="badge ${tone}"
    >${status.charAt(0).toUpperCase() + status.slice(1)}</span
  >`;
}

const snoozeChoices = [
  { hours: 4, label: "4 hours" },
  { hours: 24, label: "1 day" },
  { hours: 24 * 7, label: "1 week" },
  { hours: 24 * 30, label: "30 days" },
] as const;

/** What somebody may do with it in its status. Plain forms: they work without a script. */
export function alertActions(alert: AlertAnswer, back: string): Html | string {
  const action = (verb: string) => `${pathTo("alerts", alert.id)}/${verb}`;
  const mayAcknowledge = alert.status === "open" || alert.status === "snoozed";
  const maySnooze = alert.status === "open" || alert.status === "acknowledged";
  if (!mayAcknowledge && !maySnooze) return nothing;
  return html`<div class="actions">
    ${
      mayAcknowledge
        ? html`<form method="post" action="${action("acknowledge")}">
            ${hidden({ back })}<button aria-label="Acknowledge: ${alert.title}">Acknowledge</button>
          </form>`
        : nothing
    }
    ${
      maySnooze
        ? html`<form method="post" action="${action("snooze")}" class="inline">
            ${hidden({ back })}<label class="visually-hidden" for="hours-${alert.id}"
              >Snooze for</label
            ><select id="hours-${alert.id}" name="hours">
              ${snoozeChoices.map(({ hours, label }) => html`<option value="${hours}">${label}</option>`)}</select
            ><button>Snooze</button>
          </form>`
        : html`<form method="post" action="${action("unsnooze")}">
            ${hidden({ back })}<button>Wake now</button>
          </form>`
    }
  </div>`;
}

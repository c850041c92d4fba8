import { createHash } from "node:crypto";

import { html, raw } from "hono/html";

import { epochMsOf, Instant } from "#shared/model/time.ts";

import { duration, moment, number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, withQuery } from "../page/html.ts";
import { severityBadge } from "../page/parts.ts";
import { alertCard } from "./alert-card.ts";
import type { GroupAnswer } from "./group-alerts.ts";

interface Inbox {
  /** The page's own address, for forms to come back to. */
  readonly here: string;
  readonly nowMs: number;
  /** Filters of the page, for links that add to them. */
  readonly filters: Readonly<Record<string, string | undefined>>;
}

/** The form that all boxes of the inbox belong to, wherever they stand. */
export const bulkForm = "bulk";

/** One matter: a line that unfolds to its alerts. A matter of one alert is just that alert. */
export function inboxGroup(group: GroupAnswer, inbox: Inbox, isOpen: boolean): Html {
  const [only, ...others] = group.alerts;
  if (only && others.length === 0 && group.count === 1) return alertCard(only, inbox.here);
  const id = `group-${createHash("sha256").update(group.key).digest("hex").slice(0, 12)}`;
  const more = group.count - group.alerts.length;
  const all = withQuery("/", { ...inbox.filters, group: group.key, view: "list" });
  return html`<li class="card group ${group.severity}" id="row-${id}" data-row tabindex="-1">
    <input
      type="checkbox"
      id="tick-${id}"
      name="group"
      value="${group.key}"
      form="${bulkForm}"
    /><label class="visually-hidden" for="tick-${id}">Tick all of: ${nameOf(group)}</label>
    <details id="${id}" ${isOpen ? raw("open") : nothing}>
      <summary>${groupLine(group, inbox.nowMs)}</summary>
      <p class="group-note">${group.why} <b>Next step:</b> ${group.nextStep}</p>
      <ul>
        ${group.alerts.map((alert) => alertCard(alert, inbox.here))}
      </ul>
      ${more > 0 ? html`<p class="more"><a href="${all}">Show all ${number(group.count)}</a></p>` : nothing}
    </details>
  </li>`;
}

/** As one would say what it is about. */
function nameOf({ ruleTitle, teams, goal }: GroupAnswer): string {
  const whose = teams.length === 0 ? "no team known" : teams.map(({ name }) => name).join(" and ");
  return `${ruleTitle}, ${whose}${goal ? `, ${goal.name}` : ""}`;
}

function groupLine(group: GroupAnswer, nowMs: number): Html {
  const { ruleTitle, teams, goal, count, open, oldestAt, severity } = group;
  const age = duration((nowMs - epochMsOf(Instant.parse(oldestAt))) / 1000);
  const whose = teams.length === 0 ? "No team known" : teams.map(({ name }) => name).join(" and ");
  return html`<span class="group-line">
    <span class="what"><b>${ruleTitle}</b> <span>${whose}</span></span>
    ${goal ? html`<span class="chip">${goal.name}</span>` : nothing}
    <span class="meta"
      >${plural(count, "alert")}${open < count ? `, ${number(open)} open` : ""} ·
      <time datetime="${oldestAt}" title="${moment(oldestAt)}">oldest ${age}</time></span
    >
    ${severityBadge(severity)}
  </span>`;
}

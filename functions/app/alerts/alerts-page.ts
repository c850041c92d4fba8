import { html } from "hono/html";

import type { Rule } from "#shared/kit/rule.ts";

import { number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, withQuery } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { empty, filterSelect, freshnessLine, pager } from "../page/parts.ts";
import type { TeamRate } from "../people/people-answers.ts";
import { ratePart } from "../people/rate-words.ts";
import type { AlertAnswer } from "./alert-answers.ts";
import { alertCard } from "./alert-card.ts";
import type { AlertList, AlertsQuery } from "./list-alerts.ts";

interface Named {
  readonly id: string;
  readonly name: string;
}

interface AlertsPage {
  readonly list: AlertList;
  readonly query: AlertsQuery;
  readonly rules: readonly Rule[];
  readonly teams: readonly Named[];
  readonly connections: readonly Named[];
  /** The page's own address, for forms to come back to. */
  readonly here: string;
  readonly notice: string | undefined;
  readonly isReading: boolean;
  /** Of the team that is filtered by. */
  readonly matchRate: TeamRate | undefined;
}

/** Everything that needs somebody, one section per rule. */
export function alertsPage(page: AlertsPage): Html {
  const { list, query } = page;
  const { rule, team, connection } = query;
  const filters = { status: query.status, rule, team, connection, after: query.after };
  return layout({
    title: "Alerts",
    room: "Alerts",
    intro:
      "Work that serves no goal, and teams that wait on each other. An alert resolves by itself when its cause is gone.",
    notice: page.notice,
    body: html`<div id="tiles" data-live="4">${tiles(page)}</div>
      ${ratePart(page.matchRate)} ${filterBar(page)}
      <div id="alerts" data-live="4">
        ${list.alerts.length === 0 ? emptyState(page) : sections(page)}
        ${list.sources.length === 0 ? nothing : freshnessLine(list.sources)}
        ${list.alerts.length === 0 ? nothing : pager("/", filters, { shown: list.alerts.length, total: list.total, next: list.next })}
      </div>`,
  });
}

function tiles({ list, query }: AlertsPage): Html {
  const { counts } = list;
  const tile = (status: AlertsQuery["status"], label: string, count: number, tone = "") =>
    html`<a
      class="tile ${tone}"
      href="${withQuery("/", { ...query, limit: undefined, status, after: undefined })}"
      ><b>${number(count)}</b><span>${label}</span></a
    >`;
  return html`<div class="tiles">
    ${tile("open", "open", counts.open, counts.open > 0 ? "is-critical" : "")}
    ${tile("acknowledged", "acknowledged", counts.acknowledged)}
    ${tile("snoozed", "snoozed", counts.snoozed)}
    ${tile("pending", "in their grace period", counts.pending)}
    ${tile("resolved", "resolved", counts.resolved)}
  </div>`;
}

const statusChoices = [
  { value: "standing", label: "Standing" },
  { value: "open", label: "Open" },
  { value: "acknowledged", label: "Acknowledged" },
  { value: "snoozed", label: "Snoozed" },
  { value: "pending", label: "In grace" },
  { value: "resolved", label: "Resolved" },
  { value: "all", label: "All" },
] as const;

function filterBar({ query, rules, teams, connections }: AlertsPage): Html {
  const choices = (named: readonly Named[]) =>
    named.map(({ id, name }) => ({ value: id, label: name }));
  return html`<form
    class="filters"
    method="get"
    action="/"
    data-auto
    role="search"
    aria-label="Filter alerts"
  >
    ${filterSelect("status", "Status", { choices: statusChoices, chosen: query.status })}
    ${filterSelect("rule", "Rule", { any: "Any rule", choices: rules.map(({ name, title }) => ({ value: name, label: title })), chosen: query.rule })}
    ${filterSelect("team", "Team", { any: "Any team", choices: choices(teams), chosen: query.team })}
    ${filterSelect("connection", "Connection", { any: "Any connection", choices: choices(connections), chosen: query.connection })}
    <button>Filter</button>
  </form>`;
}

function sections(page: AlertsPage): Html {
  const byRule = new Map<string, AlertAnswer[]>();
  for (const alert of page.list.alerts) {
    byRule.set(alert.rule, [...(byRule.get(alert.rule) ?? []), alert]);
  }
  return html`${[...byRule].map(([rule, alerts]) => {
    const [first] = alerts;
    return html`<section aria-labelledby="rule-${rule}">
      <div class="section-head">
        <h2 id="rule-${rule}">${first?.ruleTitle ?? rule}</h2>
        <span class="muted small">${plural(alerts.length, "alert")} on this page</span>
      </div>
      <p class="group-note">${first?.why} <b>Next step:</b> ${first?.nextStep}</p>
      <ul>
        ${alerts.map((alert) => alertCard(alert, page.here))}
      </ul>
    </section>`;
  })}`;
}

function emptyState({ query, connections, isReading }: AlertsPage): Html {
  const { status, rule, team, connection } = query;
  const isFiltered = status !== "standing" || Boolean(rule ?? team ?? connection);
  if (connections.length === 0) {
    return empty(
      "Connect your tools to begin",
      "Alerts appear once the hub has read a source of work, a source of goals and the HR system.",
      html`<a class="button primary" href="/connections">Connect a tool</a>`,
    );
  }
  if (isFiltered) {
    return empty(
      "No alert fits these filters",
      "",
      html`<a class="button" href="/">Show all that stand</a>`,
    );
  }
  if (isReading) {
    return empty(
      "Sources are still being read",
      "Nothing is concluded from what has not been read yet. Alerts appear here when the first reading is complete.",
      html`<a class="button" href="/connections">Watch the progress</a>`,
    );
  }
  return empty(
    "Everything is connected",
    "No work lacks a goal and no team waits on another, as far as the connected sources show.",
    html`<a class="button" href="/coverage">See what is covered</a>`,
  );
}

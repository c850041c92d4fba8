import { html, raw } from "hono/html";

import type { Rule } from "#shared/kit/rule.ts";

import { numberOrNone } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, withQuery } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { empty, filterSelect, freshnessLine, hidden, pager } from "../page/parts.ts";
import type { TeamRate } from "../people/people-answers.ts";
import { ratePart } from "../people/rate-words.ts";
import type { SourceAnswer } from "../work-items/work-answers.ts";
import type { AlertAnswer } from "./alert-answers.ts";
import { alertCard } from "./alert-card.ts";
import type { AlertsQuery } from "./filter-alerts.ts";
import type { GroupAnswer } from "./group-alerts.ts";
import { inboxBar } from "./inbox-bar.ts";
import { inboxGroup } from "./inbox-group.ts";
import type { AlertCounts } from "./list-alerts.ts";

interface Named {
  readonly id: string;
  readonly name: string;
}

/** Matters that unfold, or alerts one by one. */
export interface Shown {
  readonly groups?: readonly GroupAnswer[];
  readonly alerts?: readonly AlertAnswer[];
  readonly total: number | undefined;
  readonly counts: AlertCounts | undefined;
  readonly sources: readonly SourceAnswer[];
  readonly next: string | undefined;
}

interface AlertsPage {
  readonly shown: Shown;
  readonly query: AlertsQuery;
  readonly rules: readonly Pick<Rule, "name" | "title">[];
  readonly teams: readonly Named[];
  readonly connections: readonly Named[];
  /** The page's own address, for forms to come back to. */
  readonly here: string;
  readonly notice: string | undefined;
  readonly isReading: boolean;
  /** Of the team that is filtered by. */
  readonly matchRate: TeamRate | undefined;
  readonly nowMs: number;
}

/** Everything that needs somebody, one line per matter. */
export function alertsPage(page: AlertsPage): Html {
  const { shown, query } = page;
  const count = (shown.groups ?? shown.alerts ?? []).length;
  const filters = { ...filtersOf(page), after: query.after };
  return layout({
    title: "Alerts",
    room: "Alerts",
    intro:
      "What needs somebody. An alert resolves by itself when its cause is gone; who thinks that one is wrong can contest it.",
    aside: html`<span class="row tight"
      ><a class="button" href="${withQuery("/brief", { unit: query.team })}"
        >The week’s brief</a
      ></span
    >`,
    notice: page.notice,
    script: "inbox",
    body: html`<div id="tiles" data-live="4">${tiles(page)}</div>
      ${ratePart(page.matchRate)} ${filterBar(page)} ${markBar(page)}
      <div id="alerts" data-live="4">
        ${count === 0 ? emptyState(page) : list(page)}
        ${shown.sources.length === 0 ? nothing : freshnessLine(shown.sources)}
        ${count === 0 ? nothing : pager("/", filters, { shown: count, total: shown.total, next: shown.next })}
      </div>
      ${count === 0 ? nothing : inboxBar({ back: page.here, query: new URLSearchParams(defined(filters)).toString() })}`,
  });
}

function defined(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** All that is filtered by, as it stands in the address. */
function filtersOf({ shown, query }: AlertsPage) {
  const { limit: _limit, after: _after, ...filters } = query;
  return { ...filters, view: shown.alerts ? "list" : undefined };
}

function tiles(page: AlertsPage): Html {
  const { counts } = page.shown;
  const tile = (status: keyof AlertCounts, label: string, tone = "") =>
    html`<a class="tile ${tone}" href="${withQuery("/", { ...filtersOf(page), status })}"
      ><b>${numberOrNone(counts?.[status])}</b><span>${label}</span></a
    >`;
  return html`<div class="tiles">
    ${tile("open", "open", counts && counts.open > 0 ? "is-critical" : "")}
    ${tile("acknowledged", "acknowledged")} ${tile("snoozed", "snoozed")}
    ${tile("pending", "waiting, nobody told")} ${tile("resolved", "resolved")}
  </div>`;
}

const statusChoices = [
  { value: "standing", label: "Standing" },
  { value: "open", label: "Open" },
  { value: "acknowledged", label: "Acknowledged" },
  { value: "snoozed", label: "Snoozed" },
  { value: "pending", label: "Waiting" },
  { value: "resolved", label: "Resolved" },
  { value: "all", label: "All" },
] as const;

const severityChoices = [
  { value: "critical", label: "Critical" },
  { value: "warning", label: "Warning" },
  { value: "info", label: "Info" },
] as const;

function filterBar(page: AlertsPage): Html {
  const { query, rules, teams, connections } = page;
  const choices = (named: readonly Named[]) =>
    named.map(({ id, name }) => ({ value: id, label: name }));
  const { goal, group, contested, baseline, held } = query;
  const { view } = filtersOf(page);
  return html`<form
    class="filters"
    method="get"
    action="/"
    data-auto
    role="search"
    aria-label="Filter alerts"
  >
    ${hidden(defined({ goal, group, contested, baseline, held, view }))}
    ${filterSelect("status", "Status", { choices: statusChoices, chosen: query.status })}
    ${filterSelect("severity", "Severity", { any: "Any severity", choices: severityChoices, chosen: query.severity })}
    ${filterSelect("rule", "Rule", { any: "Any rule", choices: rules.map(({ name, title }) => ({ value: name, label: title })), chosen: query.rule })}
    ${filterSelect("team", "Team, with all below", { any: "Any team", choices: choices(teams), chosen: query.team })}
    ${filterSelect("connection", "Connection", { any: "Any connection", choices: choices(connections), chosen: query.connection })}
    <div>
      <label for="filter-q">Words</label
      ><input id="filter-q" name="q" type="search" maxlength="200" value="${query.q ?? ""}" />
    </div>
    <button>Filter</button>
  </form>`;
}

/** Marks that are switched on and off by a click, and what else the address narrows the page to. */
function markBar(page: AlertsPage): Html {
  const { query } = page;
  const filters = filtersOf(page);
  const mark = (name: string, label: string, on: string | undefined, more = {}) =>
    html`<a
      class="chip ${on === undefined ? "" : "on"}"
      ${on === undefined ? nothing : raw('aria-current="true"')}
      href="${withQuery("/", { ...filters, ...(on === undefined ? more : {}), [name]: on === undefined ? "true" : undefined })}"
      >${label}${on === undefined ? nothing : " ✕"}</a
    >`;
  const narrowed = (name: "goal" | "group", label: string) =>
    query[name] === undefined
      ? nothing
      : html`<a
          class="chip on"
          href="${withQuery("/", { ...filters, [name]: undefined, view: undefined })}"
          >${label} ✕</a
        >`;
  return html`<nav class="marks" aria-label="Marks">
    ${mark("contested", "Contested", query.contested)}${mark("baseline", "Found by a first reading", query.baseline)}${mark("held", "Within a stated share", query.held, { status: "pending" })}${narrowed("goal", "One goal")}${narrowed("group", "One group")}
    <a
      class="chip"
      href="${withQuery("/", { ...filters, view: filters.view === undefined ? "list" : undefined })}"
      >${filters.view === undefined ? "Show one by one" : "Show as groups"}</a
    >
  </nav>`;
}

function list({ shown, here, nowMs, query }: AlertsPage): Html {
  const { groups, alerts = [] } = shown;
  if (!groups) {
    return html`<ul class="inbox">
      ${alerts.map((alert) => alertCard(alert, here))}
    </ul>`;
  }
  const { limit: _limit, after: _after, ...filters } = query;
  return html`<ul class="inbox">
    ${groups.map((group) => inboxGroup(group, { here, nowMs, filters }, groups.length === 1))}
  </ul>`;
}

function emptyState({ query, connections, isReading }: AlertsPage): Html {
  const { status, limit: _limit, after: _after, ...filters } = query;
  const isFiltered =
    status !== "standing" || Object.values(filters).some((value) => value !== undefined);
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

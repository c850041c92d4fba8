import { html } from "hono/html";

import { capital, inWords, moment, number } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import {
  empty,
  filterSelect,
  freshnessLine,
  pager,
  teamName,
  verdictBadge,
  verdictName,
} from "../page/parts.ts";
import type { TeamRate } from "../people/people-answers.ts";
import { ratePart } from "../people/rate-words.ts";
import type { WorkItemList, WorkItemsQuery } from "./list-work-items.ts";
import type { WorkItemAnswer } from "./work-answers.ts";
import { VerdictKind } from "./work-answers.ts";

interface Named {
  readonly id: string;
  readonly name: string;
}

interface WorkItemsPage {
  readonly list: WorkItemList;
  readonly query: WorkItemsQuery;
  readonly teams: readonly Named[];
  readonly connections: readonly Named[];
  /** Of the team that is filtered by. */
  readonly matchRate: TeamRate | undefined;
}

const statusChoices = [
  { value: "open", label: "Open" },
  { value: "todo", label: "To do" },
  { value: "in-progress", label: "In progress" },
  { value: "done", label: "Done" },
  { value: "dropped", label: "Dropped" },
] as const;

/** All work with its verdicts, to search and to filter. */
export function workItemsPage(page: WorkItemsPage): Html {
  const { list, query } = page;
  const { limit: _limit, ...filters } = query;
  return layout({
    title: "Work",
    room: "Work",
    intro: html`${list.total === undefined ? nothing : `${number(list.total)} items fit.`} Read
    ${moment(list.asOf)}.`,
    body: html`${filterBar(page)}${ratePart(page.matchRate)}
    ${
      list.items.length === 0
        ? empty(
            "No work fits these filters",
            "Take one away, or look at all work.",
            html`<a class="button" href="/work-items">Show all work</a>`,
          )
        : html`<div class="table-wrap">
              <table class="cards-on-phone">
                <caption class="visually-hidden">
                  Work items and their verdicts
                </caption>
                <thead>
                  <tr>
                    <th scope="col">Item</th>
                    <th scope="col">Verdict</th>
                    <th scope="col">Team</th>
                    <th scope="col">Status</th>
                    <th scope="col">Source</th>
                  </tr>
                </thead>
                <tbody>
                  ${list.items.map(row)}
                </tbody>
              </table>
            </div>
            ${freshnessLine(list.sources)}
            ${pager("/work-items", filters, { shown: list.items.length, total: list.total, next: list.next })}`
    }`,
  });
}

function row(item: WorkItemAnswer): Html {
  const name = item.key === undefined ? item.title : `${item.key} ${item.title}`;
  return html`<tr>
    <th scope="row">
      <a href="${pathTo("work-items", item.id)}">${name}</a>
      <div class="muted small">
        ${capital(item.kind)}${item.container === undefined ? nothing : ` in ${item.container}`}
      </div>
    </th>
    <td><span title="${inWords(item.verdict.reason)}">${verdictBadge(item.verdict)}</span></td>
    <td data-label="Team">${teamName(item.team)}</td>
    <td data-label="Status"><span title="${item.originalStatus}">${inWords(item.status)}</span></td>
    <td data-label="Source">${item.connection}</td>
  </tr>`;
}

function filterBar({ query, teams, connections }: WorkItemsPage): Html {
  const choices = (named: readonly Named[]) =>
    named.map(({ id, name }) => ({ value: id, label: name }));
  const verdicts = VerdictKind.options.map((kind) => ({ value: kind, label: verdictName(kind) }));
  return html`<form
    class="filters"
    method="get"
    action="/work-items"
    data-auto
    role="search"
    aria-label="Filter work"
  >
    <div class="wide">
      <label for="filter-text">Search</label
      ><input
        id="filter-text"
        type="search"
        name="text"
        value="${query.text ?? ""}"
        placeholder="Title, key or project"
      />
    </div>
    ${filterSelect("verdict", "Verdict", { any: "Any verdict", choices: verdicts, chosen: query.verdict })}
    ${filterSelect("status", "Status", { any: "Any status", choices: statusChoices, chosen: query.status })}
    ${filterSelect("team", "Team", { any: "Any team", choices: [...choices(teams), { value: "none", label: "No team known" }], chosen: query.team })}
    ${filterSelect("connection", "Connection", { any: "Any connection", choices: choices(connections), chosen: query.connection })}
    <button>Filter</button>
  </form>`;
}

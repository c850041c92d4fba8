import { html } from "hono/html";

import type { Issue, JiraState } from "../state.ts";
import { layout, statusLabel } from "./layout.ts";

const rowsShownMax = 100;

/** All issues, newest change first, or those that fit the search: key, summary, project or type. */
export function listPage(state: JiraState, search: string) {
  const words = search
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== "");
  const found = [...state.issues.values()]
    .filter((issue) => fits(state, issue, words))
    .toSorted((a, b) => (a.updated < b.updated ? 1 : -1));
  const generated = state.store.bulk?.count ?? 0;
  const shown = found.slice(0, rowsShownMax);
  const body = html`
    <h1>Work items</h1>
    <form method="get" action="/">
      <input
        type="search"
        name="q"
        value="${search}"
        placeholder="Key, words of the summary, type or project"
        aria-label="Search"
        autofocus
      />
      <button>Search</button>
    </form>
    <p class="dim">
      ${found.length} of ${state.issues.size} work
      items${generated > 0 ? html`, besides ${generated} generated ones` : ""}${found.length > shown.length ? html`, the ${shown.length} changed last are shown` : ""}
    </p>
    <table>
      <thead>
        <tr>
          <th>Key</th>
          <th>Summary</th>
          <th class="wide-only">Type</th>
          <th>Status</th>
          <th class="wide-only">Parent</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map((issue) => row(state, issue))}
      </tbody>
    </table>
  `;
  return layout(state.siteName, "Work items", body);
}

function row(state: JiraState, issue: Issue) {
  const parent = issue.parentId === undefined ? undefined : state.issue(issue.parentId);
  return html`<tr>
    <td class="key"><a href="/browse/${issue.key}">${issue.key}</a></td>
    <td>${issue.summary}</td>
    <td class="wide-only">${state.typeOf(issue).name}</td>
    <td>${statusLabel(state.statusOf(issue))}</td>
    <td class="wide-only key">
      ${parent ? html`<a href="/browse/${parent.key}">${parent.key}</a>` : ""}
    </td>
  </tr>`;
}

function fits(state: JiraState, issue: Issue, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const project = state.projectOf(issue);
  const text = [issue.key, issue.summary, state.typeOf(issue).name, project.name, project.key]
    .join(" ")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

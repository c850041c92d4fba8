import { html } from "hono/html";

import type { RemoteLink } from "../entities.ts";
import { possibleParents } from "../hierarchy.ts";
import type { Issue, JiraState, Link } from "../state.ts";
import { layout, statusLabel } from "./layout.ts";

/** One issue, with forms for what the hub reacts to: status, parent, URL fields, what blocks it. */
export function issuePage(state: JiraState, issue: Issue, problem?: string) {
  const type = state.typeOf(issue);
  const project = state.projectOf(issue);
  const assignee = issue.assigneeId === undefined ? undefined : state.users.get(issue.assigneeId);
  const children = state.childrenOf(issue.id);
  const body = html`
    <p class="dim">${project.name} / ${type.name} / ${issue.key}</p>
    <h1>${issue.summary}</h1>
    ${problem === undefined ? "" : html`<p class="problem" role="alert">${problem}</p>`}
    <dl>
      <dt>Status</dt>
      <dd>${statusLabel(state.statusOf(issue))}</dd>
      <dt>Assignee</dt>
      <dd>
        ${assignee ? `${assignee.displayName}${assignee.active ? "" : " (inactive)"}` : "Unassigned"}
      </dd>
      <dt>Labels</dt>
      <dd>${issue.labels.join(", ") || "None"}</dd>
      <dt>Due</dt>
      <dd>${issue.duedate ?? "None"}</dd>
      <dt>Updated</dt>
      <dd>${issue.updated}</dd>
    </dl>
    ${statusForm(state, issue)} ${parentForm(state, issue)} ${fieldForms(state, issue)}
    ${linkForms(state, issue)} ${annotations(state, issue)}
    <h2>Child work items</h2>
    ${
      children.length === 0
        ? html`<p class="dim">None</p>`
        : html`<ul>
            ${children.map((child) => html`<li>${reference(state, child)}</li>`)}
          </ul>`
    }
  `;
  return layout(state.siteName, `${issue.key} ${issue.summary}`, body);
}

function reference(state: JiraState, issue: Issue) {
  return html`<a class="key" href="/browse/${issue.key}">${issue.key}</a> ${issue.summary}
    ${statusLabel(state.statusOf(issue))}`;
}

function option(value: string, text: string, isChosen: boolean) {
  return html`<option value="${value}" ${isChosen ? "selected" : ""}>${text}</option>`;
}

function statusForm(state: JiraState, issue: Issue) {
  return html`<h2>Change status</h2>
    <form method="post" action="/browse/${issue.key}/status">
      <select name="statusId" aria-label="Status">
        ${state.statuses.map(({ id, name }) => option(id, name, id === issue.statusId))}
      </select>
      <button>Change</button>
    </form>`;
}

function parentForm(state: JiraState, issue: Issue) {
  const parent = issue.parentId === undefined ? undefined : state.issue(issue.parentId);
  const choices = possibleParents(state, issue);
  return html`<h2>Parent</h2>
    ${parent ? html`<p>${reference(state, parent)}</p>` : html`<p class="dim">None</p>`}
    ${
      choices.length === 0
        ? html`<p class="dim">This project has nothing above ${state.typeOf(issue).name}.</p>`
        : html`<form method="post" action="/browse/${issue.key}/parent">
            <select class="wide" name="parentKey" aria-label="Parent">
              ${option("", "No parent", !parent)}
              ${choices.map((each) =>
                option(each.key, `${each.key} ${each.summary}`, each === parent),
              )}
            </select>
            <button>Set parent</button>
          </form>`
    }`;
}

function fieldForms(state: JiraState, issue: Issue) {
  return state
    .fieldsOf(issue)
    .filter(({ type }) => type === "url")
    .map(({ id, name }) => {
      const value = issue.custom[id];
      const text = typeof value === "string" ? value : "";
      return html`<h2>${name}</h2>
        <form method="post" action="/browse/${issue.key}/field/${id}">
          <input
            type="url"
            name="value"
            value="${text}"
            placeholder="https://…"
            aria-label="${name}"
          />
          <button>Save</button>
        </form>`;
    });
}

/** What tools have pinned to the issue: nothing to change here, but to see. */
function annotations(state: JiraState, issue: Issue) {
  const links = state.remoteLinks.get(issue.id) ?? [];
  const properties = [...(state.properties.get(issue.id) ?? [])];
  const line = ({ object, relationship }: RemoteLink) => {
    const [url, title] = [String(object["url"]), String(object["title"])];
    // Only an address of the web may be followed; anything else could be a script.
    const shown = /^https?:/u.test(url) ? html`<a href="${url}">${title}</a>` : html`${title}`;
    return html`<li><span class="dim">${relationship ?? "links to"}</span> ${shown}</li>`;
  };
  return html`${
    links.length === 0
      ? ""
      : html`<h2>Links to elsewhere</h2>
          <ul>
            ${links.map(line)}
          </ul>`
  }
  ${
    properties.length === 0
      ? ""
      : html`<h2>Properties (which Jira shows to nobody)</h2>
          <dl>
            ${properties.map(
              ([key, value]) =>
                html`<dt>${key}</dt>
                  <dd><code>${JSON.stringify(value)}</code></dd>`,
            )}
          </dl>`
  }`;
}

function linkForms(state: JiraState, issue: Issue) {
  const blocks = state.linkTypes[0];
  const line = (link: Link) => {
    const isSource = link.sourceId === issue.id;
    const other = state.issue(isSource ? link.destinationId : link.sourceId);
    const type = state.linkTypeOf(link);
    return html`<li>
      <span class="dim">${isSource ? type.outward : type.inward}</span>
      ${other ? reference(state, other) : ""}
      <form method="post" action="/browse/${issue.key}/unlink">
        <button class="plain" name="linkId" value="${link.id}">Remove</button>
      </form>
    </li>`;
  };
  const links = state.linksOf(issue.id);
  return html`<h2>Linked work items</h2>
    ${
      links.length === 0
        ? html`<p class="dim">None</p>`
        : html`<ul>
            ${links.map(line)}
          </ul>`
    }
    <form method="post" action="/browse/${issue.key}/link">
      <label for="blocker">${blocks?.inward ?? "is blocked by"}</label>
      <input id="blocker" name="sourceKey" placeholder="Key, such as PAY-12" required />
      <button>Add link</button>
    </form>`;
}

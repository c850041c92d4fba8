import { html } from "hono/html";

import { capital, inWords, moment, number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { empty } from "../page/parts.ts";
import type { LinkRuleAnswer } from "./link-rule-answers.ts";
import type { DescribedRules } from "./list-link-rules.ts";

const create = html`<a class="button primary" href="/link-rules/new">New link rule</a>`;

/** Every link rule with what it does now. */
export function linkRulesPage(
  { rules, unreadable }: DescribedRules,
  notice: string | undefined,
): Html {
  return layout({
    title: "Link rules",
    room: "Link rules",
    intro:
      "What is said once about all work of a kind: everything that fits serves that goal. Work that has a link of its own keeps to that.",
    aside: rules.length === 0 ? html`` : create,
    notice,
    body: html`${unread(unreadable)}${rules.length === 0 ? none : table(rules)}`,
  });
}

const none = empty(
  "No link rules yet",
  "A rule links all work that fits a filter to a goal: a label, a project, a section, a field of the tool.",
  create,
);

/** They are named, because nothing else on the pages says why no finding comes any more. */
function unread(ids: readonly string[]): Html | string {
  if (ids.length === 0) return nothing;
  return html`<section class="notice bad stack" role="alert">
    <p>
      ${plural(ids.length, "link rule cannot be read", "link rules cannot be read")}: stored by
      another version of the hub, or changed by hand. What such a rule linked is not known, so no
      work is found unlinked while it is there. Delete it, and make it anew; what it held back is
      found within the hour.
    </p>
    ${ids.map(
      (id) =>
        html`<form method="post" action="${pathTo("link-rules", id)}/remove">
          <button class="danger">Delete ${id}</button>
        </form>`,
    )}
  </section>`;
}

function table(rules: readonly LinkRuleAnswer[]): Html {
  return html`<div class="table-wrap">
    <table class="cards-on-phone">
      <caption class="visually-hidden">
        Link rules and what they link
      </caption>
      <thead>
        <tr>
          <th scope="col">Rule</th>
          <th scope="col">Serves</th>
          <th scope="col" class="num">Open items it fits</th>
          <th scope="col" class="num">Linked through it</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        ${rules.map(row)}
      </tbody>
    </table>
  </div>`;
}

function row(rule: LinkRuleAnswer): Html {
  const { id, name, filter, openItems, linkedItems } = rule;
  return html`<tr>
    <th scope="row">
      <a href="${pathTo("link-rules", id)}">${name}</a>
      <div><code class="muted">${filter}</code></div>
    </th>
    <td data-label="Serves">${goalName(rule)}</td>
    <td class="num" data-label="Open items it fits">${number(openItems)}</td>
    <td class="num" data-label="Linked through it">${number(linkedItems)}</td>
    <td>
      <div class="row tight">${stateBadge(rule)}${switchForm(rule)}</div>
      ${rule.expiresAt === undefined || rule.problem === "expired" ? nothing : html`<p class="small muted">Until ${moment(rule.expiresAt)}</p>`}
    </td>
  </tr>`;
}

function goalName({ goal, goalId }: LinkRuleAnswer): Html {
  if (!goal) return html`<span class="muted">A goal that is not there</span>`;
  return html`<a href="${pathTo("goals", goalId)}">${goal.title}</a>
    <div class="muted small">${capital(inWords(goal.kind))}</div>`;
}

const problems: Readonly<Record<NonNullable<LinkRuleAnswer["problem"]>, string>> = {
  "filter-unreadable": "Filter cannot be read",
  expired: "Has expired",
  "goal-gone": "Goal is gone",
  "goal-dropped": "Goal was dropped",
};

export function stateBadge({ isEnabled, problem }: LinkRuleAnswer): Html {
  if (!isEnabled) return html`<span class="badge">Off</span>`;
  return problem === undefined
    ? html`<span class="badge good">On</span>`
    : html`<span class="badge warning">${problems[problem]}</span>`;
}

function switchForm({ id, name, isEnabled }: LinkRuleAnswer): Html {
  const verb = isEnabled ? "disable" : "enable";
  return html`<form method="post" action="${pathTo("link-rules", id)}/${verb}">
    <button class="quiet">
      Switch ${isEnabled ? "off" : "on"}<span class="visually-hidden"> ${name}</span>
    </button>
  </form>`;
}

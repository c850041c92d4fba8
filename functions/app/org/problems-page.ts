import { html } from "hono/html";

import type { Html } from "../page/html.ts";
import { nothing, withQuery } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { empty, filterSelect, pager } from "../page/parts.ts";
import { personLink } from "../people/people-parts.ts";
import type { ProblemList, ProblemsQuery } from "./list-problems.ts";
import type { ProblemAnswer, ProblemKind } from "./org-answers.ts";
import { ProblemKind as Kinds } from "./org-answers.ts";

const titles: Readonly<Record<ProblemKind, string>> = {
  "reporting-cycle": "Reporting in a circle",
  "unit-cycle": "Units within themselves",
  "missing-manager": "Manager who does not exist",
  "missing-unit": "Unit that does not exist",
  "missing-parent": "Parent that does not exist",
  "shared-work-email": "Shared work address",
  "stray-membership": "Stray membership",
};

interface ProblemsPage {
  readonly list: ProblemList;
  readonly query: ProblemsQuery;
}

/** Edges to mend, for whoever keeps the HR systems. */
export function problemsPage({ list, query }: ProblemsPage): Html {
  const { day, kind, after } = query;
  return layout({
    title: "What does not add up",
    room: "Organisation",
    crumbs: html`<a href="${withQuery("/org", { day })}">Organisation</a>`,
    intro: "Nothing of it stops anything. It is mended in the system that tells it.",
    body: html`<form class="filters" method="get" action="/org/problems">
        ${day === undefined ? nothing : html`<input type="hidden" name="day" value="${day}" />`}
        ${filterSelect("kind", "Kind", {
          any: "All kinds",
          choices: Kinds.options.map((value) => ({ value, label: titles[value] })),
          chosen: kind,
        })}
        <button>Show</button>
      </form>
      ${
        list.total === 0
          ? empty("Everything adds up", "Every manager, unit and team that is named exists.")
          : html`<div class="card">
                <ul class="collections">
                  ${list.problems.map((one) => problemRow(one, day))}
                </ul>
              </div>
              ${pager("/org/problems", { day, kind, after }, { shown: list.problems.length, total: list.total, next: list.next })}`
      }`,
  });
}

function problemRow({ kind, text, people, units }: ProblemAnswer, day: string | undefined): Html {
  const named = [
    ...people.map((one) => personLink(one)),
    ...units.map(
      ({ id, name }) => html`<a href="${withQuery("/org", { day, unit: id })}">${name}</a>`,
    ),
  ];
  return html`<li>
    <div class="line"><strong>${titles[kind]}</strong></div>
    ${named.length === 0 ? nothing : html`<p>${named.map((one, at) => html`${at === 0 ? nothing : ", "}${one}`)}</p>`}
    <p class="muted small">${text}</p>
  </li>`;
}

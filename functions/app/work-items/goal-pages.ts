import { html } from "hono/html";

import { capital, inWords, moment, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { empty, facts, freshnessLine, sourceLink, teamName, verdictBadge } from "../page/parts.ts";
import { rateWords } from "../people/rate-words.ts";
import type { GoalAnswer, GoalDetail, GoalTreeAnswer } from "./goal-answers.ts";
import { goalMap } from "./goal-map.ts";

interface GoalsPage {
  readonly goals: readonly GoalTreeAnswer[];
  readonly asOf: string;
  readonly sources: GoalDetail["sources"];
}

/** All goals, as a map where there is room and as a list everywhere. */
export function goalsPage({ goals, asOf, sources }: GoalsPage): Html {
  return layout({
    title: "Goals",
    room: "Goals",
    intro: html`From theme to initiative, with the open work that serves each. Read ${moment(asOf)}.`,
    body:
      goals.length === 0
        ? empty(
            "No goals yet",
            "Connect a tool that holds goals: Asana goals, a Jira issue level that your settings name, or a file.",
            html`<a class="button primary" href="/connections">Connect a tool</a>`,
          )
        : html`<div id="goals" data-live="15">
            ${goalMap(goals)}
            <section class="card tree only-narrow" aria-label="Goals as a list">
              <ul>
                ${goals.map(branch)}
              </ul>
            </section>
            ${freshnessLine(sources)}
          </div>`,
  });
}

function branch(goal: GoalTreeAnswer): Html {
  return html`<li>
    ${line(goal)}${
      goal.children.length === 0
        ? nothing
        : html`<ul>
            ${goal.children.map(branch)}
          </ul>`
    }
  </li>`;
}

function line(goal: GoalAnswer): Html {
  return html`<div class="line">
    <a href="${pathTo("goals", goal.id)}">${goal.title}</a
    ><span class="muted small"
      >${capital(inWords(goal.kind))} ·
      ${workWords(goal)}${isClosed(goal) ? ` · ${inWords(goal.status)}` : nothing}</span
    >
  </div>`;
}

function workWords({ counts }: GoalAnswer): string {
  if (counts.openWork + counts.closedWork === 0) return "no work serves it";
  return plural(counts.openWork, "open item");
}

function isClosed({ status }: GoalAnswer): boolean {
  return status === "done" || status === "dropped";
}

/** One goal between what it serves and what serves it. */
export function goalPage(detail: GoalDetail): Html {
  const { goal, above, below, linkedItems } = detail;
  return layout({
    title: goal.title,
    room: "Goals",
    crumbs: html`<a href="/goals">Goals</a
      >${above.toReversed().map((one) => html` / <a href="${pathTo("goals", one.id)}">${one.title}</a>`)}`,
    body: html`<div class="split">
      <div class="stack">
        <section class="card">
          <h2>Work that links to it</h2>
          ${
            linkedItems.length === 0
              ? html`<p class="muted">Nothing links to this goal itself.</p>`
              : html`<ul class="collections">
                  ${linkedItems.map(linkedItem)}
                </ul>`
          }
        </section>
        <section class="card tree">
          <h2>Goals below it</h2>
          ${below.length === 0 ? html`<p class="muted">None.</p>` : html`<div>${below.map(line)}</div>`}
        </section>
      </div>
      <aside class="stack" aria-label="About this goal">
        <div class="card">${goalFacts(goal)}</div>
        ${freshnessLine(detail.sources)}
      </aside>
    </div>`,
  });
}

function linkedItem(item: GoalDetail["linkedItems"][number]): Html {
  return html`<li>
    <div class="line">
      <a href="${pathTo("work-items", item.id)}"
        >${item.key === undefined ? item.title : `${item.key} ${item.title}`}</a
      ><span class="muted small">${teamName(item.team)} · ${inWords(item.status)}</span>
    </div>
    ${item.verdict.kind === "linked" ? nothing : verdictBadge(item.verdict)}
  </li>`;
}

function goalFacts(goal: GoalAnswer): Html {
  const { progress } = goal;
  return facts([
    ["Kind", capital(inWords(goal.kind))],
    ["Status", inWords(goal.status)],
    ["Team", html`${teamName(goal.team)} ${rateWords(goal.matchRate)}`],
    ["Due", goal.dueOn],
    ["Progress", progress === undefined ? undefined : `${Math.round(progress * 100)} %`],
    ["Open work", goal.counts.openWork],
    ["Closed work", goal.counts.closedWork],
    ["Source", sourceLink(`Open in ${goal.connection}`, goal.url)],
  ]);
}

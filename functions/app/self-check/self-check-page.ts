import { html } from "hono/html";

import { WorkItemId } from "#shared/model/ids.ts";

import { inWords, moment, number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { empty } from "../page/parts.ts";
import type { SelfCheckRun } from "./self-check-answers.ts";

type Result = NonNullable<SelfCheckRun["result"]>;

/** Whether what the hub says is what a fresh look at everything says: now, and over time. */
export function selfCheckPage(runs: readonly SelfCheckRun[], notice: string | undefined): Html {
  const [latest] = runs;
  const isUnderWay = latest?.state === "wanted" || latest?.state === "running";
  return layout({
    title: "Self-check",
    room: "Coverage",
    crumbs: html`<a href="/coverage">Coverage</a> / Self-check`,
    intro:
      "Every hour the hub works out all its findings afresh from what it has read, compares them with those that it shows, and mends what differs. Here is what that came to.",
    notice,
    body: html`<div class="stack">
      <div id="latest" data-live="${isUnderWay ? 2 : 10}" class="stack">
        ${latest ? latestPart(runs) : noneYet()}
      </div>
      <form method="post" action="/self-check" class="row">
        <button class="primary">Run now</button>
        <span class="muted small"
          >It takes seconds, or minutes where there is much; this page tells when it is done.</span
        >
      </form>
      <div id="runs" data-live="10">${runs.length === 0 ? nothing : runTable(runs)}</div>
    </div>`,
  });
}

function noneYet(): Html {
  return empty("No self-check yet", "The first runs within the hour. You need not wait for it.");
}

function latestPart(runs: readonly SelfCheckRun[]): Html {
  const [latest] = runs;
  const done = runs.find(({ result }) => result !== undefined);
  return html`${latest && latest !== done ? html`<p class="notice" role="status">${stateWords(latest)}</p>` : nothing}
  ${done?.result ? resultPart(done, done.result) : nothing}`;
}

function stateWords({ state, startedAt, problem, wantedAt }: SelfCheckRun): string {
  switch (state) {
    case "wanted":
      return `A self-check was asked for ${moment(wantedAt)}. It begins in a moment.`;
    case "running":
      return `A self-check is running since ${moment(startedAt ?? wantedAt)}.`;
    case "failed":
      return problem === "out-of-time"
        ? `The self-check of ${moment(wantedAt)} never came to its end: it ran out of time or memory.`
        : `The self-check of ${moment(wantedAt)} failed: ${problem ?? "unknown"}. The next one tries again.`;
    case "done":
      return `Done ${moment(startedAt ?? wantedAt)}.`;
  }
}

function resultPart(run: SelfCheckRun, result: Result): Html {
  const { subjects, drift, expected, remaining, unreadable } = result;
  return html`<section class="card stack">
      <div class="section-head">
        <h2>${number(drift)} of ${plural(subjects, "finding")} had to be mended</h2>
        <span class="muted small">${moment(run.startedAt ?? run.wantedAt)}, ${took(run)}</span>
      </div>
      ${mendedPart(result)}
      ${
        expected === 0
          ? nothing
          : html`<p class="muted">
              ${plural(expected, "more finding")} ${expected === 1 ? "was" : "were"} put right as
              expected: a link had run out, enough accounts are matched by now, or the check came
              before the news of a change did.
            </p>`
      }
      ${
        remaining === undefined
          ? nothing
          : html`<p class="muted">
              ${plural(remaining, "more finding")} differed than there was time for. The hub goes on
              with ${remaining === 1 ? "it" : "them"} at once.
            </p>`
      }
      ${driftPart(result)}
    </section>
    ${unreadable === 0 ? nothing : unreadablePart(result)}`;
}

/** Of a run that had not the time for everything nobody can say that all was right. */
function mendedPart({ drift, remaining }: Result): Html | string {
  if (drift > 0) {
    return html`<p>
      They are right again. It should not have happened: please report it, with what stands below.
    </p>`;
  }
  if (remaining !== undefined) return nothing;
  return html`<p>What the hub shows is what a fresh look at everything says.</p>`;
}

function took({ durationMs }: SelfCheckRun): string {
  if (durationMs === undefined) return "";
  return durationMs < 1000 ? `took ${durationMs} ms` : `took ${(durationMs / 1000).toFixed(1)} s`;
}

function driftPart({ driftByRule, examples }: Result): Html | string {
  if (driftByRule.length === 0) return nothing;
  return html`<h3>What had drifted</h3>
    <ul>
      ${driftByRule.map(({ ruleTitle, drift }) => html`<li>${ruleTitle}: ${number(drift)}</li>`)}
    </ul>
    <ul class="collections">
      ${examples.map(
        (one) =>
          html`<li>
            ${subjectLink(one.subjectId)}: the hub said ${openWords(one.stored)}, and it is
            ${openWords(one.found)}${one.because === undefined ? nothing : ` (${inWords(one.because)})`}
          </li>`,
      )}
    </ul>`;
}

function subjectLink(id: string): Html {
  return WorkItemId.safeParse(id).success
    ? html`<a href="${pathTo("work-items", id)}">${id}</a>`
    : html`<span>${id}</span>`;
}

function openWords(state: "open" | "not-open"): string {
  return state === "open" ? "open" : "not open";
}

function unreadablePart({ unreadable, unreadableNamed }: Result): Html {
  return html`<section class="card stack">
    <h2>${plural(unreadable, "stored item")} cannot be read</h2>
    <p>
      The hub concludes nothing from ${unreadable === 1 ? "it" : "them"}: what it cannot read is
      unknown, and findings that rest on it stay as they are. Reading everything again from its
      source replaces most such items.
    </p>
    <ul class="collections">
      ${unreadableNamed.map(
        ({ key, type, reason }) =>
          html`<li>
            <b>${type}</b> <code>${key}</code>
            <p class="muted small">${reason}</p>
          </li>`,
      )}
    </ul>
  </section>`;
}

function runTable(runs: readonly SelfCheckRun[]): Html {
  return html`<section>
    <div class="section-head"><h2>Over time</h2></div>
    <div class="table-wrap">
      <table class="cards-on-phone">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Started by</th>
            <th scope="col">State</th>
            <th scope="col" class="num">Looked at</th>
            <th scope="col" class="num">Had drifted</th>
            <th scope="col" class="num">As expected</th>
            <th scope="col" class="num">Unreadable</th>
          </tr>
        </thead>
        <tbody>
          ${runs.map(runRow)}
        </tbody>
      </table>
    </div>
  </section>`;
}

function runRow(run: SelfCheckRun): Html {
  const { wantedAt, startedBy, state, result } = run;
  const shown = (value: number | undefined) => (value === undefined ? "–" : number(value));
  return html`<tr>
    <th scope="row">${moment(wantedAt)}</th>
    <td data-label="Started by">${startedBy === "person" ? "somebody" : "the clock"}</td>
    <td data-label="State">${state === "done" ? `done, ${took(run)}` : state}</td>
    <td class="num" data-label="Looked at">${shown(result?.subjects)}</td>
    <td class="num" data-label="Had drifted">${shown(result?.drift)}</td>
    <td class="num" data-label="As expected">${shown(result?.expected)}</td>
    <td class="num" data-label="Unreadable">${shown(result?.unreadable)}</td>
  </tr>`;
}

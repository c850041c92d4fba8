import { html } from "hono/html";

import type { HubError } from "#shared/errors.ts";
import type { Connection } from "#shared/model/connection.ts";

import { verdictBar, verdictLegend } from "../coverage/verdict-bar.ts";
import { capital, inWords, number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { severityBadge, sourceLink, verdictBadge } from "../page/parts.ts";
import { gapList } from "./check-page.ts";
import type { DryRunAnswer } from "./dry-run.ts";
import { setupPage, setupPath } from "./setup-frame.ts";

interface SamplePage {
  readonly connection: Connection;
  readonly connectorTitle: string;
  readonly result: DryRunAnswer | undefined;
  readonly problem: HubError | undefined;
  readonly notice: string | undefined;
}

/** What would come of it, on a sample; and the button that starts it. */
export function samplePage(page: SamplePage): Html {
  const { connection, connectorTitle, result, problem, notice } = page;
  const records = result?.collections.reduce((sum, one) => sum + one.records, 0) ?? 0;
  return setupPage({
    connection,
    connectorTitle,
    step: "sample",
    title: "What would come of it",
    intro: result
      ? `We looked at the first ${plural(records, "record")} and stored none of them.`
      : "A sample could not be read.",
    problem,
    notice,
    body: html`<div class="stack">
      ${result ? html`${honesty(result)}${looked(result)}${kinds(result)}${notUnderstood(result)}${sights(result)}${wouldAlert(result)}` : nothing}
      <form class="actions" method="post" action="/connections/${connection.id}/start">
        <button class="primary">Start reading everything</button>
        <a class="button" href="${setupPath(connection, "mapping")}?kept=1">Back, and change it</a>
        <a class="button" href="${setupPath(connection, "sample")}">Try again</a>
      </form>
    </div>`,
  });
}

function honesty({ isWhole }: DryRunAnswer): Html {
  if (isWhole) {
    return html`<p class="notice">
      This is all there is to read now. Only what hangs on work in other tools is decided later.
    </p>`;
  }
  return html`<p class="notice warn">
    This is a sample, the first records of each collection. Whatever hangs on a parent or a goal
    that we did not read for it counts as unknown here, and is decided once everything was read.
    Alerts wait for that, too.
  </p>`;
}

const endings: Readonly<Record<string, string>> = {
  whole: "all there is",
  part: "the first of them",
  time: "as far as fifteen seconds went",
  refused: "refused",
};

function looked({ collections, recordsAbove, gaps }: DryRunAnswer): Html {
  return html`<section class="card">
    <h2>What we looked at</h2>
    <ul class="collections">
      ${collections.map(
        ({ title, records, recordsTotal, ended, problem }) =>
          html`<li>
            <div class="line">
              <span>${title}</span
              ><span class="muted num"
                >${number(records)}${recordsTotal === undefined ? nothing : ` of ${number(Math.max(recordsTotal, records))}`}
                · ${endings[ended] ?? ended}</span
              >
            </div>
            ${problem === undefined ? nothing : html`<p class="error-text">${problem}</p>`}
          </li>`,
      )}
    </ul>
    ${recordsAbove === 0 ? nothing : html`<p class="muted small">and ${plural(recordsAbove, "record")} above them, to see where their lines lead</p>`}
    ${gapList(gaps)}
  </section>`;
}

const typeWords: Readonly<Record<string, string>> = {
  "work-item": "Work",
  goal: "Goal",
  account: "Accounts of people",
  person: "People",
  "org-unit": "Org units",
};

function kinds({ normalized }: DryRunAnswer): Html {
  if (normalized.length === 0) {
    return html`<section class="card">
      <h2>What it would become</h2>
      <p class="muted">
        Nothing was found. Perhaps nothing is chosen, or the account sees nothing of it.
      </p>
    </section>`;
  }
  return html`<section class="card">
    <h2>What it would become</h2>
    <ul class="collections">
      ${normalized.map(
        ({ type, kind, originalKinds, count, examples }) =>
          html`<li>
            <div class="line">
              <span
                >${typeWords[type] ?? type}${kind === type ? nothing : `: ${capital(inWords(kind)).toLowerCase()}`}
                ${originalKinds.length === 0 ? nothing : html`<span class="muted small">from ${originalKinds.join(", ")}</span>`}</span
              ><b class="num">${number(count)}</b>
            </div>
            ${examples.length === 0 ? nothing : html`<p class="muted small">${examples.join(" · ")}</p>`}
          </li>`,
      )}
    </ul>
  </section>`;
}

function notUnderstood({ notUnderstood: records }: DryRunAnswer): Html | string {
  if (records.length === 0) return nothing;
  return html`<section class="card">
    <h2>What we did not understand (${number(records.length)})</h2>
    <p class="muted">Such records stand aside with their reason; everything else goes on.</p>
    <ul class="collections">
      ${records.map(
        ({ record, collection, reason }) =>
          html`<li>
            <div>${record} <span class="muted">in ${collection}</span></div>
            <p class="small">${reason}</p>
          </li>`,
      )}
    </ul>
  </section>`;
}

function sights({ verdicts }: DryRunAnswer): Html | string {
  if (verdicts.length === 0) return nothing;
  const counts = { linked: 0, unlinked: 0, allowed: 0, unlinkable: 0, unknown: 0 };
  for (const { kind, count } of verdicts) counts[kind] = count;
  return html`<section class="card stack">
    <h2>Line of sight of the work in it</h2>
    ${verdictBar(counts, true)}${verdictLegend(counts)}
    <ul class="collections">
      ${verdicts.map(
        ({ kind, count, examples }) =>
          html`<li>
            <div class="row">${verdictBadge({ kind })} <b class="num">${number(count)}</b></div>
            <ul class="examples">
              ${examples.map(
                ({ title, key, url, reason }) =>
                  html`<li>
                    ${sourceLink(key === undefined ? title : `${key} ${title}`, url)}
                    <span class="muted small">${inWords(reason)}</span>
                  </li>`,
              )}
            </ul>
          </li>`,
      )}
    </ul>
  </section>`;
}

function wouldAlert({ alerts }: DryRunAnswer): Html {
  if (alerts.length === 0) {
    return html`<section class="card">
      <h2>What would be alerted</h2>
      <p class="muted">Nothing in this sample.</p>
    </section>`;
  }
  return html`<section class="card">
    <h2>What would be alerted</h2>
    ${alerts.map(
      ({ title, count, examples }) =>
        html`<div class="line-head">
            <h3>${title} <span class="num muted">${number(count)}</span></h3>
          </div>
          <ul class="collections">
            ${examples.map(
              (one) =>
                html`<li>
                  <div class="row"><b>${one.title}</b> ${severityBadge(one.severity)}</div>
                  <p class="small">${one.sentence}</p>
                </li>`,
            )}
          </ul>`,
    )}
  </section>`;
}

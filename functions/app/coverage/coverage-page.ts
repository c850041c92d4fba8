import { html } from "hono/html";

import { moment, number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, withQuery } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { empty } from "../page/parts.ts";
import type { TeamRate } from "../people/people-answers.ts";
import { rateWords } from "../people/rate-words.ts";
import type { CoverageAnswer } from "./coverage.ts";
import type { DeadLetterAnswer } from "./dead-letters.ts";
import { deadLetters, deliveries } from "./delivery-parts.ts";
import { unseen } from "./unseen-parts.ts";
import { linkedPercent, verdictBar, verdictLegend } from "./verdict-bar.ts";
import type { VerdictCounts } from "./verdict-counts.ts";

interface CoveragePage {
  readonly coverage: CoverageAnswer;
  readonly deadLetters: readonly DeadLetterAnswer[];
  readonly notice: string | undefined;
}

/** How much of the work has a line of sight, and what we cannot see. */
export function coveragePage(page: CoveragePage): Html {
  const { coverage, notice } = page;
  return layout({
    title: "Coverage",
    room: "Coverage",
    intro: html`How much of the open work has a line of sight to strategy, and what the hub cannot
    see. Read ${moment(coverage.asOf)}.`,
    notice,
    body:
      coverage.connections.length === 0
        ? empty(
            "Nothing to cover yet",
            "Connect a tool first.",
            html`<a class="button primary" href="/connections">Connect a tool</a>`,
          )
        : html`<div id="coverage" data-live="6">
              ${overall(coverage)}${byTeam(coverage)}${byConnection(coverage)}${unseen(coverage)}${deliveries(coverage)}
            </div>
            ${deadLetters(coverage, page.deadLetters)}`,
  });
}

function overall({ verdicts, openWork }: CoverageAnswer): Html {
  const percent = linkedPercent(verdicts);
  return html`<section class="card stack">
    <div class="section-head">
      <h2>
        ${percent === undefined ? "No verdicts yet" : html`${percent} % of what we can judge is connected or allowed`}
      </h2>
      <span class="muted">${plural(openWork, "open item")}</span>
    </div>
    ${verdictBar(verdicts, true)}${verdictLegend(verdicts)}
  </section>`;
}

function byTeam({ byTeam: teams }: CoverageAnswer): Html | string {
  if (teams.length === 0) return nothing;
  return html`<section>
    <div class="section-head">
      <h2>By team</h2>
      <span class="muted small"
        >Teams of fewer than five people are counted together. Nobody is ranked. Figures rest on the
        people whose accounts are <a href="/people">matched</a>.</span
      >
    </div>
    ${verdictTable(
      "Team",
      teams.map(({ name, teamId, group, verdicts, matchRate }) => ({
        name,
        matchRate,
        href:
          group === "small-teams"
            ? undefined
            : withQuery("/work-items", { team: teamId ?? "none", status: "open" }),
        verdicts,
      })),
    )}
  </section>`;
}

function byConnection({ byConnection: connections }: CoverageAnswer): Html | string {
  if (connections.length === 0) return nothing;
  return html`<section>
    <div class="section-head"><h2>By connection</h2></div>
    ${verdictTable(
      "Connection",
      connections.map(({ name, connectionId, verdicts }) => ({
        name,
        href: withQuery("/work-items", { connection: connectionId, status: "open" }),
        verdicts,
      })),
    )}
  </section>`;
}

interface VerdictRow {
  readonly name: string;
  readonly href: string | undefined;
  readonly verdicts: VerdictCounts;
  readonly matchRate?: TeamRate | undefined;
}

function verdictTable(what: string, rows: readonly VerdictRow[]): Html {
  return html`<div class="table-wrap">
    <table class="cards-on-phone">
      <thead>
        <tr>
          <th scope="col">${what}</th>
          <th scope="col">Open work</th>
          <th scope="col" class="num">Linked</th>
          <th scope="col" class="num">Allowed</th>
          <th scope="col" class="num">Not linked</th>
          <th scope="col" class="num">Cannot be</th>
          <th scope="col" class="num">Unknown</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ name, href, verdicts, matchRate }) =>
            html`<tr>
              <th scope="row">
                ${href === undefined ? name : html`<a href="${href}">${name}</a>`}
                ${rateWords(matchRate)}
              </th>
              <td class="bar-cell">${verdictBar(verdicts)}</td>
              <td class="num" data-label="Linked">${number(verdicts.linked)}</td>
              <td class="num" data-label="Allowed">${number(verdicts.allowed)}</td>
              <td class="num" data-label="Not linked">${number(verdicts.unlinked)}</td>
              <td class="num" data-label="Cannot be linked">${number(verdicts.unlinkable)}</td>
              <td class="num" data-label="Unknown">${number(verdicts.unknown)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

import { html } from "hono/html";

import { asOfForm } from "../as-of/as-of-parts.ts";
import { moment, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, withQuery } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { empty } from "../page/parts.ts";
import type { CoverageAnswer } from "./coverage.ts";
import type { DeadLetterAnswer } from "./dead-letters.ts";
import { deadLetters, deliveries } from "./delivery-parts.ts";
import { unseen } from "./unseen-parts.ts";
import { linkedPercent, verdictBar, verdictLegend } from "./verdict-bar.ts";
import { verdictTable } from "./verdict-table.ts";

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
      see. Read ${moment(coverage.asOf)}. Whether what is shown is right, the
      <a href="/self-check">self-check</a> tells.`,
    aside: asOfForm("/coverage"),
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

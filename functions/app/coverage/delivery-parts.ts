import { html } from "hono/html";

import { moment, number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { hidden } from "../page/parts.ts";
import type { CoverageAnswer } from "./coverage.ts";
import type { DeadLetterAnswer } from "./dead-letters.ts";

const refusedOutcomes = ["unverified", "malformed", "too-large", "unknown-connection", "rejected"];

/** How deliveries ended, per connection; what was refused is named. */
export function deliveries({ deliveries: own, unknownDeliveries }: CoverageAnswer): Html | string {
  const groups = [
    ...own.map(({ name, days }) => ({ name, days })),
    ...(unknownDeliveries.length > 0
      ? [{ name: "Connections that do not exist", days: unknownDeliveries }]
      : []),
  ];
  if (groups.length === 0) return nothing;
  return html`<section>
    <div class="section-head">
      <h2>Webhook deliveries</h2>
      <span class="muted small">The last seven days with any</span>
    </div>
    <div class="table-wrap">
      <table class="cards-on-phone">
        <thead>
          <tr>
            <th scope="col">Connection</th>
            <th scope="col" class="num">Ingested</th>

            <th scope="col">Refused</th>
          </tr>
        </thead>
        <tbody>
          ${groups.map(({ name, days }) => {
            const sum = (outcome: string) =>
              days.reduce(
                (all, { counts }) => all + (counts[outcome as keyof typeof counts] ?? 0),
                0,
              );
            const refused = refusedOutcomes
              .map((outcome) => ({ outcome, count: sum(outcome) }))
              .filter(({ count }) => count > 0);
            return html`<tr>
              <th scope="row">${name}</th>
              <td class="num" data-label="Ingested">${number(sum("ingested"))}</td>
              <td data-label="Refused">
                ${
                  refused.length === 0
                    ? html`<span class="muted">none</span>`
                    : html`<span class="row tight"
                        >${refused.map(({ outcome, count }) => html`<span class="badge warning">${number(count)} ${outcome}</span>`)}</span
                      >`
                }
              </td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** What failed for good, without its content, and the way back. */
export function deadLetters(coverage: CoverageAnswer, letters: readonly DeadLetterAnswer[]): Html {
  const dead = coverage.queues.filter((queue) => queue.dead > 0);
  return html`<section>
    <div class="section-head"><h2>Failed for good</h2></div>
    ${
      letters.length === 0
        ? html`<p class="card muted">
            No message has failed for good.
            ${plural(
              coverage.queues.reduce((sum, { waiting }) => sum + waiting, 0),
              "message",
            )}
            waiting.
          </p>`
        : html`<div class="card stack">
            <ul class="collections">
              ${letters.slice(0, 20).map(
                ({ queue, kind, reason, diedAt, receiveCount, collection }) =>
                  html`<li>
                    <div class="line">
                      <span
                        >${kind ?? "message"}${collection === undefined ? nothing : ` of ${collection}`}
                        <span class="muted">in ${queue}, tried ${receiveCount} times</span></span
                      ><time class="muted" datetime="${diedAt}">${moment(diedAt)}</time>
                    </div>
                    <p class="small">${reason}</p>
                  </li>`,
              )}
            </ul>
            <div class="actions">
              ${dead.map(({ name, dead: count }) => html`<form method="post" action="/dead-letters/redrive">${hidden({ queue: name })}<button>Put ${number(count)} back into ${name}</button></form>`)}
            </div>
          </div>`
    }
  </section>`;
}

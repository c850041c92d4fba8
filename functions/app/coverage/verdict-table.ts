import { html } from "hono/html";

import { number } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import type { TeamRate } from "../people/people-answers.ts";
import { rateWords } from "../people/rate-words.ts";
import { verdictBar } from "./verdict-bar.ts";
import type { VerdictCounts } from "./verdict-counts.ts";

interface VerdictRow {
  readonly name: string;
  readonly href: string | undefined;
  readonly verdicts: VerdictCounts;
  readonly matchRate?: TeamRate | undefined;
}

/** One line for each team or connection. */
export function verdictTable(what: string, rows: readonly VerdictRow[]): Html {
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

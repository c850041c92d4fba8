import { html } from "hono/html";

import { moment, number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import type { DecisionAnswer, PeopleSummary } from "./people-answers.ts";
import { decisionWords } from "./people-parts.ts";
import { rateWords } from "./rate-words.ts";

interface Aside {
  readonly summary: PeopleSummary;
  readonly latest: readonly DecisionAnswer[];
}

/** Beside the queue: how well each team and tool is known, and what was decided last. */
export function peopleAside({ summary, latest }: Aside): Html {
  return html`<aside class="stack" aria-label="What is known">
    <form class="card stack" method="get" action="/people/find" role="search">
      <label for="find-person">Find a person</label>
      <div class="find">
        <input id="find-person" name="text" maxlength="120" /><button>Find</button>
      </div>
    </form>
    ${pairsNote(summary)}${teams(summary)}${tools(summary)}${decisions(latest)}
    <p class="small"><a href="/erasures">Erased on request</a></p>
  </aside>`;
}

function pairsNote({ likelyPairs }: PeopleSummary): Html | string {
  if (likelyPairs === 0) return nothing;
  return html`<p class="card">
    Records that may be of one person: <a href="#likely-pairs">${plural(likelyPairs, "pair")}</a>
  </p>`;
}

function teams({ byTeam }: PeopleSummary): Html {
  return html`<div class="card">
    <h2>Teams</h2>
    <p class="hint">
      How many of a team's people have an account that is known to be theirs. Teams of fewer than
      five people are not shown.
    </p>
    ${
      byTeam.length === 0
        ? html`<p class="muted">No team is large enough.</p>`
        : html`<ul class="collections">
            ${byTeam.map(
              ({ name, rate }) =>
                html`<li>
                  <div class="line"><span>${name}</span>${rateWords(rate)}</div>
                </li>`,
            )}
          </ul>`
    }
  </div>`;
}

function tools({ byConnection }: PeopleSummary): Html {
  return html`<div class="card">
    <h2>Tools</h2>
    <ul class="collections">
      ${byConnection.map(
        ({ name, matched, unmatched, ambiguous, excluded }) =>
          html`<li>
            <div class="line">
              <span>${name}</span
              ><span class="muted small num"
                >${number(matched)} matched, ${number(unmatched + ambiguous)} open,
                ${number(excluded)} excluded</span
              >
            </div>
          </li>`,
      )}
    </ul>
  </div>`;
}

function decisions(latest: readonly DecisionAnswer[]): Html | string {
  if (latest.length === 0) return nothing;
  return html`<div class="card">
    <h2>Latest decisions</h2>
    <ol class="collections">
      ${latest.map((decision) => {
        const { subject, subjectId, at } = decision;
        const room = subjectId.includes(":account:") ? "accounts" : "people";
        return html`<li>
          <div class="line">
            <a href="${pathTo(room, subjectId)}">${subject}</a
            ><time class="muted small" datetime="${at}">${moment(at)}</time>
          </div>
          <p class="small">${decisionWords(decision)}</p>
        </li>`;
      })}
    </ol>
  </div>`;
}

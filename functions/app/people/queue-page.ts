import { html, raw } from "hono/html";

import { number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo, withQuery } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { empty, filterSelect, pager } from "../page/parts.ts";
import type { AccountList, AccountsQuery } from "./list-accounts.ts";
import type {
  AccountAnswer,
  DecisionAnswer,
  PairAnswer,
  PeopleSummary,
  SuggestionAnswer,
} from "./people-answers.ts";
import { peopleAside } from "./people-aside.ts";
import { excludeForm, press, reasonList, strengthBadge } from "./people-parts.ts";

export interface QueuePage {
  readonly summary: PeopleSummary;
  readonly list: AccountList;
  readonly pairs: readonly PairAnswer[];
  readonly latest: readonly DecisionAnswer[];
  readonly query: AccountsQuery;
  /** The page's own address, for forms to come back to. */
  readonly here: string;
  readonly notice: string | undefined;
}

/** Who is who: how much is known, and what waits for a human. */
export function queuePage(page: QueuePage): Html {
  return layout({
    title: "People",
    room: "People",
    intro:
      "Whose the accounts in the tools are. Only exact work addresses, the identity provider's ids and your word bind one; a name never does.",
    notice: page.notice,
    body:
      page.summary.people + page.summary.accounts === 0
        ? empty(
            "Nobody is known yet",
            "Connect an HR system and the tools that people work in.",
            html`<a class="button primary" href="/connections">Connect a tool</a>`,
          )
        : html`${tiles(page.summary)}
            <div class="split">
              <div class="stack">${accounts(page)}${likelyPairs(page)}</div>
              ${peopleAside(page)}
            </div>`,
  });
}

function tiles(summary: PeopleSummary): Html {
  const { people, withoutAccount, matchPercent, unmatched, ambiguous, excluded } = summary;
  const tile = (value: string, label: string) =>
    html`<div class="tile"><b>${value}</b><span>${label}</span></div>`;
  return html`<div class="tiles">
    ${tile(matchPercent === undefined ? "–" : `${matchPercent} %`, "of accounts matched")}
    ${tile(number(unmatched), "unmatched")} ${tile(number(ambiguous), "ambiguous")}
    ${tile(number(excluded), "excluded")}
    ${tile(number(people), `people, ${number(withoutAccount)} without an account`)}
  </div>`;
}

function accounts(page: QueuePage): Html {
  const { list, query, summary } = page;
  const { connection, text, after } = query;
  return html`<section aria-labelledby="to-match">
    <div class="section-head">
      <h2 id="to-match">Accounts to match</h2>
      <span class="muted small">${plural(list.total, "account")}</span>
    </div>
    <form class="filters" method="get" action="/people" role="search" aria-label="Filter accounts">
      ${filterSelect("connection", "Tool", {
        any: "Any tool",
        choices: summary.byConnection.map(({ connectionId, name }) => ({
          value: connectionId,
          label: name,
        })),
        chosen: connection,
      })}
      <div class="wide">
        <label for="filter-text">Name shown in the tool</label
        ><input id="filter-text" name="text" value="${text ?? ""}" maxlength="120" />
      </div>
      <button>Filter</button>
    </form>
    ${
      list.accounts.length === 0
        ? empty("Nothing to decide", "Every account shown here is matched or excluded.")
        : html`<ol class="stack" id="queue">
              ${list.accounts.map((account, at) => entry(account, page, at === 0))}
            </ol>
            ${pager("/people", { connection, text, after }, { shown: list.accounts.length, total: list.total, next: list.next })}`
    }
  </section>`;
}

/** After a decision the next entry has the focus: Tab leads to its first button. */
function entry(account: AccountAnswer, page: QueuePage, isFirst: boolean): Html {
  const { id, displayName, connection, isActive, because, suggestions } = account;
  const hasDecided = isFirst && page.notice !== undefined;
  return html`<li
    class="card stack who"
    tabindex="-1"
    aria-label="${displayName}"
    ${hasDecided ? raw("autofocus") : nothing}
  >
    <div class="row spread">
      <h3><a href="${pathTo("accounts", id)}">${displayName}</a></h3>
      <span class="muted small">${connection}${isActive ? nothing : ", switched off"}</span>
    </div>
    <p class="muted small">${because}</p>
    ${
      suggestions.length === 0
        ? html`<p>Nobody comes to mind.</p>`
        : html`<ul class="suggestions">
            ${suggestions.map((one) => suggestion(account, one, page.here))}
          </ul>`
    }
    <div class="row">
      <a class="button" href="${pathTo("accounts", id)}"
        >${suggestions.length === 0 ? "Choose a person" : "Choose another person"}</a
      >
      ${excludeForm(account, page.here)}
    </div>
  </li>`;
}

/** One person it may be, with the reasons and the two answers. */
export function suggestion(
  { id, displayName }: AccountAnswer,
  { person, strength, reasons, apart }: SuggestionAnswer,
  back: string,
): Html {
  const path = pathTo("accounts", id);
  const fields = (action: string) => ({ action, personId: person.id });
  return html`<li>
    <div class="row tight">
      <a href="${pathTo("people", person.id)}"><b>${person.name}</b></a>
      ${apart === "" ? nothing : html`<span class="muted small">${apart}</span>`}
      ${strengthBadge(strength)}
    </div>
    ${reasonList(reasons)}
    <div class="row tight">
      ${press({ path, label: "Accept", spoken: `Accept ${person.name} for ${displayName}`, fields: fields("bind"), back, ...(strength === "strong" && { kind: "primary" as const }) })}
      ${press({ path, label: "Not this one", spoken: `${displayName} is not ${person.name}`, fields: fields("reject"), back, kind: "quiet" })}
    </div>
  </li>`;
}

function likelyPairs({ pairs, summary, here }: QueuePage): Html | string {
  if (pairs.length === 0) return nothing;
  const shown = pairs.length === summary.likelyPairs ? "" : `the likeliest ${pairs.length} of `;
  return html`<section aria-labelledby="likely-pairs">
    <div class="section-head">
      <h2 id="likely-pairs">Records that may be one person</h2>
      <span class="muted small">${shown}${plural(summary.likelyPairs, "pair")}</span>
    </div>
    <ul class="stack">
      ${pairs.map((pair) => html`<li class="card stack">${pairParts(pair, here)}</li>`)}
    </ul>
  </section>`;
}

/** Two records and whether they are one human. */
export function pairParts(pair: PairAnswer, back: string): Html {
  const { person, into, connection, intoConnection, strength, reasons, apart, intoApart } = pair;
  const path = pathTo("people", person.id);
  const side = (one: PairAnswer["person"], system: string, words: string) =>
    html`<li>
      <a href="${pathTo("people", one.id)}"><b>${one.name}</b></a>
      <span class="muted small">${system}${words === "" ? nothing : `: ${words}`}</span>
    </li>`;
  return html`<ul class="plain">
      ${side(into, intoConnection, intoApart)} ${side(person, connection, apart)}
    </ul>
    <div>${strengthBadge(strength)}</div>
    ${reasonList(reasons)}
    <div class="row tight">
      ${press({ path, label: "One person", spoken: `${person.name} and ${into.name} are one person`, fields: { action: "merge", personId: into.id }, back, ...(strength === "strong" && { kind: "primary" as const }) })}
      ${press({ path, label: "Two people", spoken: `${person.name} and ${into.name} are two people`, fields: { action: "reject", personId: into.id }, back, kind: "quiet" })}
    </div>`;
}

/** The queue as it is filtered now. */
export function queuePath({ connection, text, after }: AccountsQuery): string {
  return withQuery("/people", { connection, text, after });
}

import { html } from "hono/html";

import { plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { facts } from "../page/parts.ts";
import type { AccountDetail, PersonBrief } from "./people-answers.ts";
import { decisionLog, excludeForm, howWords, personLink, press } from "./people-parts.ts";
import { suggestion } from "./queue-page.ts";

/** What a search for a person found. */
export interface Found {
  readonly text: string;
  /** What shall be kept with the decision. */
  readonly note: string;
  readonly total: number;
  readonly people: readonly PersonBrief[];
}

interface AccountPage {
  readonly detail: AccountDetail;
  readonly found: Found | undefined;
  readonly notice: string | undefined;
}

const stateWords = {
  bound: "Matched",
  excluded: "Excluded",
  ambiguous: "Ambiguous",
  unmatched: "Unmatched",
} as const;

/** One login: whose it is and why, and every way to say otherwise. */
export function accountPage({ detail, found, notice }: AccountPage): Html {
  const { account, decisions } = detail;
  const here = pathTo("accounts", account.id);
  return layout({
    title: account.displayName,
    room: "People",
    crumbs: html`<a href="/people">People</a> / ${account.connection}`,
    notice,
    body: html`<div class="split">
      <div class="stack">
        ${
          account.suggestions.length === 0
            ? nothing
            : html`<section class="card">
                <h2>Who it may be</h2>
                <ul class="suggestions">
                  ${account.suggestions.map((one) => suggestion(account, one, here))}
                </ul>
              </section>`
        }
        ${choose(detail, found)}
        <section class="card">
          <h2>Decisions</h2>
          ${decisionLog(decisions, here)}
        </section>
      </div>
      <aside class="stack" aria-label="About this account">
        <div class="card">
          ${facts([
            ["State", stateWords[account.state]],
            ["Person", account.person && personLink(account.person)],
            ["Because", howWords(account)],
            ["Tool", account.connection],
            ["In use", account.isActive ? "yes" : "no, switched off"],
          ])}
        </div>
        <div class="card stack">
          <h2>It is nobody's</h2>
          ${excludeForm(account, here)}
          ${
            account.how === "operator"
              ? press({
                  path: here,
                  label: "Leave it to ids and addresses",
                  fields: { action: "detach" },
                  back: here,
                })
              : nothing
          }
        </div>
      </aside>
    </div>`,
  });
}

function choose({ account }: AccountDetail, found: Found | undefined): Html {
  const here = pathTo("accounts", account.id);
  return html`<section class="card stack">
    <h2>Choose a person</h2>
    <form method="get" action="${here}" role="search">
      <div class="field">
        <label for="note">Note, kept with the decision</label
        ><input id="note" name="note" value="${found?.note ?? ""}" maxlength="300" />
      </div>
      <div class="field">
        <label for="find">Name of the person</label>
        <div class="find">
          <input id="find" name="find" value="${found?.text ?? ""}" maxlength="120" /><button>
            Find
          </button>
        </div>
      </div>
    </form>
    ${
      found === undefined
        ? nothing
        : html`<p class="muted small">
              ${plural(found.total, "person", "people")}
              found${
                found.total > found.people.length
                  ? `, the first ${found.people.length} are shown: give more of the name`
                  : nothing
              }
            </p>
            <ul class="collections">
              ${found.people.map(
                (person) =>
                  html`<li>
                    <div class="line">
                      <span>${personLink(person)}</span
                      >${press({ path: here, label: "Match", spoken: `Match with ${person.name}`, fields: { action: "bind", personId: person.id, note: found.note }, back: here })}
                    </div>
                  </li>`,
              )}
            </ul>`
    }
  </section>`;
}

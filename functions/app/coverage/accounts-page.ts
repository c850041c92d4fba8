import { html } from "hono/html";

import { plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { empty, pager } from "../page/parts.ts";
import type { AccountAnswer, AccountList } from "./accounts.ts";

interface PersonChoice {
  readonly id: string;
  readonly name: string;
}

interface AccountsPage {
  readonly list: AccountList;
  readonly people: readonly PersonChoice[];
  readonly connections: ReadonlyMap<string, string>;
  readonly after: string | undefined;
  readonly notice: string | undefined;
}

/** Logins whose person no mail address tells: an operator says whose they are. */
export function accountsPage(page: AccountsPage): Html {
  const { list, notice, after } = page;
  return layout({
    title: "Accounts to match",
    room: "Coverage",
    crumbs: html`<a href="/coverage">Coverage</a>`,
    intro:
      "Logins that hide their mail address, or share it with nobody in the HR system. Matching tells which team their work belongs to, and nothing else.",
    notice,
    body:
      list.accounts.length === 0
        ? empty("Every account is matched", "Or known to belong to nobody.")
        : html`<div class="card">
              <p class="muted small">${plural(list.total, "account")} without a person</p>
              <ul class="collections">
                ${list.accounts.map((account) => row(account, page))}
              </ul>
            </div>
            ${pager("/accounts", { after }, { shown: list.accounts.length, total: list.total, next: list.next })}`,
  });
}

function row(account: AccountAnswer, { connections, people }: AccountsPage): Html {
  const field = `person-${account.id}`;
  const likely = people.find(
    ({ name }) => name.toLowerCase() === account.displayName.toLowerCase(),
  );
  return html`<li class="row spread">
    <span
      ><b>${account.displayName}</b>
      <span class="muted small">${connections.get(account.connectionId) ?? nothing}</span></span
    >
    <form method="post" action="${pathTo("accounts", account.id)}/match" class="inline">
      <label class="visually-hidden" for="${field}">Person of ${account.displayName}</label>
      <select id="${field}" name="personId">
        <option value="">Nobody (a bot, a shared login)</option>
        ${likely ? html`<option value="${likely.id}">${likely.name}</option>` : nothing}${people.map(({ id, name }) => (id === likely?.id ? nothing : html`<option value="${id}">${name}</option>`))}
      </select>
      <button>Match</button>
    </form>
  </li>`;
}

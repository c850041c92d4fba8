import { html, raw } from "hono/html";

import type { HubError } from "#shared/errors.ts";
import type { Connection } from "#shared/model/connection.ts";

import { number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import type { DiscoveryAnswer } from "./discover.ts";
import { setupPage, setupPath } from "./setup-frame.ts";

type Choice = DiscoveryAnswer["choices"][number];
type Option = Choice["options"][number];

/** What stands in one list while somebody works on it. */
export interface ChoiceState {
  readonly choice: Choice;
  readonly chosen: ReadonlySet<string>;
  readonly search: string;
}

interface ChoosePage {
  readonly connection: Connection;
  readonly connectorTitle: string;
  readonly states: readonly ChoiceState[];
  readonly problem: Pick<HubError, "message"> | undefined;
}

/** Which projects or workspaces shall be read; works without a script, and searches faster with one. */
export function choosePage({ connection, connectorTitle, states, problem }: ChoosePage): Html {
  return setupPage({
    connection,
    connectorTitle,
    step: "choose",
    title: "Choose what to read",
    intro: "Only what you choose here is read. You can change it at any time.",
    problem,
    body: html`<form class="stack" method="post" action="${setupPath(connection, "choose")}">
      ${states.filter(({ choice }) => choice.options.length > 0).map(choiceCard)}
      ${states.every(({ choice }) => choice.options.length === 0) ? html`<p class="card">The account sees nothing to choose from.</p>` : nothing}
      <p class="actions">
        <button class="primary" name="act" value="save">Save and go on</button
        ><a class="button" href="${setupPath(connection, "check")}">Back</a>
      </p>
    </form>`,
  });
}

function choiceCard(state: ChoiceState): Html {
  const { choice, chosen, search } = state;
  const { field, title, emptyMeans, options, isCut } = choice;
  const shown = shownOptions(state);
  const listed = new Set(shown.map(({ value }) => value));
  const id = `choice-${field}`;
  return html`<fieldset class="card stack" aria-describedby="${id}-hint">
    <legend class="visually-hidden">${title}</legend>
    <div class="row spread">
      <h2>${title}</h2>
      <span class="muted small num" role="status"
        >${chosen.size === 0 ? "none chosen" : `${number(chosen.size)} chosen`} of
        ${plural(options.length, "entry", "entries")}</span
      >
    </div>
    <p class="muted" id="${id}-hint">Choosing none means: ${lowerFirst(emptyMeans)}</p>
    <div class="find">
      <label class="visually-hidden" for="${id}-search">Search in ${title}</label>
      <input
        type="search"
        id="${id}-search"
        name="search.${field}"
        value="${search}"
        placeholder="Search"
        data-filters="${id}"
      />
      <button name="act" value="search">Search</button>
      <button name="act" value="all:${field}">Select all</button>
      <button name="act" value="none:${field}">Select none</button>
    </div>
    ${[...chosen]
      .filter((value) => !listed.has(value))
      .map((value) => html`<input type="hidden" name="choice.${field}" value="${value}" />`)}
    ${
      shown.length === 0
        ? html`<p class="muted">Nothing here is called “${search}”.</p>`
        : html`<ul class="options tall" id="${id}">
            ${shown.map((option) => optionRow(field, option, chosen.has(option.value)))}
          </ul>`
    }
    ${isCut ? html`<p class="muted small">There are more than are listed here. Name others in the settings, after the start.</p>` : nothing}
  </fieldset>`;
}

function optionRow(field: string, { value, label, hint, count }: Option, isChosen: boolean): Html {
  return html`<li>
    <label class="option">
      <input
        type="checkbox"
        name="choice.${field}"
        value="${value}"
        ${isChosen ? raw("checked") : nothing}
      />
      <span
        >${label}${hint === undefined ? nothing : html` <span class="muted small">${hint}</span>`}</span
      >
      ${count === undefined ? nothing : html`<span class="num muted">${number(count)}</span>`}
    </label>
  </li>`;
}

/** Chosen ones first, else in the order of the tool; with a search, those that match it. */
export function shownOptions({ choice, chosen, search }: ChoiceState): readonly Option[] {
  const wanted = search.trim().toLowerCase();
  return choice.options
    .filter(({ value, label, hint = "" }) =>
      `${value} ${label} ${hint}`.toLowerCase().includes(wanted),
    )
    .toSorted((a, b) => Number(chosen.has(b.value)) - Number(chosen.has(a.value)));
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

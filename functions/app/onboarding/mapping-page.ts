import { html, raw } from "hono/html";

import type { HubError } from "#shared/errors.ts";
import type { Connector } from "#shared/kit/connector.ts";
import type { Connection } from "#shared/model/connection.ts";

import type { SettingsField } from "../connections/settings-form.ts";
import { settingsFields } from "../connections/settings-form.ts";
import { settingsInputs } from "../connections/settings-inputs.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import type { DiscoveryAnswer } from "./discover.ts";
import { stepOf } from "./setup-fields.ts";
import { setupPage, setupPath } from "./setup-frame.ts";

type Suggestion = DiscoveryAnswer["suggestions"][number];

interface MappingPage {
  readonly connection: Connection;
  readonly connector: Connector;
  readonly found: DiscoveryAnswer;
  /** What stands in the fields: the stored settings, or what was just typed. */
  readonly values: Readonly<Record<string, unknown>>;
  /** False once an admin has decided about the suggestions: then the settings tell. */
  readonly takesSuggestions: boolean;
  readonly problem: HubError | undefined;
}

/** How to understand what is read: what we would set, why, and everything else that can be set. */
export function mappingPage(page: MappingPage): Html {
  const { connection, connector, found, problem } = page;
  const fields = mappingFields(connector, found);
  const suggested = fields.filter((field) => isSuggested(field, found));
  const others = fields.filter((field) => !suggested.includes(field));
  const issues = problem?.issues ?? [];
  const isOpen = issues.length > 0 || suggested.length === 0;
  return setupPage({
    connection,
    connectorTitle: connector.title,
    step: "mapping",
    title: "How it is understood",
    intro: "Tools are used differently everywhere. Here is what we found, and what we make of it.",
    problem,
    body: html`<form class="stack" method="post" action="${setupPath(connection, "mapping")}">
      ${suggested.length === 0 ? html`<p class="card">We have nothing to suggest: what stands here already fits what we saw.</p>` : nothing}
      ${suggested.map((field) => suggestedField(field, page))}
      ${
        others.length === 0
          ? nothing
          : html`<details class="card" ${isOpen ? raw("open") : nothing}>
              <summary>Everything else that can be set</summary>
              ${settingsInputs(connector, { values: page.values, issues, keepsSecrets: true }, (field) => others.some(({ name }) => name === field.name))}
            </details>`
      }
      <p class="actions">
        <button class="primary">Save, and try it on a sample</button
        ><a class="button" href="${setupPath(connection, "choose")}">Back</a>
      </p>
      <p class="muted small">The sample takes up to fifteen seconds. Nothing of it is stored.</p>
    </form>`,
  });
}

/** What is asked for neither with the credentials nor in a list of choices. */
export function mappingFields(
  connector: Connector,
  { choices }: Pick<DiscoveryAnswer, "choices">,
): readonly SettingsField[] {
  const step = stepOf(connector);
  return settingsFields(connector).filter(
    ({ name }) => step(name) === "mapping" && !choices.some(({ field }) => field === name),
  );
}

function isSuggested({ name, input, fallback }: SettingsField, found: DiscoveryAnswer): boolean {
  const own = found.suggestions.filter((one) => one.field === name);
  return input.kind === "lines" ? offeredBy(own, fallback).length > 0 : own.length > 0;
}

function suggestedField(field: SettingsField, page: MappingPage): Html {
  const own = page.found.suggestions.filter((one) => one.field === field.name);
  const id = `settings.${field.name}`;
  const issues = page.problem?.issues.filter(({ path }) => path.startsWith(id)) ?? [];
  return html`<fieldset class="card stack">
    <legend class="visually-hidden">${field.title}</legend>
    <div>
      <h2>${field.title}</h2>
      ${field.description === undefined ? nothing : html`<p class="muted">${field.description}</p>`}
    </div>
    ${field.input.kind === "lines" ? lineSuggestions(field, own, page) : singleSuggestion(field, own, page)}
    ${issues.length > 0 ? html`<p class="error-text">${issues.map(({ message }) => message).join(" ")}</p>` : nothing}
  </fieldset>`;
}

/** One box for each suggested entry; whatever else stands in the list can be edited below. */
function lineSuggestions(
  { name, title, fallback }: SettingsField,
  own: readonly Suggestion[],
  { values, takesSuggestions }: MappingPage,
): Html {
  const current = texts(values[name]);
  const unique = offeredBy(own, fallback);
  const whys = [...new Set(unique.map(({ why }) => why))];
  const others = current.filter((text) => !unique.some((one) => one.text === text));
  return html`${whys.length === 1 ? html`<p>${whys[0]}</p>` : nothing}
    <ul class="options">
      ${unique.map(
        ({ text, why, label }) =>
          html`<li>
            <label class="option">
              <input
                type="checkbox"
                name="pick.${name}"
                value="${text}"
                ${takesSuggestions || current.includes(text) ? raw("checked") : nothing}
              />
              <span
                ><b>${label ?? text}</b
                >${label === undefined ? nothing : html` <span class="muted small">${text}</span>`}${whys.length === 1 ? nothing : html` <span class="muted small">${why}</span>`}</span
              >
            </label>
          </li>`,
      )}
    </ul>
    <details ${others.length > 0 ? raw("open") : nothing}>
      <summary>${others.length > 0 ? "Others" : "Add others"}</summary>
      <label class="visually-hidden" for="settings.${name}">Others: ${title}</label>
      <textarea
        class="code"
        spellcheck="false"
        placeholder="One per line"
        id="settings.${name}"
        name="settings.${name}"
      >
${others.join("\n")}</textarea>
    </details>`;
}

/** What the field begins with anyway is no suggestion. */
function offeredBy(
  own: readonly Suggestion[],
  fallback: unknown,
): readonly { readonly text: string; readonly why: string; readonly label: string | undefined }[] {
  const known = texts(fallback);
  const offered = own.flatMap(({ value, why, labels }) =>
    texts(value).map((text) => ({ text, why, label: labels?.[text] })),
  );
  const unique = [...new Map(offered.map((one) => [one.text, one])).values()];
  return unique.filter(({ text }) => !known.includes(text));
}

function singleSuggestion(
  { name, title }: SettingsField,
  own: readonly Suggestion[],
  { values, takesSuggestions }: MappingPage,
): Html {
  const [first] = own;
  const current = values[name];
  const shown = asText(takesSuggestions ? first?.value : current);
  return html`<ul class="reasons">
      ${own.map(({ why }) => html`<li>${why}</li>`)}
    </ul>
    <label class="visually-hidden" for="settings.${name}">${title}</label>
    <input id="settings.${name}" name="settings.${name}" value="${shown}" />`;
}

function asText(value: unknown): string {
  if (typeof value === "string" || value === undefined) return value ?? "";
  return JSON.stringify(value);
}

function texts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.filter((one): one is string => typeof one === "string");
  return typeof value === "string" ? [value] : [];
}

import { html, raw } from "hono/html";

import type { InputIssue } from "#shared/errors.ts";
import type { Connector } from "#shared/kit/connector.ts";

import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import type { SettingsField } from "./settings-form.ts";
import { settingsFields } from "./settings-form.ts";

interface FormState {
  /** What stands in the fields: stored settings, or what was just typed. Never secrets. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly issues: readonly InputIssue[];
  /** Editing: an empty secret keeps the one that is stored. */
  readonly keepsSecrets: boolean;
  /** Fields that this form cannot do without, although the settings can. */
  readonly isNeeded?: (field: SettingsField) => boolean;
}

/** One labelled input per setting, with its hint and what was wrong with it. */
export function settingsInputs(
  connector: Pick<Connector, "settings">,
  state: FormState,
  isShown: (field: SettingsField) => boolean = () => true,
): Html {
  const fields = settingsFields(connector).filter(isShown);
  const { isNeeded = () => false } = state;
  return html`${fields.map((field) =>
    fieldRow({ ...field, isRequired: field.isRequired || isNeeded(field) }, state),
  )}`;
}

function fieldRow(field: SettingsField, state: FormState): Html {
  const id = `settings.${field.name}`;
  const issues = state.issues.filter(({ path }) => path === id || path.startsWith(`${id}.`));
  const hint = hintOf(field, state);
  const described = [hint ? `${id}-hint` : "", issues.length > 0 ? `${id}-error` : ""];
  const attributes = html`id="${id}" name="${id}" aria-describedby="${described.join(" ").trim()}"
  ${issues.length > 0 ? raw('aria-invalid="true"') : nothing}`;
  const label = html`<label for="${id}"
    >${field.title}${isOptional(field) ? html` <span class="muted">(optional)</span>` : nothing}</label
  >`;
  const notes = html`${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : nothing}
  ${issues.length > 0 ? html`<p class="error" id="${id}-error">${issues.map(({ message }) => message).join(" ")}</p>` : nothing}`;
  if (field.input.kind === "check") {
    const isOn = (state.values[field.name] ?? field.fallback) === true;
    return html`<div class="field">
      <div class="check">
        <input type="checkbox" ${attributes} ${isOn ? raw("checked") : nothing} />
        <div>${label}${notes}</div>
      </div>
    </div>`;
  }
  return html`<div class="field">${label}${notes}${control(field, attributes, state)}</div>`;
}

function hintOf(field: SettingsField, { keepsSecrets }: FormState): string {
  const keeps = field.isSecret && keepsSecrets ? "Leave it empty to keep what is stored." : "";
  return `${field.description ?? ""} ${keeps}`.trim();
}

function isOptional({ isRequired, input, fallback }: SettingsField): boolean {
  return !isRequired && input.kind !== "check" && fallback === undefined;
}

function control(field: SettingsField, attributes: Html, state: FormState): Html {
  const isRequired = field.isRequired && !(field.isSecret && state.keepsSecrets);
  const all = html`${attributes} ${isRequired ? raw("required") : nothing}`;
  if (field.isSecret) return html`<input type="password" autocomplete="off" ${all} />`;
  const value = state.values[field.name] ?? field.fallback;
  const { input } = field;
  switch (input.kind) {
    case "choice":
      return choice(input.choices, value, all);
    case "lines":
      return textarea(asLines(value), all, "One per line");
    case "json":
      return textarea(asJson(value), all, "JSON");
    case "text":
      return html`<input type="${input.type}" value="${asText(value)}" ${all} />`;
    case "check":
      return html``;
  }
}

function choice(choices: readonly string[], value: unknown, attributes: Html): Html {
  return html`<select ${attributes}>
    ${choices.map((one) => html`<option ${one === value ? raw("selected") : nothing}>${one}</option>`)}
  </select>`;
}

function textarea(text: string, attributes: Html, placeholder: string): Html {
  return html`<textarea class="code" spellcheck="false" placeholder="${placeholder}" ${attributes}>
${text}</textarea>`;
}

function asLines(value: unknown): string {
  return Array.isArray(value) ? value.join("\n") : asText(value);
}

function asJson(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value, undefined, 2) : asText(value);
}

function asText(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

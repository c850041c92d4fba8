import { html, raw } from "hono/html";

import type { InputIssue } from "#shared/errors.ts";

import { asOfDaysMax } from "../as-of/as-of-query.ts";
import { number } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import type { BackTestForm } from "./back-test-pages.ts";

/** `max` of a wait: a month of minutes, as the settings of rules allow. */
const fields = [
  { name: "days", label: "Days back", min: 1, max: asOfDaysMax },
  { name: "graceMinutes", label: "Grace period in minutes", min: 0, max: 43_200 },
  { name: "holdDownMinutes", label: "Hold-down in minutes", min: 0, max: 43_200 },
] as const;

/** Whether it is about one of these fields, where it is said. */
export function isOfWaits({ path }: InputIssue): boolean {
  return fields.some(({ name }) => name === path);
}

/** The numbers that were typed; where nothing was, none, and not 0. */
export function waitsTyped(form: Omit<BackTestForm, "options">) {
  const typed = (text: string) => (text.trim() === "" ? Number.NaN : Number(text));
  return {
    days: typed(form.days),
    graceMinutes: typed(form.graceMinutes),
    holdDownMinutes: typed(form.holdDownMinutes),
  };
}

/** How far back a back-test looks, and how alerts would wait; what is wrong of it stands below. */
export function waitFields(
  form: Omit<BackTestForm, "options">,
  issues: readonly InputIssue[],
): Html {
  const wrong = new Set(issues.map(({ path }) => path));
  return html`<div class="row fields">
      ${fields.map(({ name, label, min, max }) => {
        const invalid = raw(`aria-invalid="true" aria-describedby="${name}-error"`);
        return html`<div class="field">
          <label for="${name}">${label}</label>
          <input
            id="${name}"
            name="${name}"
            type="number"
            min="${min}"
            max="${max}"
            required
            ${wrong.has(name) ? invalid : nothing}
            value="${form[name]}"
          />
        </div>`;
      })}
    </div>
    ${issues.some(isOfWaits) ? errors(wrong) : nothing}`;
}

function errors(wrong: ReadonlySet<string>): Html {
  return html`<div class="field" role="alert">
    ${fields
      .filter(({ name }) => wrong.has(name))
      .map(
        ({ name, label, min, max }) =>
          html`<p class="error" id="${name}-error">
            ${label}: give a whole number from ${number(min)} to ${number(max)}.
          </p>`,
      )}
  </div>`;
}

import { html } from "hono/html";

import { asOfDaysMax } from "../as-of/as-of-query.ts";
import type { Html } from "../page/html.ts";
import type { BackTestForm } from "./back-test-pages.ts";

/** How far back a back-test looks, and how alerts would wait. */
export function waitFields({
  days,
  graceMinutes,
  holdDownMinutes,
}: Omit<BackTestForm, "options">): Html {
  return html`<div class="row fields">
    ${numberField({ name: "days", label: "Days back", value: days, min: 1, max: asOfDaysMax })}
    ${numberField({ name: "graceMinutes", label: "Grace period in minutes", value: graceMinutes })}
    ${numberField({
      name: "holdDownMinutes",
      label: "Wait after a clearing, in minutes",
      value: holdDownMinutes,
    })}
  </div>`;
}

function numberField({
  name,
  label,
  value,
  min = 0,
  max = 43_200,
}: {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly min?: number;
  readonly max?: number;
}): Html {
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      type="number"
      min="${min}"
      max="${max}"
      required
      value="${value}"
    />
  </div>`;
}

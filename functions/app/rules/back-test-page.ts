import { html, raw } from "hono/html";
import * as z from "zod";

import type { InputIssue } from "#shared/errors.ts";
import type { Rule } from "#shared/kit/rule.ts";

import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import type { BackTestOutcome } from "./back-test-outcome.ts";
import type { BackTestForm } from "./back-test-pages.ts";
import { backTestResult } from "./back-test-result.ts";
import { isOfWaits, waitFields } from "./wait-fields.ts";

interface Shown {
  readonly rule: Rule;
  readonly form: BackTestForm;
  readonly outcome: BackTestOutcome;
  /** Why the past tells nothing of this rule. */
  readonly impossible: string | undefined;
}

export function backTestPage({ rule, form, outcome, impossible }: Shown): Html {
  const { answer, refused } = outcome;
  return layout({
    title: `Back-test: ${rule.title}`,
    room: "Rules",
    crumbs: html`<a href="/rules">Rules</a>`,
    intro:
      "What this rule would have raised, had it been set like this, out of what is remembered of the past. Nothing is changed and nobody is told.",
    body: html`<div class="stack">
      ${refused && !refused.issues.some(isOfWaits) ? html`<p class="notice bad" role="alert">${refused.message}</p>` : nothing}
      ${
        impossible === undefined
          ? formCard(rule, form, refused?.issues ?? [])
          : html`<p class="notice" role="status">${impossible}</p>`
      }
      ${answer ? backTestResult(answer, { now: "today's settings", wanted: "these" }) : nothing}
    </div>`,
  });
}

function formCard(rule: Rule, form: BackTestForm, issues: readonly InputIssue[]): Html {
  const { properties = {} } = z.toJSONSchema(rule.options, { io: "input" });
  const ofOptions = issues.filter((issue) => !isOfWaits(issue));
  const hasOptions = Object.keys(properties).length > 0 || ofOptions.length > 0;
  return html`<form method="get" class="card stack" aria-label="What to test">
    ${waitFields(form, issues)} ${hasOptions ? optionsField(form.options, ofOptions) : nothing}
    <p class="actions"><button class="primary">Test</button></p>
  </form>`;
}

function optionsField(options: string, issues: readonly InputIssue[]): Html {
  return html`<div class="field">
    <label for="options">Options</label>
    <p class="hint" id="options-hint">
      As JSON, as on the page of the rules; what stands here now is set today.
    </p>
    <textarea
      class="code"
      id="options"
      name="options"
      aria-describedby="options-hint options-error"
      ${issues.length > 0 ? raw('aria-invalid="true"') : nothing}
      spellcheck="false"
      rows="${Math.min(14, options.split("\n").length + 1)}"
    >
${options}</textarea>
    <div id="options-error">
      ${issues.map(({ path, message }) => html`<p class="error">${path === "options" ? nothing : html`<code>${path}</code> `}${message}</p>`)}
    </div>
  </div>`;
}

import { html, raw } from "hono/html";

import type { InputIssue } from "#shared/errors.ts";
import type { CustomRule } from "#shared/model/custom-rule.ts";

import type { Html } from "../page/html.ts";
import { nothing, pathTo, withQuery } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import type { BackTestOutcome } from "./back-test-outcome.ts";
import type { BackTestForm } from "./back-test-pages.ts";
import { backTestResult } from "./back-test-result.ts";
import { isOfWaits, waitFields } from "./wait-fields.ts";

/** What was typed: how far back and how long to wait, and the rule's own form, which nothing of may be lost. */
export interface PatternForm extends Omit<BackTestForm, "options"> {
  readonly pattern: string;
  /** The fields of the rule's form that a back-test does not read. */
  readonly others: Readonly<Record<string, string>>;
}

interface Shown {
  /** Absent: nobody has saved it yet. */
  readonly rule: Pick<CustomRule, "id" | "title"> | undefined;
  readonly form: PatternForm;
  readonly outcome: BackTestOutcome;
}

const sides = { now: "the rule as it is saved", wanted: "what is tried here" };

/** The back-test of a custom rule, with what is not saved of it. */
export function patternBackTestPage({ rule, form, outcome }: Shown): Html {
  const { answer, refused } = outcome;
  const title = rule?.title ?? form.others["title"] ?? "a new custom rule";
  return layout({
    title: `Back-test: ${title}`,
    room: "Rules",
    crumbs: crumbsTo(rule),
    intro:
      "Which alerts this pattern would have made of what the rules, as they are set today, would have found. Nothing is saved and nobody is told.",
    body: html`<div class="stack">
      ${refused?.issues.length === 0 ? html`<p class="notice bad" role="alert">${refused.message}</p>` : nothing}
      ${formCard(rule, form, refused?.issues ?? [])}
      ${answer ? backTestResult(answer, rule && sides) : nothing}
    </div>`,
  });
}

function crumbsTo(rule: Shown["rule"]): Html {
  const list = html`<a href="/rules">Rules</a> / <a href="/custom-rules">Custom rules</a>`;
  return rule
    ? html`${list} / <a href="${pathTo("custom-rules", rule.id)}">${rule.title}</a>`
    : list;
}

function formCard(rule: Shown["rule"], form: PatternForm, issues: readonly InputIssue[]): Html {
  const { pattern, others } = form;
  const id = { id: rule?.id };
  const ofPattern = issues.filter((issue) => !isOfWaits(issue));
  const invalid = ofPattern.length > 0 ? raw('aria-invalid="true"') : nothing;
  return html`<form
    method="post"
    action="${withQuery("/custom-rules/back-test", id)}"
    class="card stack"
    aria-label="What to test"
  >
    ${waitFields(form, issues)}
    <div class="field">
      <label for="pattern">Event pattern</label>
      <p class="hint" id="pattern-hint">
        JSON, as on the page of the rule. What you change here is tried, and not saved.
      </p>
      <textarea
        class="code"
        id="pattern"
        name="pattern"
        aria-describedby="pattern-hint pattern-error"
        ${invalid}
        required
        spellcheck="false"
        autocapitalize="off"
        rows="${Math.min(14, pattern.split("\n").length + 1)}"
      >
${pattern}</textarea>
      <div id="pattern-error">
        ${ofPattern.map(({ path, message }) => html`<p class="error">${path === "pattern" || path === "" ? nothing : html`<code>${path}</code> `}${message}</p>`)}
      </div>
    </div>
    <p class="actions">
      ${Object.entries(others).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
      <button class="primary">Test</button>
      <button formaction="${withQuery("/custom-rules/check", id)}" formnovalidate>
        Back to the rule with this pattern
      </button>
    </p>
  </form>`;
}

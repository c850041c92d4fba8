import { html } from "hono/html";
import * as z from "zod";

import type { Rule } from "#shared/kit/rule.ts";

import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import type { BackTestForm, BackTestOutcome } from "./back-test-pages.ts";
import { backTestResult } from "./back-test-result.ts";
import { waitFields } from "./wait-fields.ts";

interface Shown {
  readonly rule: Rule;
  readonly form: BackTestForm;
  readonly outcome: BackTestOutcome;
  /** Why the past tells nothing of this rule. */
  readonly impossible: string | undefined;
}

export function backTestPage({ rule, form, outcome, impossible }: Shown): Html {
  const answer = outcome && "answer" in outcome ? outcome.answer : undefined;
  const refused = outcome && "message" in outcome ? outcome : undefined;
  return layout({
    title: `Back-test: ${rule.title}`,
    room: "Rules",
    crumbs: html`<a href="/rules">Rules</a>`,
    intro:
      "What this rule would have raised, had it been set like this, out of what is remembered of the past. Nothing is changed and nobody is told.",
    body: html`<div class="stack">
      ${refused ? html`<p class="notice bad" role="alert">${refused.message}</p>` : nothing}
      ${
        impossible === undefined
          ? formCard(rule, form, refused?.issues ?? [])
          : html`<p class="notice" role="status">${impossible}</p>`
      }
      ${answer ? backTestResult(answer, { now: "today's settings", wanted: "these" }) : nothing}
    </div>`,
  });
}

function formCard(
  rule: Rule,
  form: BackTestForm,
  issues: readonly { readonly path: string; readonly message: string }[],
): Html {
  const { properties = {} } = z.toJSONSchema(rule.options, { io: "input" });
  return html`<form method="get" class="card stack" aria-label="What to test">
    ${waitFields(form)}
    ${
      Object.keys(properties).length > 0
        ? html`<div class="field">
            <label for="options">Options</label>
            <p class="hint">
              As JSON, as on the page of the rules; what stands here now is set today.
            </p>
            <textarea
              class="code"
              id="options"
              name="options"
              spellcheck="false"
              rows="${Math.min(14, form.options.split("\n").length + 1)}"
            >
${form.options}</textarea>
          </div>`
        : nothing
    }
    ${issues.map(({ path, message }) => html`<p class="error"><code>${path}</code> ${message}</p>`)}
    <p class="actions"><button class="primary">Test</button></p>
  </form>`;
}

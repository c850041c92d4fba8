import { html, raw } from "hono/html";

import type { InputIssue } from "#shared/errors.ts";
import { filterLengthMax, ruleConfidence } from "#shared/model/link-rule.ts";

import { plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import type { GoalChoice } from "../work-items/goal-choices.ts";
import { languageCard } from "./language-card.ts";
import type { LinkRuleAnswer } from "./link-rule-answers.ts";
import { stateBadge } from "./link-rules-page.ts";
import type { Previewed } from "./preview-part.ts";
import { previewPart } from "./preview-part.ts";

/** What stands in the fields, as text. */
export type FormFields = Readonly<Record<string, string>>;

interface LinkRuleForm {
  /** Absent for a new one. */
  readonly rule: LinkRuleAnswer | undefined;
  readonly fields: FormFields;
  readonly goals: readonly GoalChoice[];
  readonly previewed: Previewed;
  readonly issues: readonly InputIssue[];
  readonly notice?: string | undefined;
}

/** The form of a rule, new or standing, beside what it would do. */
export function linkRuleForm(form: LinkRuleForm): Html {
  const { rule, previewed, notice } = form;
  return layout({
    title: rule ? rule.name : "New link rule",
    room: "Link rules",
    crumbs: html`<a href="/link-rules">Link rules</a>`,
    aside: rule ? stateBadge(rule) : html``,
    notice,
    body: html`<div class="split">
      <div class="stack">${fieldsCard(form)}${rule ? removal(rule) : nothing}</div>
      <aside class="stack" aria-label="What the rule would do, and how to write it">
        <section class="card stack" aria-labelledby="preview-title">
          <h2 id="preview-title">What it would do</h2>
          <div id="preview" class="stack" aria-live="polite">${previewPart(previewed)}</div>
        </section>
        ${languageCard}
      </aside>
    </div>`,
  });
}

function fieldsCard(form: LinkRuleForm): Html {
  const { rule, fields, issues } = form;
  const here = rule ? pathTo("link-rules", rule.id) : "/link-rules";
  const again = rule ? here : "/link-rules/new";
  const other = issues.filter(({ path }) => !shownAtTheirFields.has(path));
  return html`<form
    class="card"
    method="post"
    action="${here}"
    data-preview="/link-rules/preview"
    data-into="preview"
  >
    ${rule ? html`<input type="hidden" name="revision" value="${fields["revision"] ?? rule.revision}" />` : nothing}
    ${other.map(({ message }) => html`<p class="notice bad" role="alert">${message}</p>`)}
    ${rule ? html`<p class="muted gap-below">${plural(rule.linkedItems, "open item is", "open items are")} linked through it now.</p>` : nothing}
    ${field({ name: "name", label: "Name", hint: "As people read it at the work that it links." }, form, (attributes) => html`<input ${attributes} maxlength="120" required value="${fields["name"] ?? ""}" />`)}
    ${field({ name: "filter", label: "Which work" }, form, (attributes) => html`<textarea ${attributes} class="code" rows="3" maxlength="${filterLengthMax}" required spellcheck="false" autocapitalize="off" placeholder="project = PAY AND label = growth">${fields["filter"] ?? ""}</textarea>`)}
    ${field({ name: "goalId", label: "Serves the goal" }, form, (attributes) => goalSelect(attributes, form))}
    <div class="field">
      <div class="check">
        <input
          type="checkbox"
          id="isEnabled"
          name="isEnabled"
          ${fields["isEnabled"] === "on" ? raw("checked") : nothing}
        />
        <label for="isEnabled">The rule is on</label>
      </div>
    </div>
    ${more(form)}
    <p class="actions">
      <button class="primary">Save</button>
      <button formmethod="get" formaction="${again}" formnovalidate>Preview</button>
      <a class="button" href="/link-rules">Cancel</a>
    </p>
  </form>`;
}

function more(form: LinkRuleForm): Html {
  const { fields, issues } = form;
  const isWrong = issues.some(({ path }) => ["confidence", "weight", "expiresAt"].includes(path));
  const isSet = [fields["weight"], fields["expiresAt"]].some((text) => text !== undefined);
  return html`<details class="field" ${isWrong || isSet ? raw("open") : nothing}>
    <summary>How sure, how much, how long</summary>
    ${field({ name: "confidence", label: "How sure", hint: `Up to ${ruleConfidence.max}. Where several rules fit, the surest decides.` }, form, (attributes) => html`<input ${attributes} type="number" min="0.01" max="${ruleConfidence.max}" step="any" required value="${fields["confidence"] ?? ruleConfidence.usual}" />`)}
    ${field({ name: "weight", label: "Part of the work", hint: "Between 0 and 1, where it serves the goal only in part." }, form, (attributes) => html`<input ${attributes} type="number" min="0" max="1" step="any" value="${fields["weight"] ?? ""}" />`)}
    ${field({ name: "expiresAt", label: "Ends on", hint: "From that day on, in UTC, it links nothing." }, form, (attributes) => html`<input ${attributes} type="date" value="${fields["expiresAt"] ?? ""}" />`)}
  </details>`;
}

const shownAtTheirFields: ReadonlySet<string> = new Set([
  "name",
  "filter",
  "goalId",
  "confidence",
  "weight",
  "expiresAt",
]);

interface Field {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
}

function field(
  { name, label, hint }: Field,
  { issues }: LinkRuleForm,
  input: (attributes: Html) => Html,
): Html {
  const own = issues.filter(({ path }) => path === name);
  const described = [...(hint === undefined ? [] : [`${name}-hint`]), `${name}-error`].join(" ");
  const invalid = own.length > 0 ? raw('aria-invalid="true"') : nothing;
  return html`<div class="field">
    <label for="${name}">${label}</label>
    ${hint === undefined ? nothing : html`<p class="hint" id="${name}-hint">${hint}</p>`}
    ${input(html`id="${name}" name="${name}" aria-describedby="${described}" ${invalid}`)}
    <div id="${name}-error">${own.map(({ message }) => html`<p class="error">${message}</p>`)}</div>
  </div>`;
}

function goalSelect(attributes: Html, { rule, goals, fields }: LinkRuleForm): Html {
  const chosen = fields["goalId"];
  const isOffered = chosen === undefined || goals.some(({ id }) => id === chosen);
  const kept = rule?.goal?.title ?? "A goal that is not there any more";
  return html`<select ${attributes} required>
    <option value="">Choose a goal</option>
    ${isOffered ? nothing : html`<option value="${chosen}" selected>${kept} (not open)</option>`}
    ${goals.map(({ id, label }) => html`<option value="${id}" ${id === chosen ? raw("selected") : nothing}>${label}</option>`)}
  </select>`;
}

function removal({ id, name, linkedItems }: LinkRuleAnswer): Html {
  return html`<details>
    <summary>Delete this rule</summary>
    <p class="muted small">
      ${plural(linkedItems, "open item is", "open items are")} linked through it now; what has no
      other way to a goal is unlinked then. To try that out, switch it off instead.
    </p>
    <form method="post" action="${pathTo("link-rules", id)}/remove">
      <button class="danger">Delete “${name}”</button>
    </form>
  </details>`;
}

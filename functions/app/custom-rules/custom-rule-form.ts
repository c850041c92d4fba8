import { html, raw } from "hono/html";

import type { InputIssue } from "#shared/errors.ts";

import { plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo, withQuery } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import type { CustomRuleAnswer, CustomRuleTrial } from "./custom-rule-answers.ts";
import { deploymentBadge, problem } from "./custom-rules-page.ts";

/** What stands in the fields, as text. */
export type FormFields = Readonly<Record<string, string>>;

export interface CustomRuleForm {
  /** Absent for a new one. */
  readonly rule: CustomRuleAnswer | undefined;
  readonly fields: FormFields;
  /** What a check of the pattern gave. */
  readonly trial?: CustomRuleTrial | undefined;
  readonly issues: readonly InputIssue[];
  readonly notice?: string | undefined;
}

/** The form of a custom rule, beside what its pattern fits now. */
export function customRuleForm(form: CustomRuleForm): Html {
  const { rule, notice } = form;
  return layout({
    title: rule ? rule.title : "New custom rule",
    room: "Rules",
    crumbs: html`<a href="/rules">Rules</a> / <a href="/custom-rules">Custom rules</a>`,
    aside: rule ? deploymentBadge(rule) : html``,
    notice,
    body: html`<div class="split">
      <div class="stack">
        ${rule ? problem(rule) : nothing}${fieldsCard(form)}${rule ? policy(rule) : nothing}${rule ? removal(rule) : nothing}
      </div>
      <aside class="stack" aria-label="What the pattern fits, and how to write one">
        ${trialCard(form)}${help}
      </aside>
    </div>`,
  });
}

function fieldsCard(form: CustomRuleForm): Html {
  const { rule, fields, issues } = form;
  const here = rule ? pathTo("custom-rules", rule.id) : "/custom-rules";
  const other = issues.filter(({ path }) => fieldOf(path) === undefined);
  return html`<form class="card" method="post" action="${here}">
    ${rule ? html`<input type="hidden" name="revision" value="${fields["revision"] ?? rule.revision}" />` : nothing}
    ${other.map(({ message }) => html`<p class="notice bad" role="alert">${message}</p>`)}
    ${field(form, { name: "title", label: "Title", hint: "What it finds, in a few words." }, (attributes) => html`<input ${attributes} maxlength="120" required value="${fields["title"] ?? ""}" />`)}
    ${field(form, { name: "why", label: "Why it matters", hint: "As whoever gets it will read it." }, (attributes) => html`<textarea ${attributes} rows="2" maxlength="600" required>${fields["why"] ?? ""}</textarea>`)}
    ${field(form, { name: "nextStep", label: "Next step", hint: "What to do first." }, (attributes) => html`<textarea ${attributes} rows="2" maxlength="600" required>${fields["nextStep"] ?? ""}</textarea>`)}
    ${field(form, { name: "pattern", label: "Event pattern", hint: "JSON, as in a rule of EventBridge." }, (attributes) => html`<textarea ${attributes} class="code" rows="12" required spellcheck="false" autocapitalize="off">${fields["pattern"] ?? ""}</textarea>`)}
    <details class="field" ${fields["sample"] === undefined ? nothing : raw("open")}>
      <summary>Try it on an event of your own</summary>
      ${field(form, { name: "sample", label: "Sample event", hint: "The whole event as JSON. It is not kept." }, (attributes) => html`<textarea ${attributes} class="code" rows="6" spellcheck="false" autocapitalize="off">${fields["sample"] ?? ""}</textarea>`)}
    </details>
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
    <p class="actions">
      <button class="primary">Save and deploy</button>
      <button
        formaction="/custom-rules/check${rule ? `?id=${encodeURIComponent(rule.id)}` : ""}"
        formnovalidate
      >
        Check the pattern
      </button>
      <button formaction="${withQuery("/custom-rules/back-test", { id: rule?.id })}" formnovalidate>
        Back-test
      </button>
      <a class="button" href="/custom-rules">Cancel</a>
    </p>
  </form>`;
}

const ownFields = ["title", "why", "nextStep", "pattern", "sample"] as const;

/** The field that a problem belongs to: a path in the pattern begins with it, or has no name of ours. */
function fieldOf(path: string): string | undefined {
  const first = path.split(/[.[]/u)[0] ?? "";
  if (ownFields.some((name) => name === first)) return first;
  return /^(?:source|detail|detail-type|resources|account|region|id|time|version|\$or)$/u.test(
    first,
  )
    ? "pattern"
    : undefined;
}

interface Field {
  readonly name: (typeof ownFields)[number];
  readonly label: string;
  readonly hint: string;
}

function field(
  { issues }: CustomRuleForm,
  { name, label, hint }: Field,
  input: (attributes: Html) => Html,
): Html {
  const own = issues.filter(({ path }) => fieldOf(path) === name);
  const invalid = own.length > 0 ? raw('aria-invalid="true"') : nothing;
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <p class="hint" id="${name}-hint">${hint}</p>
    ${input(html`id="${name}" name="${name}" aria-describedby="${name}-hint ${name}-error" ${invalid}`)}
    <div id="${name}-error">
      ${own.map(({ path, message }) => html`<p class="error">${path === name ? nothing : html`<code>${path}</code> `}${message}</p>`)}
    </div>
  </div>`;
}

function trialCard({ trial }: CustomRuleForm): Html {
  return html`<section class="card stack" aria-labelledby="trial-title">
    <h2 id="trial-title">What it fits</h2>
    ${trial === undefined ? html`<p class="muted">Check the pattern to see what it fits: findings that are open now, and an example of each rule. Back-test it to see what it would have told you so far.</p>` : trialBody(trial)}
  </section>`;
}

const origins = { open: "open now", example: "example", yours: "your sample" } as const;

function trialBody({ fittingOpen, open, fitting, deployedPattern }: CustomRuleTrial): Html {
  return html`<p>
      <b>${fittingOpen} of ${plural(open, "finding")}</b> that ${open === 1 ? "is" : "are"} open
      now.
    </p>
    <ul>
      ${fitting.map(({ title, origin }) => html`<li>${title} <span class="badge">${origins[origin]}</span></li>`)}
    </ul>
    <details>
      <summary>As it is deployed</summary>
      <pre><code>${JSON.stringify(deployedPattern, undefined, 2)}</code></pre>
    </details>`;
}

const example = {
  detail: {
    rule: ["blocked-across-boundary"],
    severity: ["critical"],
    title: [{ wildcard: "*Payments*" }],
  },
};

const help = html`<section class="card stack" aria-labelledby="help-title">
  <h2 id="help-title">How to write one</h2>
  <p>
    A pattern names fields of <code>detail</code> and, in a list, what each may be. All fields must
    hold; of a list, one is enough.
  </p>
  <pre><code>${JSON.stringify(example, undefined, 2)}</code></pre>
  <p class="small muted">
    Operators: <code>prefix</code>, <code>suffix</code>, <code>anything-but</code>,
    <code>numeric</code>, <code>exists</code>, <code>equals-ignore-case</code>,
    <code>wildcard</code>, <code>cidr</code> and <code>$or</code>, as Amazon EventBridge documents
    them. The fields of each event: <a href="/api/event-schemas">event schemas</a>.
  </p>
</section>`;

function policy({ id }: CustomRuleAnswer): Html {
  return html`<p class="muted small">
    Grace, hold-down, delivery, scope and who owns it are set with the other rules’:
    <a href="/rules#rule-${id}">settings of this rule</a>.
  </p>`;
}

function removal({ id, title, standingAlerts }: CustomRuleAnswer): Html {
  return html`<details>
    <summary>Delete this rule</summary>
    <p class="muted small">
      ${plural(standingAlerts, "alert stands", "alerts stand")} through it now; they resolve. To
      keep it for later, switch it off instead.
    </p>
    <form method="post" action="${pathTo("custom-rules", id)}/remove">
      <button class="danger">Delete “${title}”</button>
    </form>
  </details>`;
}

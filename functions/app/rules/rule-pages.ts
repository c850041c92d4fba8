import type { Hono } from "hono";
import { html, raw } from "hono/html";

import { HubError } from "#shared/errors.ts";
import type { InputIssue } from "#shared/errors.ts";
import { RuleName } from "#shared/model/ids.ts";
import { listConnections } from "#shared/store/connections.ts";

import type { AppContext } from "../app-deps.ts";
import { parseInput } from "../http/route.ts";
import { plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, withQuery } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { noticeOf, readForm, withNotice } from "../page/page-input.ts";
import type { KnownNames, RuleForm } from "./rule-form-input.ts";
import { readRuleForm } from "./rule-form-input.ts";
import type { Surroundings } from "./rule-form.ts";
import { deliveryFields } from "./rule-form.ts";
import { listRules, saveRule } from "./rule-routes.ts";
import type { RuleAnswer } from "./rule-routes.ts";

/** A refused change: which rule, what was typed, what was wrong. */
interface Refused {
  readonly rule: string;
  readonly form: RuleForm;
  readonly message: string;
  readonly issues: readonly InputIssue[];
}

/** The page of the rules and the form of each. */
export function serveRulePages(app: Hono, context: AppContext): void {
  app.get("/rules", async (c) => c.html(await render(context, undefined, noticeOf(c))));

  app.post("/rules/:name", async (c) => {
    const name = parseInput(RuleName, c.req.param("name"), "name");
    const form = await readForm(c);
    try {
      await saveRule(context, name, readRuleForm(form, await readKnownNames(context)));
      return c.redirect(withNotice("/rules", "changed"), 303);
    } catch (error) {
      if (!(error instanceof HubError) || error.traits.httpStatus !== 400) throw error;
      const { message, issues } = error;
      const refused = { rule: name, form, message, issues };
      return c.html(await render(context, refused, undefined), 400);
    }
  });
}

async function readKnownNames({ orgReader, snapshots }: AppContext): Promise<KnownNames> {
  const [org, { graph }] = await Promise.all([orgReader.read(), snapshots.read()]);
  return { org, graph };
}

async function render(
  context: AppContext,
  refused: Refused | undefined,
  notice: string | undefined,
): Promise<Html> {
  const [rules, known, connections] = await Promise.all([
    listRules(context),
    readKnownNames(context),
    listConnections(context.table),
  ]);
  const titles = new Map<string, string>();
  for (const { id, title } of known.graph.goals()) titles.set(id, title);
  const channels = connections.filter(
    ({ connector, status }) =>
      status !== "draft" &&
      status !== "removing" &&
      context.registry.find(connector)?.notifier !== undefined,
  );
  const around = { ...known, channels, goalTitle: (id: string) => titles.get(id) };
  return rulesPage(rules, { refused, notice, around });
}

interface Around {
  readonly refused: Refused | undefined;
  readonly notice: string | undefined;
  readonly around: Surroundings;
}

function rulesPage(rules: readonly RuleAnswer[], { refused, notice, around }: Around): Html {
  return layout({
    title: "Rules",
    room: "Rules",
    intro:
      "What the hub looks for. A rule that is off finds nothing, and what it had found clears.",
    aside: html`<span class="row tight"
      ><a class="button" href="/routing">Routing</a
      ><a class="button" href="/custom-rules">Custom rules</a></span
    >`,
    notice,
    body: html`<div class="stack">
      ${rules.map((rule) => ruleCard(rule, refused?.rule === rule.name ? refused : undefined, around))}
    </div>`,
  });
}

function ruleCard(rule: RuleAnswer, refused: Refused | undefined, around: Surroundings): Html {
  const { name, title, why, nextStep, isEnabled, openSignals } = rule;
  return html`<section class="card stack" aria-labelledby="rule-${name}">
    <div class="section-head">
      <h2 id="rule-${name}">${title}</h2>
      <span class="badge ${isEnabled ? "good" : ""}">${isEnabled ? "On" : "Off"}</span
      ><a class="small" href="${withQuery("/", { rule: name })}"
        >${plural(openSignals, "open finding")}</a
      >${rule.isCustom ? html`<a class="small" href="/custom-rules/${name}">Pattern</a><a class="small" href="/custom-rules/${name}/back-test">Back-test</a>` : html`<a class="small" href="/rules/${name}/back-test">Back-test</a>`}
    </div>
    <p>${why}</p>
    <p class="muted"><b>Next step:</b> ${nextStep}</p>
    <details ${refused ? raw("open") : nothing}>
      <summary>Settings</summary>
      ${refused ? html`<p class="notice bad" role="alert">${refused.message}</p>` : nothing}
      ${refusedIn(refused).map(({ message }) => html`<p class="error-text">${message}</p>`)}
      <form method="post" action="/rules/${name}">
        <div class="field">
          <div class="check">
            <input
              type="checkbox"
              id="${name}-on"
              name="isEnabled"
              ${isEnabled ? raw("checked") : nothing}
            /><label for="${name}-on">The rule is on</label>
          </div>
        </div>
        ${deliveryFields(rule, refused?.form ?? {}, around)} ${optionsField(rule, refused)}
        <p class="actions"><button class="primary">Save</button></p>
      </form>
    </details>
  </section>`;
}

/** What is wrong outside the options, whose field says it by itself. */
function refusedIn(refused: Refused | undefined): readonly InputIssue[] {
  return refused?.issues.filter(({ path }) => !path.startsWith("options")) ?? [];
}

function optionsField(
  { name, options, optionsSchema }: RuleAnswer,
  refused: Refused | undefined,
): Html | string {
  const issues = refused?.issues.filter(({ path }) => path.startsWith("options")) ?? [];
  if (issues.length === 0 && Object.keys(propertiesOf(optionsSchema)).length === 0) return nothing;
  return html`<div class="field">
    <label for="${name}-options">Options</label>
    <div class="hint">${describeOptions(optionsSchema)}</div>
    <textarea
      class="code"
      id="${name}-options"
      name="options"
      rows="${Math.min(16, JSON.stringify(options, undefined, 2).split("\n").length + 1)}"
      spellcheck="false"
      ${issues.length > 0 ? raw('aria-invalid="true"') : nothing}
    >
${refused?.form["options"] ?? JSON.stringify(options, undefined, 2)}</textarea>
    ${issues.map(({ path, message }) => html`<p class="error"><code>${path}</code> ${message}</p>`)}
  </div>`;
}

/** Each option with what its schema says of it. */
function describeOptions(schema: Readonly<Record<string, unknown>>): Html {
  return html`<ul>
    ${Object.entries(propertiesOf(schema)).map(([name, property]) => {
      const description = (property as { readonly description?: string }).description ?? "";
      return html`<li><code>${name}</code> ${description}</li>`;
    })}
  </ul>`;
}

/** By name; the schema of options is always one of an object. */
function propertiesOf(schema: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return (schema["properties"] as Record<string, unknown>) ?? {};
}

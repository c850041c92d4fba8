import { html } from "hono/html";

import { moment, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo, withQuery } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { empty } from "../page/parts.ts";
import type { CustomRuleAnswer } from "./custom-rule-answers.ts";

const create = html`<a class="button primary" href="/custom-rules/new">New custom rule</a>`;

/** Every custom rule, and whether the bus has it. */
export function customRulesPage(
  rules: readonly CustomRuleAnswer[],
  notice: string | undefined,
): Html {
  return layout({
    title: "Custom rules",
    room: "Rules",
    crumbs: html`<a href="/rules">Rules</a>`,
    intro:
      "Alerts of your own, each from an event pattern: findings that fit it become alerts with the words, the grace and the recipients that you choose.",
    aside: rules.length === 0 ? html`` : create,
    notice,
    body: rules.length === 0 ? none : html`<div class="stack">${rules.map(card)}</div>`,
  });
}

const none = empty(
  "No custom rules yet",
  "A custom rule picks findings by what they say: critical ones of one team, those of one tool, those about one kind of work.",
  create,
);

function card(rule: CustomRuleAnswer): Html {
  const { id, title, why, standingAlerts } = rule;
  return html`<section class="card stack" aria-labelledby="${id}">
    <div class="section-head">
      <h2 id="${id}"><a href="${pathTo("custom-rules", id)}">${title}</a></h2>
      ${deploymentBadge(rule)}<a class="small" href="${withQuery("/", { rule: id })}"
        >${plural(standingAlerts, "standing alert")}</a
      >
    </div>
    <p>${why}</p>
    ${problem(rule)}
  </section>`;
}

export function deploymentBadge({ isEnabled, deployment }: CustomRuleAnswer): Html {
  if (deployment.state === "failed") return html`<span class="badge bad">Not deployed</span>`;
  if (deployment.state === "waiting") return html`<span class="badge warn">Being deployed</span>`;
  return html`<span class="badge ${isEnabled ? "good" : ""}">${isEnabled ? "On" : "Off"}</span>`;
}

/** What keeps the bus from having it as it stands here, and the way out. */
export function problem({ id, deployment }: CustomRuleAnswer): Html | string {
  if (deployment.state === "deployed") return nothing;
  const what =
    deployment.state === "failed"
      ? `The bus has not taken it: ${deployment.problem ?? "it did not say why"}`
      : "It was saved, and nobody has heard whether the bus took it.";
  return html`<form
    class="notice ${deployment.state === "failed" ? "bad" : "warn"} row"
    method="post"
    action="${pathTo("custom-rules", id)}/deploy"
  >
    <span>${what} <span class="muted">(${moment(deployment.at)})</span></span>
    <button>Deploy again</button>
  </form>`;
}

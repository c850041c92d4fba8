import { html, raw } from "hono/html";

import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import type { KnownNames, RuleForm } from "./rule-form-input.ts";
import type { RuleAnswer } from "./rule-routes.ts";

/** What the fields of a rule need to know beside the rule. */
export interface Surroundings extends KnownNames {
  /** Connections that can tell people. */
  readonly channels: readonly { readonly id: string; readonly name: string }[];
  readonly goalTitle: (id: string) => string | undefined;
}

interface Field {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
}

/** Who is told of a rule's alerts, how, and when: beside its own options. */
export function deliveryFields(rule: RuleAnswer, typed: RuleForm, around: Surroundings): Html {
  const { name } = rule;
  const value = (field: string, set: string | undefined) => typed[field] ?? set ?? "";
  return html`
    ${number({
      id: `${name}-grace`,
      name: "graceMinutes",
      label: "Grace period in minutes",
      hint: "How long a finding must stand before anybody is told.",
      value: value("graceMinutes", String(rule.graceMinutes)),
      isRequired: true,
    })}
    ${number({
      id: `${name}-hold`,
      name: "holdDownMinutes",
      label: "Hold-down in minutes",
      hint: "After one has cleared, so long a new one waits: what flaps tells nobody twice.",
      value: value("holdDownMinutes", String(rule.holdDownMinutes)),
    })}
    ${select(
      { id: `${name}-delivery`, name: "delivery", label: "How people are told" },
      [
        ["message", "By messages"],
        ["digest", "In digests only"],
      ],
      value("delivery", rule.delivery),
    )}
    ${rule.demotedAt === undefined ? nothing : html`<p class="hint">The hub chose digests, because its alerts were rarely acted on. Choose messages to take that back.</p>`}
    ${select(
      { id: `${name}-escalates`, name: "escalates", label: "When nobody reacts" },
      [
        ["yes", "The next manager is told"],
        ["no", "Nobody but the owning teams is told"],
      ],
      value("escalates", rule.escalates ? "yes" : "no"),
    )}
    ${number({
      id: `${name}-response`,
      name: "responseHours",
      label: "Working hours to react",
      hint: "Before the next manager is told. Empty: as the routing says.",
      value: value("responseHours", rule.responseHours?.toString()),
      max: 720,
    })}
    ${select(
      {
        id: `${name}-owner`,
        name: "ownerChannelId",
        label: "Its owner hears of contests in",
      },
      [
        ["", "The default channel"],
        ...around.channels.map((channel) => [channel.id, channel.name] as const),
      ],
      value("ownerChannelId", rule.ownerChannelId),
    )}
    ${scopeFields(rule, value, around)}
  `;
}

type Value = (field: string, set: string | undefined) => string;

function scopeFields(rule: RuleAnswer, value: Value, { org, goalTitle }: Surroundings): Html {
  const { name, scope, allowedShares = [] } = rule;
  const unitName = (id: string) => [...org.units()].find((unit) => unit.id === id)?.name ?? id;
  const shares = allowedShares.map(
    ({ unitId, share, reason }) =>
      `${unitName(unitId)}: ${Math.round(share * 1000) / 10} % ${reason}`,
  );
  return html`<fieldset class="field">
    <legend class="label">Scope</legend>
    <p class="hint">Which findings become alerts. A field left empty limits nothing.</p>
    ${lines(
      { id: `${name}-units`, name: "units", label: "Units, with all below, one a line" },
      value("units", scope?.unitIds?.map(unitName).join("\n")),
    )}
    ${lines(
      { id: `${name}-goals`, name: "goals", label: "Goals, with all below, one a line" },
      value("goals", scope?.goalIds?.map((id) => goalTitle(id) ?? id).join("\n")),
    )}
    ${lines(
      { id: `${name}-kinds`, name: "kinds", label: "Kinds of work, one a line" },
      value("kinds", scope?.kinds?.join("\n")),
    )}
    ${
      allowsShares(rule)
        ? lines(
            {
              id: `${name}-shares`,
              name: "allowedShares",
              label: "Shares that raise nothing, one a line",
              hint: "“Payments: 20 % running the business”: while no more of Payments’ open work than that is found, its alerts wait.",
            },
            value("allowedShares", shares.join("\n")),
          )
        : nothing
    }
  </fieldset>`;
}

/** Only rules about work that may stand outside strategy at all. */
function allowsShares({ optionsSchema }: RuleAnswer): boolean {
  const { properties } = optionsSchema;
  return typeof properties === "object" && properties !== null && "allowances" in properties;
}

function number(field: Field & { value: string; isRequired?: boolean; max?: number }): Html {
  const { id, name, label, hint, value, isRequired = false, max = 43_200 } = field;
  return html`<div class="field">
    <label for="${id}">${label}</label>
    ${hint === undefined ? nothing : html`<p class="hint">${hint}</p>`}
    <input
      id="${id}"
      name="${name}"
      type="number"
      min="${name === "responseHours" ? 1 : 0}"
      max="${max}"
      ${isRequired ? raw("required") : nothing}
      value="${value}"
    />
  </div>`;
}

function select(
  { id, name, label }: Field,
  choices: readonly (readonly [value: string, label: string])[],
  chosen: string,
): Html {
  return html`<div class="field">
    <label for="${id}">${label}</label
    ><select id="${id}" name="${name}">
      ${choices.map(([value, words]) => html`<option value="${value}" ${value === chosen ? raw("selected") : nothing}>${words}</option>`)}
    </select>
  </div>`;
}

function lines({ id, name, label, hint }: Field, value: string): Html {
  return html`<div class="field">
    <label for="${id}">${label}</label>
    ${hint === undefined ? nothing : html`<p class="hint">${hint}</p>`}
    <textarea id="${id}" name="${name}" rows="2" spellcheck="false">${value}</textarea>
  </div>`;
}

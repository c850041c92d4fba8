import { html, raw } from "hono/html";

import type { InputIssue } from "#shared/errors.ts";

import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import type { RoutingAnswer } from "./routing-answers.ts";
import type { FormLists } from "./routing-form-input.ts";

interface Unit {
  readonly id: string;
  readonly name: string;
}

export interface RoutingPage {
  readonly routing: RoutingAnswer;
  readonly form: FormLists;
  readonly units: readonly Unit[];
  readonly issues: readonly InputIssue[];
  readonly notice?: string | undefined;
}

/** Rows beyond those that are set, for units that are added. */
const emptyRows = 2;

/** Who hears of alerts, when and how often. */
export function routingPage(page: RoutingPage): Html {
  const { routing, issues, notice } = page;
  return layout({
    title: "Routing",
    room: "Rules",
    crumbs: html`<a href="/rules">Rules</a>`,
    intro:
      "Who hears of an alert: the owning team first; after the response time the next manager above, up to the lowest that all its teams have in common. Nobody is disturbed in their night, and nobody gets more than the budget.",
    notice,
    body: html`<form method="post" action="/routing" class="stack">
      <input type="hidden" name="revision" value="${routing.revision}" />
      ${routing.isDefault ? notYet : nothing}
      ${issues.map(({ path, message }) => html`<p class="notice bad" role="alert"><code>${path}</code> ${message}</p>`)}
      ${channelsCard(page)}${peopleCard(page)}${timesCard(page)}${reportsCard(page)}
      <p class="actions">
        <button class="primary">Save</button>
        <a class="button" href="/routing/preview">Who would get what?</a>
        <a class="button" href="/deliveries">Delivery log</a>
      </p>
    </form>`,
  });
}

const notYet = html`<p class="notice">
  Nobody has set this yet: every channel is told of every alert at once, and people are not told one
  by one. From the first time that you save, what stands here holds.
</p>`;

function channelsCard({ routing, form, units }: RoutingPage): Html {
  const rows = routing.channels.length + emptyRows;
  const channels = routing.connected.filter(
    ({ reaches, isSystem }) => reaches.includes("channel") && !isSystem,
  );
  const choices = channels.map(({ id, name }) => ({ value: id, label: name }));
  const unitChoices = units.map(({ id, name }) => ({ value: id, label: name }));
  return html`<section class="card stack" aria-labelledby="channels">
    <h2 id="channels">Channels of teams</h2>
    <p class="muted">
      A channel speaks for its unit and for all below it that have none of their own. A unit without
      one is told through its lead.
    </p>
    ${channels.length === 0 ? html`<p class="notice warn">No channel is connected. <a href="/connections">Connect one</a> first: Slack, Microsoft Teams or e-mail.</p>` : nothing}
    ${Array.from(
      { length: rows },
      (_, at) =>
        html`<div class="pair">
          ${labelled({ name: `unit-${at}`, label: at === 0 ? "Unit" : `Unit ${at + 1}` }, unitChoices, form)}
          ${labelled({ name: `channel-${at}`, label: at === 0 ? "Its channel" : `Channel of unit ${at + 1}` }, choices, form)}
        </div>`,
    )}
    ${field("defaultChannelId", "Default channel", "For what belongs to no unit with a channel, for reports, and for what rules tell their owners. Empty: the channel that was connected first.", select({ name: "defaultChannelId", none: "The one connected first" }, choices, form))}
  </section>`;
}

function peopleCard({ routing, form }: RoutingPage): Html {
  const reaching = routing.connected
    .filter(({ reaches }) => reaches.includes("person"))
    .map(({ id, name }) => ({ value: id, label: name }));
  return html`<section class="card stack" aria-labelledby="people">
    <h2 id="people">People, and the way up</h2>
    ${field("peopleThroughId", "People are reached through", "E-mail, or a Slack app that may write to people. Empty: the first channel that can.", select({ name: "peopleThroughId", none: "The first that can" }, reaching, form))}
    ${field("responseHours", "Hours to react", "So long has each to take care of an alert before the next above is told. Hours of working days count.", input("responseHours", "number", form, 'min="1" max="720" required'))}
    ${field("weeklyBudgetOfPerson", "Messages a person gets in a week", "What exceeds them waits for the digest, ranked. Zero: digests only.", input("weeklyBudgetOfPerson", "number", form, 'min="0" max="200" required'))}
    ${field("weeklyBudgetOfChannel", "Messages a channel gets in a week", "Empty: as many as there are.", input("weeklyBudgetOfChannel", "number", form, 'min="0" max="2000"'))}
  </section>`;
}

const days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

function timesCard({ form }: RoutingPage): Html {
  return html`<section class="card stack" aria-labelledby="times">
    <h2 id="times">When nobody is disturbed</h2>
    <div class="pair">
      ${field("quietFrom", "Quiet from", "By everybody's own clock.", input("quietFrom", "time", form, "required"))}
      ${field("quietUntil", "Quiet until", "Equal times: never quiet.", input("quietUntil", "time", form, "required"))}
    </div>
    <fieldset class="field">
      <legend>Working days</legend>
      ${days.map(
        (name, at) =>
          html`<label class="check"
            ><input
              type="checkbox"
              name="workingDays"
              value="${at + 1}"
              ${form["workingDays"]?.includes(String(at + 1)) ? raw("checked") : nothing}
            />
            ${name}</label
          >`,
      )}
    </fieldset>
    ${field("timeZone", "Time zone", "Of the company, as the IANA database names it.", input("timeZone", "text", form, 'required maxlength="60" placeholder="Europe/Berlin"'))}
    ${field("timeZones", "Time zones of locations", "A line each, the location as the HR system writes it: Lisbon = Europe/Lisbon", html`<textarea id="timeZones" name="timeZones" rows="4" class="code" aria-describedby="timeZones-hint" spellcheck="false">${form["timeZones"]?.[0] ?? ""}</textarea>`)}
  </section>`;
}

function reportsCard({ form }: RoutingPage): Html {
  const choices = days.map((name, at) => ({ value: String(at + 1), label: name }));
  return html`<section class="card stack" aria-labelledby="reports">
    <h2 id="reports">Digests, briefs and first readings</h2>
    <div class="pair">
      ${field("digestDay", "Digests and briefs on", "Every week.", select({ name: "digestDay" }, choices, form))}
      ${field("digestTime", "At", "By everybody's own clock.", input("digestTime", "time", form, "required"))}
    </div>
    ${field("baselineMinutes", "Minutes that a first reading counts", "What is found until then is a report, and no flood of messages. Zero: every finding is news at once.", input("baselineMinutes", "number", form, 'min="0" max="10080" required'))}
    ${field("baselineAlertsMax", "Messages of a first reading", "So many of its matters reach somebody by themselves; the rest waits for the digest.", input("baselineAlertsMax", "number", form, 'min="0" max="20" required'))}
  </section>`;
}

/** The first row's labels are shown; the others' are said. */
function labelled(
  field: { readonly name: string; readonly label: string },
  choices: readonly Choice[],
  form: FormLists,
): Html {
  const isFirst = field.name.endsWith("-0");
  return html`<div>
    ${isFirst ? html`<span class="label" aria-hidden="true">${field.label}</span>` : nothing}
    ${select(field, choices, form)}
  </div>`;
}

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** `label` empty: the field around it has one. */
function select(
  { name, label = "", none = "" }: { name: string; label?: string; none?: string },
  choices: readonly Choice[],
  form: FormLists,
): Html {
  const chosen = form[name]?.[0];
  const isGone = chosen !== undefined && !choices.some(({ value }) => value === chosen);
  const described =
    label === "" ? raw(`aria-describedby="${name}-hint"`) : html`aria-label="${label}"`;
  return html`<select id="${name}" name="${name}" ${described}>
    <option value="">${none}</option>
    ${isGone ? html`<option value="${chosen}" selected>Not there any more</option>` : nothing}
    ${choices.map(({ value, label: text }) => html`<option value="${value}" ${value === chosen ? raw("selected") : nothing}>${text}</option>`)}
  </select>`;
}

/** `attributes` are ours, never anybody's input. */
function input(name: string, type: string, form: FormLists, attributes: string): Html {
  return html`<input
    id="${name}"
    name="${name}"
    type="${type}"
    value="${form[name]?.[0] ?? ""}"
    aria-describedby="${name}-hint"
    ${raw(attributes)}
  />`;
}

function field(name: string, label: string, hint: string, control: Html): Html {
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <p class="hint" id="${name}-hint">${hint}</p>
    ${control}
  </div>`;
}

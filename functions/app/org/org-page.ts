import { html } from "hono/html";

import { plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, withQuery } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { empty, facts, pager } from "../page/parts.ts";
import { personLink } from "../people/people-parts.ts";
import type { OrgQuery, TeamList } from "./list-units.ts";
import type { OrgAnswer, UnitAnswer } from "./org-answers.ts";
import { comingDayChips, dayForm, peopleWords } from "./org-parts.ts";

interface OrgPage {
  readonly level: OrgAnswer;
  readonly teams: TeamList;
  readonly query: OrgQuery;
  readonly afterTeam: string | undefined;
}

/** One level of the organisation as of a day. */
export function orgPage(page: OrgPage): Html {
  const { level } = page;
  const { unit, day, today } = level;
  return layout({
    title: unit?.name ?? "Organisation",
    room: "Organisation",
    intro: introOf(level),
    ...(unit && { crumbs: crumbs(level) }),
    aside: html`<a class="button" href="${withQuery("/org/preview", day > today ? { day } : {})}"
      >What will change</a
    >`,
    body: html`${dayForm("/org", { day, today, label: "As of", fields: { unit: unit?.id } })}
    ${
      level.total === 0 && page.teams.total === 0 && !unit
        ? nobody(level)
        : html`<div class="split">
            <div class="stack">${units(page)}${deliveryTeams(page)}</div>
            ${aside(level)}
          </div>`
    }`,
  });
}

function introOf({ day, today }: OrgAnswer): string {
  if (day === today) return "The organisation as it stands today, as the HR systems tell it.";
  return day > today
    ? `The organisation of ${day}, as far as the HR systems say so already.`
    : `The organisation of ${day}, as it is known today.`;
}

function crumbs({ path, day, today }: OrgAnswer): Html {
  const ofDay = day === today ? undefined : day;
  return html`<a href="${withQuery("/org", { day: ofDay })}">Organisation</a>${path.map(
      ({ id, name }) =>
        html` › <a href="${withQuery("/org", { day: ofDay, unit: id })}">${name}</a>`,
    )}`;
}

function nobody({ day, today }: OrgAnswer): Html {
  return day === today
    ? empty(
        "No organisation is known yet",
        "Connect an HR system, let an identity provider send its people, or upload a file.",
        html`<a class="button primary" href="/connections">Connect an HR system</a>`,
      )
    : empty("Nothing is known of that day", "Choose another one.");
}

function units({ level, query }: OrgPage): Html | string {
  const { unit, total } = level;
  if (total === 0) {
    return unit ? html`<p class="muted">No unit lies under it.</p>` : nothing;
  }
  return html`<section class="card">
      <h2>${unit ? "Units under it" : "Units"}</h2>
      <ul class="collections">
        ${level.units.map((one) => unitRow(one, level))}
      </ul>
    </section>
    ${
      total === level.units.length
        ? nothing
        : pager(
            "/org",
            { day: level.day, unit: unit?.id, after: query.after },
            { shown: level.units.length, total, next: level.next },
          )
    }`;
}

function unitRow(one: UnitAnswer, { day, today }: OrgAnswer): Html {
  const ofDay = day === today ? undefined : day;
  const below = [
    one.units > 0 ? plural(one.units, "unit") : undefined,
    one.deliveryTeams > 0 ? plural(one.deliveryTeams, "delivery team") : undefined,
  ].filter((text) => text !== undefined);
  return html`<li>
    <div class="line">
      <span
        ><a href="${withQuery("/org", { day: ofDay, unit: one.id })}">${one.name}</a>
        <span class="muted small">${one.kind}</span></span
      ><span class="num">${peopleWords(one.people)}</span>
    </div>
    <p class="muted small">
      ${one.lead ? html`Led by ${personLink({ id: one.lead.id, name: one.lead.name })}` : "No lead known"}${
        below.length === 0 ? nothing : ` · ${below.join(", ")}`
      }
    </p>
  </li>`;
}

function deliveryTeams({ level, teams, afterTeam }: OrgPage): Html | string {
  if (teams.total === 0) return nothing;
  const { unit, day } = level;
  return html`<section class="card">
      <h2>Delivery teams ${unit ? "beside it" : "that stand alone"}</h2>
      <ul class="collections">
        ${teams.teams.map((one) => unitRow(one, level))}
      </ul>
    </section>
    ${
      teams.total === teams.teams.length
        ? nothing
        : html`<nav class="pager" aria-label="Pages of delivery teams">
            <span class="muted small">${plural(teams.total, "delivery team")}</span
            ><span class="row">
              ${afterTeam === undefined ? nothing : html`<a class="button" href="${withQuery("/org", { day, unit: unit?.id })}">To the start</a>`}
              ${teams.next === undefined ? nothing : html`<a class="button" href="${withQuery("/org", { day, unit: unit?.id, afterTeam: teams.next })}">More teams</a>`}
            </span>
          </nav>`
    }`;
}

function aside(level: OrgAnswer): Html {
  return html`<aside class="stack" aria-label="About the organisation">
    ${level.unit ? aboutUnit(level.unit) : nothing}${problems(level)}${coming(level)}
  </aside>`;
}

function aboutUnit({ kind, people, lead }: UnitAnswer): Html {
  return html`<div class="card">
    <h2>This unit</h2>
    ${facts([
      ["Kind", kind],
      ["People", html`${peopleWords(people)}, with all below`],
      ["Lead", lead ? personLink({ id: lead.id, name: lead.name }) : "Nobody known"],
    ])}
  </div>`;
}

function problems({ problems: count, placeless, day, today, unit }: OrgAnswer): Html | string {
  if (unit) return nothing;
  const ofDay = day === today ? undefined : day;
  return html`<div class="card stack">
    <h2>What does not add up</h2>
    ${
      count === 0
        ? html`<p class="muted">Every manager, unit and team that is named exists.</p>`
        : html`<p>
            <a href="${withQuery("/org/problems", { day: ofDay })}"
              >${plural(count, "edge")} to mend</a
            >
            in the HR systems.
          </p>`
    }
    ${placeless === 0 ? nothing : html`<p class="muted small">In no unit: ${peopleWords(placeless)}.</p>`}
  </div>`;
}

function coming({ comingDays, day }: OrgAnswer): Html | string {
  return html`<div class="card stack">
    <h2>What is to come</h2>
    ${
      comingDays.length === 0
        ? html`<p class="muted">No HR system tells of a change to come.</p>`
        : html`<p class="hint">Days on which somebody or something comes to stand elsewhere.</p>
            ${comingDayChips(comingDays, { path: "/org/preview", day })}`
    }
  </div>`;
}

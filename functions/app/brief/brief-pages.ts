import type { Hono } from "hono";
import { html, raw } from "hono/html";

import type { AppContext } from "../app-deps.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { moment, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { readFilters } from "../page/page-input.ts";
import { BriefAnswer, BriefQuery, readBrief } from "./brief.ts";

/** The weekly brief of a scope, for programs. */
export function briefRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/api/brief",
      topic: "Alerts",
      summary: "What a unit's leader is told every week, as of now; each line cites its alert",
      query: BriefQuery,
      answer: BriefAnswer,
      refusals: ["entity.not-found"],
      run: ({ query }) => readBrief(context, query),
    }),
  ];
}

/** The same as a page. */
export function serveBriefPages(app: Hono, context: AppContext): void {
  app.get("/brief", async (c) => {
    const query = readFilters(BriefQuery, c);
    const [brief, org] = await Promise.all([readBrief(context, query), context.orgReader.read()]);
    const units = [...org.units()]
      .map(({ id, name }) => ({ id, name }))
      .toSorted((a, b) => a.name.localeCompare(b.name, "en"));
    return c.html(briefPage(brief, query, units));
  });
}

interface Unit {
  readonly id: string;
  readonly name: string;
}

function briefPage(brief: BriefAnswer, query: BriefQuery, units: readonly Unit[]): Html {
  return layout({
    title: `The week of ${brief.scope}`,
    room: "Alerts",
    crumbs: html`<a href="/">Alerts</a>`,
    intro: html`${brief.sentence}. <span class="muted">Since ${moment(brief.since)}.</span>`,
    body: html`<div class="stack">
      ${scopeForm(query, units)}
      ${brief.sections.map(
        ({ title, lines, more }) =>
          html`<section class="card stack">
            <h2>${title}</h2>
            <ul class="samples">
              ${lines.map(({ text, url }) => html`<li>${text} ${url === undefined ? nothing : html`<a href="${pathOf(url)}">See the alert</a>`}</li>`)}
            </ul>
            ${more === undefined ? nothing : html`<p class="muted small">And ${plural(more, "more", "more")}: see <a href="/">all alerts</a>.</p>`}
          </section>`,
      )}
    </div>`,
  });
}

/** Whoever reads this page is here already, whatever address the hub has for mails. */
function pathOf(url: string): string {
  const { pathname = "/", search = "" } = URL.parse(url) ?? {};
  return pathname + search;
}

function scopeForm({ unit, days }: BriefQuery, units: readonly Unit[]): Html {
  return html`<form class="filters" method="get" action="/brief">
    <div>
      <label for="brief-unit">Unit</label>
      <select id="brief-unit" name="unit">
        <option value="">The company</option>
        ${units.map(({ id, name }) => html`<option value="${id}" ${id === unit ? raw("selected") : nothing}>${name}</option>`)}
      </select>
    </div>
    <div>
      <label for="brief-days">Days</label>
      <input id="brief-days" name="days" type="number" min="1" max="31" value="${days}" />
    </div>
    <button>Show</button>
  </form>`;
}

import type { Hono } from "hono";
import { html } from "hono/html";
import * as z from "zod";

import { WorkItemId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { linkedPercent, verdictBar, verdictLegend } from "../coverage/verdict-bar.ts";
import { verdictTable } from "../coverage/verdict-table.ts";
import { parseInput } from "../http/route.ts";
import { capital, inWords, number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { facts, teamName, verdictBadge } from "../page/parts.ts";
import { sightDrawing } from "../work-items/sight-drawing.ts";
import { readSightAsOf, readVerdictsAsOf } from "./as-of-answers.ts";
import type { SightAsOfAnswer, VerdictsAsOfAnswer } from "./as-of-answers.ts";
import { asOfBanner, asOfForm } from "./as-of-parts.ts";
import { asOfField } from "./as-of-query.ts";

const Query = z.object({ asOf: asOfField });

/** The pages of now, as of a day: with `?asOf` they are these. They change nothing. */
export function serveAsOfPages(app: Hono, context: AppContext): void {
  app.get("/work-items/:id{.+}", async (c, following) => {
    const asked = c.req.query("asOf");
    if (asked === undefined || asked === "") return following();
    const query = parseInput(Query, { asOf: asked }, "");
    const id = parseInput(WorkItemId, c.req.param("id"), "id");
    return c.html(itemPage(await readSightAsOf(context, id, query)));
  });

  app.get("/coverage", async (c, following) => {
    const asked = c.req.query("asOf");
    if (asked === undefined || asked === "") return following();
    const query = parseInput(Query, { asOf: asked }, "");
    return c.html(verdictsPage(await readVerdictsAsOf(context, query)));
  });
}

function itemPage(answer: SightAsOfAnswer): Html {
  const { item, path, asOf } = answer;
  const here = pathTo("work-items", item.id);
  return layout({
    title: item.key === undefined ? item.title : `${item.key} ${item.title}`,
    room: "Work",
    crumbs: html`<a href="/work-items">Work</a> / ${item.connection}`,
    aside: asOfForm(here, asOf.slice(0, 10)),
    body: html`${asOfBanner(here, answer)}
      <div class="split">
        <section class="card" aria-labelledby="sight-title">
          <div class="section-head">
            <h2 id="sight-title">Line of sight</h2>
            ${verdictBadge(item.verdict)}
          </div>
          ${sightDrawing({ path, item })}
        </section>
        <aside class="card" aria-label="About this item">
          <p class="hint">Its title and its links' words are those of today.</p>
          ${facts([
            ["Status", inWords(item.status)],
            ["Team", teamName(item.team)],
            ["In", item.container],
            ["Kind", capital(item.kind)],
            ["Due", item.dueOn],
          ])}
        </aside>
      </div>`,
  });
}

function verdictsPage(answer: VerdictsAsOfAnswer): Html {
  const { verdicts, openWork, notKnown, signalsNotKnown, asOf } = answer;
  const percent = linkedPercent(verdicts);
  const signals = Object.values(answer.openSignals).reduce((sum, one) => sum + one, 0);
  return layout({
    title: "Coverage",
    room: "Coverage",
    intro: "How much of the work that was open then had a line of sight to strategy.",
    aside: asOfForm("/coverage", asOf.slice(0, 10)),
    body: html`${asOfBanner("/coverage", answer)}
      <section class="card stack">
        <div class="section-head">
          <h2>
            ${percent === undefined ? "No verdicts" : html`${percent} % of what we can judge was connected or allowed`}
          </h2>
          <span class="muted"
            >${plural(openWork, "open item")}, ${plural(signals, "open signal")}</span
          >
        </div>
        ${verdictBar(verdicts, true)}${verdictLegend(verdicts)}
        ${signalsNotKnown === 0 ? nothing : html`<p class="hint">Of ${plural(signalsNotKnown, "more signal")} nobody knows any more whether ${signalsNotKnown === 1 ? "it was" : "they were"} open.</p>`}
        ${notKnown === 0 ? nothing : html`<p class="hint">Of ${number(notKnown)} more nobody knows any more how they stood.</p>`}
      </section>
      ${table("By team", "Team", answer.byTeam)}
      ${table("By connection", "Connection", answer.byConnection)}`,
  });
}

function table(
  title: string,
  what: string,
  rows: readonly Pick<VerdictsAsOfAnswer["byTeam"][number], "name" | "verdicts">[],
): Html | string {
  if (rows.length === 0) return nothing;
  return html`<section>
    <div class="section-head"><h2>${title}</h2></div>
    ${verdictTable(
      what,
      rows.map(({ name, verdicts }) => ({ name, verdicts, href: undefined })),
    )}
  </section>`;
}

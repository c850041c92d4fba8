import { html } from "hono/html";

import { asOfForm } from "../as-of/as-of-parts.ts";
import { capital, inWords, moment } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { facts, freshnessLine, hidden, sourceLink, teamName, verdictBadge } from "../page/parts.ts";
import type { GoalChoice } from "./goal-choices.ts";
import { historyCard } from "./history-card.ts";
import type { WorkItemDetail } from "./read-work-item.ts";
import { servedGoalsCard } from "./served-goals-card.ts";
import { ruleLink, sightDrawing } from "./sight-drawing.ts";
import type { DependencyAnswer, LinkAnswer } from "./work-answers.ts";

interface WorkItemPage {
  readonly detail: WorkItemDetail;
  readonly goals: readonly GoalChoice[];
  readonly here: string;
  readonly notice: string | undefined;
}

/** One item: its line of sight drawn, what it waits on, and the way to link it. */
export function workItemPage({ detail, goals, here, notice }: WorkItemPage): Html {
  const { item } = detail;
  return layout({
    title: item.key === undefined ? item.title : `${item.key} ${item.title}`,
    room: "Work",
    crumbs: html`<a href="/work-items">Work</a> / ${item.connection}`,
    aside: asOfForm(here),
    notice,
    body: html`<div class="split">
      <div class="stack">
        <section class="card" id="sight" data-live="4" aria-labelledby="sight-title">
          <div class="section-head">
            <h2 id="sight-title">Line of sight</h2>
            ${verdictBadge(item.verdict)}
          </div>
          ${sightDrawing(detail)}${freshnessLine(detail.sources)}
        </section>
        ${servedGoalsCard(detail.serves)}${alerts(detail)}${dependencies(detail)}${historyCard(detail)}
      </div>
      <aside class="stack" aria-label="About this item">
        ${itemFacts(detail)}${links(detail, here)}${linkForm(detail, goals, here)}
      </aside>
    </div>`,
  });
}

function alerts({ alerts: standing }: WorkItemDetail): Html | string {
  if (standing.length === 0) return nothing;
  return html`<section class="card">
    <h2>Standing alerts</h2>
    <ul class="collections">
      ${standing.map(
        ({ id, title, severity, status }) =>
          html`<li class="row tight">
            <span class="badge ${severity}">${capital(status)}</span
            ><a href="${pathTo("alerts", id)}">${title}</a>
          </li>`,
      )}
    </ul>
  </section>`;
}

function itemFacts({ item, anchor, children, statusSince }: WorkItemDetail): Html {
  const anchorName = anchor.key === undefined ? anchor.title : `${anchor.key} ${anchor.title}`;
  const isAnchor = anchor.id === item.id;
  return html`<div class="card">
    <h2 class="visually-hidden">Facts</h2>
    ${facts([
      ["Kind", named(capital(item.kind), item.originalKind)],
      ["Status", named(inWords(item.status), item.originalStatus)],
      ["Since", statusSince && moment(statusSince)],
      ["Team", teamFact(item.team)],
      ["In", item.container],
      ["Due", item.dueOn],
      [
        "Anchor",
        isAnchor ? undefined : html`<a href="${pathTo("work-items", anchor.id)}">${anchorName}</a>`,
      ],
      ["Under it", children === 0 ? "nothing" : children],
      ["Source", sourceLink(`Open in ${item.connection}`, item.url)],
    ])}
  </div>`;
}

/** Our word, and the tool's own where it is another. */
function named(ours: string, theirs: string): string {
  return ours.toLowerCase() === theirs.toLowerCase() ? ours : `${ours} (${theirs})`;
}

/** Whose work it is, and how we know or why we do not. */
function teamFact(team: WorkItemDetail["item"]["team"]): Html {
  const how = { named: "named in its tool", assignee: "by its assignee" };
  const reason = team.how === undefined ? inWords(team.why ?? "") : how[team.how];
  return html`${teamName(team)}
    <div class="muted small">${capital(reason)}</div>`;
}

function dependencies({ blockedBy, blocks }: WorkItemDetail): Html | string {
  if (blockedBy.length + blocks.length === 0) return nothing;
  return html`<section class="card" aria-labelledby="waits-title">
    <h2 id="waits-title">Dependencies</h2>
    ${
      blockedBy.length === 0
        ? nothing
        : html`<h3 class="muted">It waits on</h3>
            ${blockedBy.map(waits)}`
    }
    ${
      blocks.length === 0
        ? nothing
        : html`<h3 class="muted">It holds up</h3>
            ${blocks.map(waits)}`
    }
  </section>`;
}

function waits(edge: DependencyAnswer): Html {
  const level = edge.boundary && boundaryWords(edge.boundary);
  return html`<div class="waits">
    ${end(edge.blocked)}
    <div class="arrow">
      <svg
        width="34"
        height="14"
        viewBox="0 0 34 14"
        fill="none"
        stroke="currentColor"
        stroke-width="2"
        stroke-linecap="round"
        stroke-linejoin="round"
        aria-hidden="true"
      >
        <path d="M2 7h29M26 2l5 5-5 5" /></svg
      >${stateWords(edge)}${edge.state === "waiting" ? sinceWords(edge.since) : nothing}${level === undefined ? nothing : html`<div>${level}</div>`}
    </div>
    ${end(edge.blocking)}
  </div>`;
}

function stateWords({ state, isLate }: DependencyAnswer): Html {
  if (state === "finished") return html`<span>no longer waits</span>`;
  if (state === "unread") return html`<span>one end was never read</span>`;
  return isLate
    ? html`<span class="badge critical">waits, too late</span>`
    : html`<span>waits on</span>`;
}

/** Where its tool tells nothing, it may have waited for longer than we have looked. */
function sinceWords({ at, restsOn }: DependencyAnswer["since"]): Html {
  const words = restsOn === "source" ? "since" : "first seen";
  return html`<div>${words} <time datetime="${at}">${at.slice(0, 10)}</time></div>`;
}

function boundaryWords({ level, unit }: NonNullable<DependencyAnswer["boundary"]>): string {
  if (level === "same-team") return "same team";
  return unit === undefined ? "no common unit" : `they meet at ${unit}`;
}

function end(one: DependencyAnswer["blocked"]): Html {
  const name = one.title === undefined ? one.id : `${one.key ?? ""} ${one.title}`.trim();
  return html`<div class="end">
    <a href="${pathTo("work-items", one.id)}">${name}</a>
    <div class="muted small">
      ${one.team === undefined ? nothing : teamName(one.team)}${one.status === undefined ? nothing : ` · ${inWords(one.status)}`}${one.dueOn === undefined ? nothing : ` · due ${one.dueOn}`}
    </div>
  </div>`;
}

function links({ links: own, item }: WorkItemDetail, here: string): Html | string {
  if (own.length === 0) return nothing;
  return html`<div class="card">
    <h2>Its links</h2>
    <ul class="collections">
      ${own.map((link) => linkRow(link, item.id, here))}
    </ul>
  </div>`;
}

function linkRow(link: LinkAnswer, itemId: string, here: string): Html {
  const name = link.goal?.title ?? "A goal that is not there any more";
  return html`<li>
    <div class="line">
      <a href="${pathTo("goals", link.toId)}">${name}</a
      ><span class="muted small"
        >${link.ruleId === undefined ? link.source : html`by the rule ${ruleLink(link.ruleId, link.note)}`}${link.isExpired ? ", expired" : ""}</span
      >
    </div>
    ${link.note === undefined || link.ruleId !== undefined ? nothing : html`<p class="small muted">${link.note}</p>`}
    ${link.expiresAt === undefined ? nothing : html`<p class="small muted">Until ${moment(link.expiresAt)}</p>`}
    ${link.source === "person" ? html`<form method="post" action="/links/remove">${hidden({ fromId: itemId, toId: link.toId, back: here })}<button class="quiet">Take back</button></form>` : nothing}
  </li>`;
}

function linkForm({ item }: WorkItemDetail, goals: readonly GoalChoice[], here: string): Html {
  if (goals.length === 0) {
    return html`<div class="card">
      <h2>Link it to a goal</h2>
      <p class="muted">No connected tool holds goals yet.</p>
    </div>`;
  }
  return html`<div class="card">
    <h2>Link it to a goal</h2>
    <p class="hint">Better still, link it in its own tool: the hub sees that within seconds.</p>
    <form method="post" action="/links" class="stack">
      ${hidden({ fromId: item.id, back: here })}
      <div class="field">
        <label for="toId">Goal</label
        ><select id="toId" name="toId" required>
          <option value="">Choose a goal</option>
          ${goals.map(({ id, label }) => html`<option value="${id}">${label}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="note">Why it serves that goal</label
        ><input id="note" name="note" maxlength="200" />
      </div>
      <button class="primary">Link</button>
    </form>
  </div>`;
}

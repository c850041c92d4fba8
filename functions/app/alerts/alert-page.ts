import { html } from "hono/html";

import { WorkItemId, DependencyId, readDependencyId } from "#shared/model/ids.ts";

import { duration, inWords, moment } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { facts, freshnessLine, hidden, severityBadge } from "../page/parts.ts";
import { rateWords } from "../people/rate-words.ts";
import type { AlertDetail } from "./alert-answers.ts";
import { alertActions, marks, pathChips, statusBadge } from "./alert-card.ts";
import { contestCard } from "./contest-card.ts";
import type { UnseenAnswer } from "./read-unseen.ts";
import { unseenCard } from "./unseen-card.ts";

interface Around {
  readonly unseen: readonly UnseenAnswer[];
  /** The page's own address, for forms to come back to. */
  readonly here: string;
  readonly notice: string | undefined;
}

/** One alert: what was found, why it matters, what to do, and what became of it so far. */
export function alertPage(alert: AlertDetail, { unseen, here, notice }: Around): Html {
  return layout({
    title: alert.title,
    room: "Alerts",
    crumbs: html`<a href="/">Alerts</a> / ${alert.ruleTitle}`,
    notice,
    body: html`<div class="split">
      <div class="stack">
        <div class="card stack" id="alert" data-live="4">
          <div class="row tight">
            ${severityBadge(alert.severity)}${statusBadge(alert)}${marks(alert)}<span
              class="muted small"
              >for ${duration(alert.ageSeconds)}, since ${moment(alert.openedAt)}</span
            >
          </div>
          <p>${alert.evidence.sentence}</p>
          ${pathChips(alert.evidence.path)} ${subjectLinks(alert)}
          ${freshnessLine(alert.sources, alert.evaluatedAt)}
        </div>
        <div class="card stack">
          <h2>Why it matters</h2>
          <p>${alert.why}</p>
          <h2>Next step</h2>
          <p>${alert.nextStep}</p>
          ${alert.leader ? html`<p class="muted">If it cannot be settled: ${alert.leader.name}.</p>` : nothing}
        </div>
        ${unseenCard(alert, unseen)} ${history(alert)}
      </div>
      <aside class="stack" aria-label="Handle this alert">
        <div class="card stack" id="handle" data-live="4">${handle(alert, here)}</div>
        ${contestCard(alert, here)} ${alertFacts(alert)}${notifications(alert)}
      </aside>
    </div>`,
  });
}

function subjectLinks({ subjectId }: AlertDetail): Html | string {
  const edge = DependencyId.safeParse(subjectId);
  const ids = edge.success ? Object.values(readDependencyId(edge.data)) : [subjectId];
  const items = ids.filter((id) => WorkItemId.safeParse(id).success);
  if (items.length === 0) return nothing;
  const text = (index: number) => {
    if (items.length === 1) return "See its line of sight";
    return index === 0 ? "The waiting item" : "The item it waits on";
  };
  return html`<p class="row">
    ${items.map((id, index) => html`<a href="${pathTo("work-items", id)}">${text(index)}</a>`)}
  </p>`;
}

function handle(alert: AlertDetail, here: string): Html {
  if (alert.status === "resolved") {
    return html`<h2>Resolved</h2>
      <p>
        ${alert.resolvedAt === undefined ? nothing : moment(alert.resolvedAt)}${alert.resolvedBecause === undefined ? nothing : `: ${inWords(alert.resolvedBecause)}`}
      </p>`;
  }
  if (alert.status === "pending") {
    if (alert.heldBecause !== undefined) {
      return html`<h2>Held back</h2>
        <p>Nobody has been told: ${alert.heldBecause}. It opens when that share is exceeded.</p>`;
    }
    return html`<h2>Waiting</h2>
      <p>
        It opens ${alert.graceUntil === undefined ? "soon" : moment(alert.graceUntil)} if its cause
        is still there then. Nobody has been told.
      </p>`;
  }
  const action = `${pathTo("alerts", alert.id)}/acknowledge`;
  return html`<h2>Handle it</h2>
    ${
      alert.status === "acknowledged"
        ? html`<p>Somebody takes care of it. It resolves by itself when its cause is gone.</p>`
        : html`<form method="post" action="${action}" class="stack">
            ${hidden({ back: here })}
            <div class="field">
              <label for="by">Your name</label
              ><input id="by" name="by" maxlength="80" autocomplete="name" />
            </div>
            <div class="field">
              <label for="note">Note</label
              ><textarea id="note" name="note" maxlength="300"></textarea>
            </div>
            <button class="primary">Acknowledge</button>
          </form>`
    }
    <div class="verbs">
      ${alertActions({ ...alert, status: alert.status === "open" ? "acknowledged" : alert.status }, here)}
      ${untilChange(alert, here)}
    </div>`;
}

function untilChange({ id, status, snoozedUntilChange }: AlertDetail, here: string) {
  if (status === "snoozed" && snoozedUntilChange) return nothing;
  return html`<form method="post" action="${pathTo("alerts", id)}/snooze-until-change">
    ${hidden({ back: here })}<button>Snooze until it changes</button>
  </form>`;
}

function alertFacts(alert: AlertDetail): Html {
  const { teams, connections, evidence, generation } = alert;
  return html`<div class="card">
    <h2 class="visually-hidden">Facts</h2>
    ${facts([
      ["Rule", alert.ruleTitle],
      ["Teams", teams.length === 0 ? "none known" : teamList(teams)],
      ["Sources", connections.map(({ name }) => name).join(", ")],
      ["Waiting for", waitingWords(alert)],
      ...Object.entries(evidence.facts)
        .filter(([name]) => name !== "waitingSince")
        .map(([name, value]) => [spaced(name), factText(name, value)] as const),
      ["Times opened", generation],
    ])}
  </div>`;
}

/** By the tool's own history: most blocked work has waited since long before an alert could tell. */
function waitingWords({ waitingSeconds, evidence }: AlertDetail): string | undefined {
  const since = evidence.facts["waitingSince"];
  if (waitingSeconds === undefined || typeof since !== "string") return undefined;
  return `${duration(waitingSeconds)}, since ${since.slice(0, 10)}`;
}

function teamList(teams: AlertDetail["teams"]): Html {
  return html`${teams.map(
    ({ name, matchRate }, at) =>
      html`${at === 0 ? nothing : ", "}${name}${matchRate ? html` ${rateWords(matchRate)}` : nothing}`,
  )}`;
}

/** What people called something themselves, which may be a word of ours. */
const givenNames: ReadonlySet<string> = new Set([
  "team",
  "blockedTeam",
  "blockingTeam",
  "meetingUnit",
]);

function factText(name: string, value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return givenNames.has(name) ? String(value) : inWords(String(value));
}

/** `lowestCommonManager` → `Lowest common manager` */
function spaced(name: string): string {
  const words = name.replaceAll(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function history(alert: AlertDetail): Html {
  return html`<div class="card">
    <h2>History</h2>
    <ol class="collections">
      ${alert.history.toReversed().map(
        ({ to, at, by, note }) =>
          html`<li>
            <div class="line">
              <span
                ><b>${spaced(to)}</b> by
                ${by}${note === undefined ? nothing : `: ${by === "hub" ? inWords(note) : note}`}</span
              ><time class="muted" datetime="${at}">${moment(at)}</time>
            </div>
          </li>`,
      )}
    </ol>
  </div>`;
}

const outcomeWords = {
  attempting: "being told now",
  deferred: "not shown so far: the channel has not taken it",
  sent: "told",
  refused: "refused by the channel",
  uncertain: "may have been shown: its answer was lost, and it is not sent again",
  waiting: "is to be told",
  dropped: "over before anybody was told",
} as const satisfies Record<AlertDetail["notifications"][0]["outcome"], string>;

function notifications({ id, notifications: told }: AlertDetail): Html {
  const preview = html`<p><a href="${pathTo("alerts", id)}/route">Who gets this, and why</a></p>`;
  if (told.length === 0) {
    return html`<div class="card">
      <h2>Who was told</h2>
      <p class="muted">Nobody yet. Connect a channel to tell people where they already are.</p>
      ${preview}
    </div>`;
  }
  return html`<div class="card">
    <h2>Who was told</h2>
    <ul class="collections">
      ${told.map(
        ({ channel, recipient, because, reason, mode, outcome, dueAt, at, detail }) =>
          html`<li>
            <div class="line">
              <span
                >${recipient}${recipient === channel ? nothing : ` through ${channel}`}: ${reason},
                ${outcomeWords[outcome]}${dueAt === undefined ? nothing : ` ${mode === "digest" ? "with the digest of" : "from"} ${moment(dueAt)}`}</span
              ><time class="muted" datetime="${at}">${moment(at)}</time>
            </div>
            <p class="muted small">
              ${because}${detail === undefined ? nothing : html`. ${detail}`}
            </p>
          </li>`,
      )}
    </ul>
    ${preview}
  </div>`;
}

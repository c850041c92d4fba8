import { html } from "hono/html";

import type { Contest } from "#shared/model/signal.ts";

import { moment } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import { hidden } from "../page/parts.ts";
import type { AlertDetail } from "./alert-answers.ts";

const contestWords = {
  wrong: "It is wrong",
  "not-ours": "It is not ours",
  "already-known": "We know, and it is meant to be so",
  "not-worth-it": "It is not worth an alert",
  other: "Another reason",
} as const satisfies Record<Contest["reason"], string>;

/** Where it is said that an alert is wrong, and where the rule's owner answers. */
export function contestCard(alert: AlertDetail, here: string): Html | string {
  const { contest, status } = alert;
  if (status === "pending" || (status === "resolved" && !contest)) return nothing;
  return html`<div class="card stack">
    <h2>Is it wrong?</h2>
    ${contest ? said(contest) : nothing} ${status === "resolved" ? nothing : form(alert, here)}
  </div>`;
}

function said({ reason, note, at, answer }: NonNullable<AlertDetail["contest"]>): Html {
  return html`<p>
      Contested ${moment(at)}:
      <b>${contestWords[reason]}</b>${note === undefined ? nothing : html`. “${note}”`}
    </p>
    ${
      answer
        ? html`<p>
            ${answer.decision === "upheld" ? "Upheld" : "Dismissed"}
            ${moment(answer.at)}${answer.note === undefined ? nothing : html`. “${answer.note}”`}
          </p>`
        : html`<p class="muted">
            The rule's owner is to answer. Until then nobody further up is told.
          </p>`
    }`;
}

function form(alert: AlertDetail, here: string): Html | string {
  const { contest } = alert;
  if (contest && !contest.answer) return answerForm(alert, here);
  if (contest?.isSecond === true) {
    return html`<p class="muted">It was contested twice, and both times answered.</p>`;
  }
  return html`<form
    method="post"
    action="${pathTo("alerts", alert.id)}/contest"
    class="stack"
    aria-label="Contest this alert"
  >
    ${hidden({ back: here })}
    <p class="hint">It goes to the rule's owner. No name is kept, and nobody further up is told.</p>
    <div class="field">
      <label for="reason">Why</label
      ><select id="reason" name="reason">
        ${Object.entries(contestWords).map(([value, label]) => html`<option value="${value}">${label}</option>`)}
      </select>
    </div>
    <div class="field">
      <label for="contest-note">What the rule's owner should know</label
      ><textarea id="contest-note" name="note" maxlength="300"></textarea>
    </div>
    <button>Contest</button>
  </form>`;
}

function answerForm(alert: AlertDetail, here: string): Html {
  return html`<form
    method="post"
    action="${pathTo("alerts", alert.id)}/answer-contest"
    class="stack"
    aria-label="Answer the contest"
  >
    ${hidden({ back: here })}
    <p class="hint">For the rule's owner. Upheld: quiet until what it says changes.</p>
    <div class="field">
      <label for="answer-note">Why</label
      ><textarea id="answer-note" name="note" maxlength="300"></textarea>
    </div>
    <p class="actions">
      <button name="decision" value="upheld">Uphold</button
      ><button name="decision" value="dismissed">Dismiss</button>
    </p>
  </form>`;
}

import { html } from "hono/html";

import { capital, moment, number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { hidden, sourceLink, verdictBadge } from "../page/parts.ts";
import { isDiscardable, isUndoable } from "./change-write-back.ts";
import type {
  WriteBackBatchAnswer,
  WriteBackDetail,
  WriteBackItemAnswer,
} from "./write-back-answers.ts";

interface BatchPage {
  readonly detail: WriteBackDetail;
  readonly connection: string;
  readonly notice: string | undefined;
}

/** One batch: its preview, its progress, what became of each item, and the way back. */
export function batchPage({ detail, connection, notice }: BatchPage): Html {
  const { batch, items } = detail;
  const isMoving = batch.state.endsWith("ing") || items.some(({ isBeingUndone }) => isBeingUndone);
  return layout({
    title: scopeText(batch.filter),
    room: "Connections",
    crumbs: html`<a href="/connections/${batch.connectionId}">${connection}</a> /
      <a href="/connections/${batch.connectionId}/write-back">Write-back</a>`,
    notice,
    body: html`<div id="batch" class="stack" data-live="${isMoving ? 2 : 10}">
      <section class="card stack">
        <p class="row">${stateBadge(batch)} <span class="muted">${history(batch)}</span></p>
        ${progress(batch, items.length)}${failure(batch)}${verbs(batch)}
      </section>
      ${itemTable(batch, items)}
    </div>`,
  });
}

const stateNames: Readonly<Record<string, readonly [name: string, tone: string]>> = {
  previewing: ["Being read", ""],
  previewed: ["Preview: nothing is written", "warning"],
  applying: ["Being written", ""],
  applied: ["Written", "good"],
  undoing: ["Being taken back", ""],
  undone: ["Taken back", ""],
  failed: ["Stopped", "critical"],
};

export function stateBadge({ state }: Pick<WriteBackBatchAnswer, "state">): Html {
  const [name, tone] = stateNames[state] ?? [state, ""];
  return html`<span class="badge ${tone}">${name}</span>`;
}

/** The filter of a batch in words. */
export function scopeText(filter: WriteBackBatchAnswer["filter"]): string {
  const { which = "anchors", goalId, container, verdict } = filter;
  const names = {
    anchors: "Topmost open items",
    open: "All open items",
    stale: "Items whose line of sight changed",
  } as const;
  const parts = [
    container === undefined ? "" : `in ${container}`,
    verdict === undefined ? "" : `that are ${verdict}`,
    goalId === undefined ? "" : "serving one goal",
  ];
  return [names[which], ...parts.filter((part) => part !== "")].join(" ");
}

function history({ previewed, applied, undone, place }: WriteBackBatchAnswer): string {
  const deeds = [
    `previewed by ${previewed.by} at ${moment(previewed.at)}`,
    applied && `applied by ${applied.by} at ${moment(applied.at)}`,
    undone && `taken back by ${undone.by} at ${moment(undone.at)}`,
  ];
  return `${capital(place)}; ${deeds.filter((deed) => deed !== undefined).join(", ")}.`;
}

function progress({ counts, remaining, waitsUntil }: WriteBackBatchAnswer, total: number): Html {
  const { planned, written, skipped, conflict, undone, failed, unread } = counts;
  const parts = [
    [unread, "not read yet"],
    [planned, "to be written"],
    [written, "written"],
    [undone, "taken back"],
    [skipped, "left out"],
    [conflict, "in conflict"],
    [failed, "refused"],
  ] as const;
  const said = parts.filter(([count]) => count > 0);
  const words = said.map(([count, name]) => `${number(count)} ${name}`).join(" · ");
  return html`<p>${plural(total, "item")}: ${words}.</p>
    ${waitsUntil === undefined ? nothing : html`<p class="muted">The tool asked us to wait until ${moment(waitsUntil)}.</p>`}
    ${remaining === 0 ? nothing : html`<p class="muted">${plural(remaining, "item")} more fit the filter: they are another batch.</p>`}`;
}

function failure({ failure: failed }: WriteBackBatchAnswer): Html | string {
  if (!failed) return nothing;
  return html`<p class="notice bad" role="alert">
    It stopped: ${failed.message} What was done stays as it is.
  </p>`;
}

function verbs(batch: WriteBackBatchAnswer): Html {
  const { id, state, counts, remaining } = batch;
  const button = (name: string, label: string, tone = "") =>
    html`<button class="${tone}" formaction="/write-backs/${id}/${name}">${label}</button>`;
  const mayApply = state === "previewed" && counts.planned > 0;
  const mayStand = state === "applying" || counts.written + counts.conflict + counts.failed > 0;
  const mayUndo = isUndoable(batch) && mayStand;
  const isSigned = mayApply || mayUndo;
  return html`<form method="post" action="/write-backs/${id}" class="stack">
      ${
        isSigned
          ? html`<div class="filters">
              <div><label for="by">Your name</label><input id="by" name="by" maxlength="80" /></div>
            </div>`
          : nothing
      }
      <div class="actions">
        ${mayApply ? button("apply", `Write ${plural(counts.planned, "item")}`, "primary") : nothing}
        ${state === "failed" ? button("retry", "Go on", "primary") : nothing}
        ${mayUndo ? button("undo", "Take the whole batch back", "danger") : nothing}
        ${isDiscardable(batch) ? button("discard", "Discard") : nothing}
      </div>
    </form>
    ${remaining > 0 ? moreForm(batch) : nothing}`;
}

function moreForm({ connectionId, filter, next = "", remaining }: WriteBackBatchAnswer): Html {
  const { which = "anchors", goalId = "", container = "", verdict = "" } = filter;
  return html`<form method="post" action="/write-backs">
    ${hidden({ connectionId, which, goalId, container, verdict, after: next })}
    <button>Preview the next of ${number(remaining)}</button>
  </form>`;
}

function itemTable(batch: WriteBackBatchAnswer, items: readonly WriteBackItemAnswer[]): Html {
  return html`<div class="table-wrap">
    <table class="cards-on-phone">
      <thead>
        <tr>
          <th scope="col">Item</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        ${items.map((item) => itemRow(batch, item))}
      </tbody>
    </table>
  </div>`;
}

const itemStates: Readonly<Record<string, string>> = {
  unread: "Not read yet",
  planned: "To be written",
  written: "Written",
  skipped: "Left out",
  conflict: "In conflict",
  undone: "Taken back",
  failed: "Refused",
};

function itemRow({ id }: WriteBackBatchAnswer, item: WriteBackItemAnswer): Html {
  const { key, title, url, before, beforeInWords, sentence, verdict, state, reason } = item;
  return html`<tr>
    <th scope="row">
      ${key === undefined ? nothing : html`<span class="muted">${key}</span> `}${sourceLink(title, url)}
    </th>
    <td data-label="Before">
      ${before === null ? html`<span class="muted">None</span>` : (beforeInWords ?? nothing)}
    </td>
    <td data-label="After">${verdictBadge({ kind: verdict })} ${sentence}</td>
    <td data-label="State">
      ${itemStates[state] ?? state}${reason === undefined ? nothing : html`<p class="small muted">${reason}</p>`}
      ${item.isBeingUndone ? html`<p class="small muted">Being taken back</p>` : nothing}
      ${
        item.isUndoable
          ? html`<form method="post" action="/write-backs/${id}/undo-item">
              ${hidden({ factId: item.factId })}<button>Take back</button>
            </form>`
          : nothing
      }
    </td>
  </tr>`;
}

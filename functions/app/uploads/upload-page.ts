import { html, raw } from "hono/html";

import type { FileKind } from "#shared/kit/file-intake.ts";

import { number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import type { UploadAnswer } from "./upload-answers.ts";

interface UploadPage {
  readonly upload: UploadAnswer;
  readonly kind: FileKind;
  readonly notice: string | undefined;
  readonly refused: string | undefined;
}

/** One file before it is applied: what it would change, its mistakes, and which column is what. */
export function uploadPage({ upload, kind, notice, refused }: UploadPage): Html {
  return layout({
    title: upload.fileName,
    room: "Connections",
    crumbs: html`<a href="/connections">Connections</a> / <a href="/uploads">Uploads</a>`,
    intro: html`${kind.title} · ${plural(upload.rows, "row")} · ${upload.encoding}. Nothing is
    applied yet.`,
    notice,
    body: html`<div class="stack">
      ${refused === undefined ? nothing : html`<p class="notice bad" role="alert">${refused}</p>`}
      ${upload.problemCount > 0 ? problems(upload) : outcome(upload, kind)}${columns(upload, kind)}${firstLines(upload, kind)}
      <form method="post" action="/uploads/${upload.id}/discard">
        <button class="danger">Discard this file</button>
      </form>
    </div>`,
  });
}

function outcome(upload: UploadAnswer, kind: FileKind): Html {
  const { id, added, changed, vanished, needsConsent, vanishedKeys, rows } = upload;
  return html`<section class="card stack" aria-labelledby="outcome">
    <h2 id="outcome">What it would change</h2>
    <div class="tiles">
      ${tile(added, "new")}${tile(changed, "changed")}${tile(Math.max(0, rows - added - changed), "as they are")}${tile(vanished, "gone", needsConsent)}
    </div>
    ${vanished > 0 ? html`<p class="small">Not in this file any more: ${vanishedKeys.map((key, at) => html`${at > 0 ? ", " : nothing}<code>${key}</code>`)}${vanished > vanishedKeys.length ? ` and ${number(vanished - vanishedKeys.length)} more` : nothing}.</p>` : nothing}
    ${
      kind.collections.length === 0
        ? nothing
        : html`<p>
            <a href="/uploads/${id}/reorg">What it would do to goals, dependencies and alerts</a>
          </p>`
    }
    <form method="post" action="/uploads/${id}/apply">
      ${
        needsConsent
          ? html`<div class="check">
              <input type="checkbox" id="accepts" name="acceptsVanishing" required /><label
                for="accepts"
                >More than 30 % vanish. That is meant: this is the right file and it is
                complete.</label
              >
            </div>`
          : nothing
      }
      <p class="actions gap-above"><button class="primary">Apply the file</button></p>
    </form>
  </section>`;
}

function tile(count: number, words: string, isCritical = false): Html {
  return html`<div class="tile ${isCritical ? "is-critical" : ""}">
    <b>${number(count)}</b><span>${words}</span>
  </div>`;
}

function problems({ id, problemCount, problems: shown }: UploadAnswer): Html {
  return html`<section class="card stack" aria-labelledby="problems">
    <div class="section-head">
      <h2 id="problems">${plural(problemCount, "mistake")}: nothing can be applied</h2>
      <a class="small" href="/uploads/${id}/mistakes.csv" download>Download the list</a>
    </div>
    <p class="muted">
      Correct the file and upload it again, or choose other columns below. A file is taken whole or
      not at all.
    </p>
    <div class="table-wrap">
      <table class="cards-on-phone">
        <thead>
          <tr>
            <th scope="col" class="num">Line</th>
            <th scope="col">Column</th>
            <th scope="col">What is wrong</th>
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            ({ line, column, header, message }) =>
              html`<tr>
                <td class="num" data-label="Line">${line}</td>
                <td data-label="Column">
                  ${column === undefined ? "" : html`${column} <span class="muted">${header}</span>`}
                </td>
                <td data-label="What is wrong">${message}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${problemCount > shown.length ? html`<p class="muted small">The first ${number(shown.length)} are shown.</p>` : nothing}
  </section>`;
}

function columns(upload: UploadAnswer, kind: FileKind): Html {
  const { id, columns: all, problemCount, isDateOrderOpen, dateOrder } = upload;
  const isOpen = problemCount > 0 || isDateOrderOpen;
  return html`<details class="card" ${isOpen ? raw("open") : nothing}>
    <summary>Which column is what</summary>
    <form class="stack" method="post" action="/uploads/${id}/mapping" enctype="multipart/form-data">
      <p class="muted small">${kind.needs} Columns that are for nothing are not kept.</p>
      <div class="grid">
        ${all.map(({ name, field, isStaged }, at) => columnField({ name, field, isStaged, at }, kind))}
      </div>
      <div class="field">
        <label for="order">Dates such as 03/04/2026</label
        ><select id="order" name="dateOrder">
          ${[
            ["", "Not said: only certain ones are taken"],
            ["day-month-year", "Day first: 3 April"],
            ["month-day-year", "Month first: March 4"],
          ].map(
            ([value, label]) =>
              html`<option
                value="${value}"
                ${value === (dateOrder ?? "") ? raw("selected") : nothing}
              >
                ${label}
              </option>`,
          )}
        </select>
      </div>
      ${
        all.some(({ isStaged }) => !isStaged)
          ? html`<div class="field">
              <label for="again">The file once more</label>
              <p class="hint">
                Only if you choose a column marked “not kept”: its content was left out when the
                file came.
              </p>
              <input id="again" name="file" type="file" accept=".csv,.tsv,.txt,.gz,text/csv" />
            </div>`
          : nothing
      }
      <p class="actions gap-above"><button>Use these columns</button></p>
    </form>
  </details>`;
}

function columnField(
  {
    name,
    field,
    isStaged,
    at,
  }: {
    readonly name: string;
    readonly field: string | undefined;
    readonly isStaged: boolean;
    readonly at: number;
  },
  { fields }: FileKind,
): Html {
  return html`<div>
    <label for="column-${at}"
      >${name === "" ? `Column ${at + 1}` : name}${isStaged ? nothing : html` <span class="muted small">(not kept)</span>`}</label
    ><select id="column-${at}" name="column-${at}">
      <option value="">for nothing</option>
      ${fields.map((each) => html`<option value="${each.name}" ${each.name === field ? raw("selected") : nothing}>${each.title}</option>`)}
    </select>
  </div>`;
}

function firstLines({ shown }: UploadAnswer, { fields }: FileKind): Html | string {
  const [first] = shown;
  if (!first) return nothing;
  const given = fields.filter(({ name }) => name in first.values);
  return html`<section class="card stack" aria-labelledby="lines">
    <h2 id="lines">The first lines, as they are understood</h2>
    <div class="table-wrap">
      <table class="cards-on-phone">
        <thead>
          <tr>
            <th scope="col" class="num">Line</th>
            ${given.map(({ title }) => html`<th scope="col">${title}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            ({ line, values }) =>
              html`<tr>
                <td class="num" data-label="Line">${line}</td>
                ${given.map(({ name, title }) => html`<td data-label="${title}">${values[name]}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

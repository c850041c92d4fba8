import { html, raw } from "hono/html";

import type { InputIssue } from "#shared/errors.ts";
import type { FileKind } from "#shared/kit/file-intake.ts";

import { capital, moment, number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, withQuery } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { hidden } from "../page/parts.ts";
import type { UploadsAnswer } from "./upload-answers.ts";

type Place = UploadsAnswer["connections"][number];
type Kind = Place["kinds"][number];

interface UploadsPage {
  readonly uploads: UploadsAnswer;
  /** What can be uploaded, also where no connection takes files yet. */
  readonly kinds: readonly FileKind[];
  readonly notice: string | undefined;
  readonly refused:
    | { readonly message: string; readonly issues: readonly InputIssue[]; readonly kind: string }
    | undefined;
}

/** Files in and out: a form for a new one, what is in force, and what can be taken out. */
export function uploadsPage({ uploads, kinds, notice, refused }: UploadsPage): Html {
  return layout({
    title: "Uploads",
    room: "Connections",
    crumbs: html`<a href="/connections">Connections</a>`,
    intro:
      "People, teams and whose accounts are whose, from CSV files. Nothing is applied before you have seen what it would change.",
    notice,
    body: html`<div class="split">
      <div class="stack">
        ${newFile(uploads.connections, kinds, refused)}
        ${uploads.connections.map((place) => inForce(place, uploads.connections.length > 1))}
      </div>
      <aside class="stack">${takeOut(uploads.exports)}${columnsHelp(kinds)}</aside>
    </div>`,
  });
}

function newFile(
  places: readonly Place[],
  kinds: readonly FileKind[],
  refused: UploadsPage["refused"],
): Html {
  return html`<section class="card stack" aria-labelledby="new">
    <h2 id="new">Upload a file</h2>
    ${
      refused
        ? html`<div class="notice bad" role="alert">
            <p>${refused.message}</p>
            ${
              refused.issues.length > 1
                ? html`<ul>
                    ${refused.issues.slice(0, 10).map(({ path, message }) => html`<li><code>${path}</code> ${message}</li>`)}
                  </ul>`
                : nothing
            }
          </div>`
        : nothing
    }
    <form method="post" action="/uploads" enctype="multipart/form-data">
      <div class="field">
        <label for="kind">What it holds</label
        ><select id="kind" name="kind">
          ${kinds.map(({ name, title, summary }) => html`<option value="${name}" ${refused?.kind === name ? raw("selected") : nothing}>${title}: ${summary}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="file">File</label>
        <p class="hint">
          CSV with a line of column names; comma, semicolon or tab; UTF-8 or UTF-16. Up to 10 MB,
          above 4 MB packed with gzip. Goals have a connector of their own:
          <a href="/connections/new?connector=goals-file">Goals file</a>.
        </p>
        <input id="file" name="file" type="file" required accept=".csv,.tsv,.txt,.gz,text/csv" />
      </div>
      <div class="field">
        <div class="check">
          <input type="checkbox" id="windows" name="encoding" value="windows-1252" /><label
            for="windows"
            >The file is in Windows-1252 (older versions of Excel)</label
          >
        </div>
      </div>
      ${places.length > 1 ? placeChoice(places) : nothing}
      <p class="actions gap-above"><button class="primary">Look at it</button></p>
    </form>
  </section>`;
}

function placeChoice(places: readonly Place[]): Html {
  return html`<div class="field">
    <label for="place">Connection</label
    ><select id="place" name="connectionId">
      ${places.map(({ id, name }) => html`<option value="${id}">${name}</option>`)}
    </select>
  </div>`;
}

function inForce(place: Place, isNamed: boolean): Html {
  return html`${place.kinds.map((kind) =>
    kind.current === undefined
      ? nothing
      : html`<section class="card stack" aria-labelledby="${place.id}-${kind.name}">
          <div class="section-head">
            <h2 id="${place.id}-${kind.name}">
              ${kind.title}${isNamed ? ` · ${place.name}` : nothing}
            </h2>
            <a class="small" href="/connections/${place.id}">The connection</a>
          </div>
          <p>
            In force: <b>${kind.current.fileName}</b>, ${plural(kind.current.rows, "row")},
            ${moment(kind.current.at)}.
          </p>
          ${kind.isCarriedOut ? nothing : unfinished(place, kind)}
          ${history(kind)}${kind.former ? undo(place, kind, kind.former.fileName) : nothing}
        </section>`,
  )}`;
}

function unfinished({ id }: Place, { name }: Kind): Html {
  return html`<form class="notice bad" method="post" action="/uploads/resume">
    ${hidden({ connectionId: id, kind: name })}
    <p>What the file says was not carried out to its end.</p>
    <button>Go on</button>
  </form>`;
}

function history({ events }: Kind): Html {
  return html`<ul class="collections">
    ${events.map(
      ({ at, did, fileName, added, changed, vanished }) =>
        html`<li>
          <div class="line">
            <span>${capital(did)}: ${fileName}</span
            ><span class="muted num"
              >${moment(at)} · ${number(added)} new · ${number(changed)} changed ·
              ${number(vanished)} gone</span
            >
          </div>
        </li>`,
    )}
  </ul>`;
}

function undo({ id }: Place, { name, title }: Kind, former: string): Html {
  return html`<details>
    <summary>Return to the former file</summary>
    <p class="muted small">
      ${title} are as ${former} has them again. Doing it once more returns to the newer one.
    </p>
    <form method="post" action="/uploads/undo">
      ${hidden({ connectionId: id, kind: name })}<button>Return to ${former}</button>
    </form>
  </details>`;
}

function takeOut(exports: UploadsAnswer["exports"]): Html {
  return html`<section class="card stack">
    <h2>Take out</h2>
    <p class="muted small">
      CSV that can be uploaded again. No cell is run by a spreadsheet as a formula.
    </p>
    <ul class="stack">
      ${exports.map((kind) => html`<li><a href="/exports/${kind}.csv" download>${capital(kind)}</a></li>`)}
    </ul>
  </section>`;
}

function columnsHelp(kinds: readonly FileKind[]): Html {
  return html`<section class="card stack">
    <h2>What is understood</h2>
    ${kinds.map(
      ({ name, title, needs, fields }) =>
        html`<details>
          <summary>${title}</summary>
          <p class="small">
            Needs: ${needs}
            <a href="${withQuery("/uploads/template.csv", { kind: name })}" download>Empty file</a>
          </p>
          <dl class="facts">
            ${fields.map(
              (field) =>
                html`<dt>${field.title}</dt>
                  <dd class="small">${field.hint}</dd>`,
            )}
          </dl>
        </details>`,
    )}
    <p class="muted small">
      Columns are found by the names that BambooHR, Personio, HiBob, Workday and SAP give them, in
      English and German. Others are never kept.
    </p>
  </section>`;
}

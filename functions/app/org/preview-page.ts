import { html } from "hono/html";

import { plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo, withQuery } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { empty } from "../page/parts.ts";
import { personLink } from "../people/people-parts.ts";
import { comingDayChips, countWords, dayForm, peopleWords } from "./org-parts.ts";
import type { LeaversWorkAnswer, PreviewAnswer } from "./preview-answers.ts";

/** What another organisation does to goals, dependencies, alerts and open work. */
export function previewPage(preview: PreviewAnswer): Html {
  const { today, day } = preview;
  return layout({
    title: titleOf(day, today),
    room: "Organisation",
    crumbs: html`<a href="/org">Organisation</a>`,
    intro:
      "The work and goals of now, seen with the organisation of another day. Nothing is written, and nobody is told.",
    body: html`${previewBody(preview, "/org/preview")}`,
  });
}

function titleOf(day: string, today: string): string {
  if (day === today) return "What will change";
  return day > today ? `What changes by ${day}` : `With the organisation of ${day}`;
}

/** The same for a file that was uploaded and is not applied. */
export function uploadPreviewPage(
  preview: PreviewAnswer,
  { id, fileName }: { readonly id: string; readonly fileName: string },
): Html {
  return layout({
    title: "What this file would do",
    room: "Organisation",
    crumbs: html`<a href="/uploads">Uploads</a> / <a href="/uploads/${id}">${fileName}</a>`,
    intro:
      "The work and goals of now, seen with the organisation that the file tells of. Nothing is applied, and nobody is told.",
    body: html`${previewBody(preview, `/uploads/${id}/reorg`)}`,
  });
}

function previewBody(preview: PreviewAnswer, path: string): Html {
  const { day, today, comingDays } = preview;
  return html`${dayForm(path, { day, today, label: "With the organisation of", from: today })}
  ${
    comingDays.length === 0
      ? nothing
      : html`<section class="stack coming" aria-label="Days to come">
          ${comingDayChips(comingDays, { path, day })}
        </section>`
  }
  ${report(preview)}`;
}

function report(preview: PreviewAnswer): Html {
  if (preview.isEmpty) {
    return empty(
      "Nothing changes",
      preview.comingDays.length === 0
        ? "Nobody tells of a change to come. Dated moves, joiners and leavers appear here as soon as an HR system does."
        : "With that organisation every goal, dependency and alert stays as it is today.",
    );
  }
  return html`<div class="stack sections">
    ${moves(preview)}${goals(preview)}${dependencies(preview)}${alerts(preview)}${leavers(preview)}
  </div>`;
}

function section(title: string, total: number, shown: number, body: Html): Html {
  return html`<section class="card">
    <h2>${title}</h2>
    ${body}
    ${total > shown ? html`<p class="muted small">And ${plural(total - shown, "more")}; the API tells them all.</p>` : nothing}
  </section>`;
}

function moves({ moves: all, day, today }: PreviewAnswer): Html | string {
  const { changeUnit, join, leave, byUnit, total } = all;
  if (total === 0 && join === 0 && leave === 0) return nothing;
  const rows = html`<div class="table-wrap">
    <table>
      <thead>
        <tr>
          <th scope="col">Unit</th>
          <th scope="col" class="num">Come</th>
          <th scope="col" class="num">Go</th>
        </tr>
      </thead>
      <tbody>
        ${byUnit.map(
          ({ unit, arriving, leaving }) =>
            html`<tr>
              <th scope="row">
                <a
                  href="${withQuery("/org", { day: day === today ? undefined : day, unit: unit.id })}"
                  >${unit.name}</a
                >
              </th>
              <td class="num">${countWords(arriving)}</td>
              <td class="num">${countWords(leaving)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
  return section(
    "People",
    total,
    byUnit.length,
    html`<p>
        Another team: ${peopleWords(changeUnit)}. Joining: ${peopleWords(join)}. Leaving:
        ${peopleWords(leave)}.
      </p>
      ${byUnit.length === 0 ? nothing : rows}`,
  );
}

function goals({ goals: { total, changes } }: PreviewAnswer): Html | string {
  if (total === 0) return nothing;
  return section(
    `${plural(total, "goal")} with another owner or team`,
    total,
    changes.length,
    html`<ul class="collections">
      ${changes.map(
        ({ id, title, change, sentence }) =>
          html`<li>
            <div class="line">
              <a href="${pathTo("goals", id)}">${title}</a
              >${change === "loses-owner" ? html`<span class="badge warning">Loses its owner</span>` : nothing}
            </div>
            <p class="muted small">${sentence}</p>
          </li>`,
      )}
    </ul>`,
  );
}

function dependencies({ dependencies: { total, changes } }: PreviewAnswer): Html | string {
  if (total === 0) return nothing;
  return section(
    `${plural(total, "dependency", "dependencies")} that come or cease to cross teams`,
    total,
    changes.length,
    html`<ul class="collections">
      ${changes.map(
        ({ change, blocked, blocking, sentence }) =>
          html`<li>
            <div class="line">
              <span
                ><a href="${pathTo("work-items", blocked.id)}">${blocked.name}</a>
                <span class="muted">waits on</span>
                <a href="${pathTo("work-items", blocking.id)}">${blocking.name}</a></span
              >${
                change === "becomes-cross-team"
                  ? html`<span class="badge warning">Crosses teams</span>`
                  : html`<span class="badge good">Within a team</span>`
              }
            </div>
            <p class="muted small">${sentence}</p>
          </li>`,
      )}
    </ul>`,
  );
}

const alertWords = {
  opens: ["warning", "Opens"],
  clears: ["good", "Resolves"],
  "re-routes": ["", "Goes elsewhere"],
} as const;

function alerts({ alerts: { total, changes } }: PreviewAnswer): Html | string {
  if (total === 0) return nothing;
  return section(
    `${plural(total, "alert")} that open, resolve or go elsewhere`,
    total,
    changes.length,
    html`<ul class="collections">
      ${changes.map(({ change, alertId, itemId, title, ruleTitle, sentence }) => {
        const [tone, words] = alertWords[change];
        // One that does not stand yet has no page of its own; the work has.
        const workPath = itemId === undefined ? undefined : pathTo("work-items", itemId);
        const href = alertId === undefined ? workPath : pathTo("alerts", alertId);
        return html`<li>
          <div class="line">
            <span>${href === undefined ? title : html`<a href="${href}">${title}</a>`}</span
            ><span class="badge ${tone}">${words}</span>
          </div>
          <p class="muted small">${ruleTitle}. ${sentence}</p>
        </li>`;
      })}
    </ul>`,
  );
}

function leavers({ leavers: teams }: PreviewAnswer): Html | string {
  if (teams.length === 0) return nothing;
  return html`<section class="card stack">
    <h2>Open work of those who leave</h2>
    <p class="hint">
      By the team whose work it is, with somebody who could take it over. Nothing is assigned to
      anybody.
    </p>
    ${teams.map(leaversOfTeam)}
  </section>`;
}

function leaversOfTeam({ team, counts, work, hasMore }: LeaversWorkAnswer): Html {
  const inTools = counts?.map(({ name, items }) => `${plural(items, "item")} in ${name}`);
  return html`<div>
    <h3>${team?.name ?? "No team known"}</h3>
    ${inTools ? html`<p class="muted small">${inTools.join(", ")}</p>` : nothing}
    <ul class="collections">
      ${work.map(
        ({ id, name, connection, successor, sentence }) =>
          html`<li>
            <div class="line">
              <span
                ><a href="${pathTo("work-items", id)}">${name}</a>
                <span class="muted small">${connection}</span></span
              ><span
                >${successor ? personLink(successor) : html`<span class="muted">Nobody proposed</span>`}</span
              >
            </div>
            <p class="muted small">${sentence}</p>
          </li>`,
      )}
    </ul>
    ${hasMore ? html`<p class="muted small">And more; the API tells them all.</p>` : nothing}
  </div>`;
}

import { html } from "hono/html";

import { moment, number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { filterSelect, hidden } from "../page/parts.ts";
import { scopeText, stateBadge } from "./batch-page.ts";
import type { WriteBackBatchAnswer, WriteBackOverview } from "./write-back-answers.ts";

interface OverviewPage {
  readonly overview: WriteBackOverview;
  readonly goals: readonly { readonly id: string; readonly title: string }[];
  readonly notice: string | undefined;
}

/** The write-back of one connection: whether it is on, what stands, new previews, earlier batches. */
export function overviewPage({ overview, goals, notice }: OverviewPage): Html {
  const { connectionId, connection } = overview;
  return layout({
    title: "Write-back",
    room: "Connections",
    crumbs: html`<a href="/connections">Connections</a> /
      <a href="/connections/${connectionId}">${connection}</a>`,
    intro: `The line of sight of an item, written where people of ${connection} see it. Shown first, written only when you say so, and taken back as you like.`,
    notice,
    body: html`<div class="split">
      <div class="stack">
        ${overview.isOn ? previewForm(overview, goals) : howToTurnOn(overview)}
        ${batchList(overview.batches)}
      </div>
      <aside class="stack" aria-label="What stands in the tool">
        <section class="card stack" id="standing" data-live="5">
          <h2>What stands there</h2>
          <p>
            ${
              overview.standing === 0
                ? "Nothing of ours."
                : `${plural(overview.standing, "item carries", "items carry")} a line of sight that we wrote.`
            }
          </p>
          ${stale(overview)}
        </section>
        <section class="card stack">
          <h2>What it never does</h2>
          <p class="muted">
            It writes nothing by itself, nothing about people, and nothing over what it sees that
            somebody else has put there since you looked: each item is read right before it is
            written. Only an edit in that very moment could be lost.
          </p>
        </section>
      </aside>
    </div>`,
  });
}

function stale({ stale: count, standing, connectionId, isOn }: WriteBackOverview): Html | string {
  if (standing === 0) return nothing;
  if (count === 0) return html`<p class="muted">None of them is known to be untrue by now.</p>`;
  return html`<p class="notice warn">
      ${plural(count, "item says", "items say")} what is no longer true.
    </p>
    ${
      isOn
        ? html`<form method="post" action="/write-backs">
            ${hidden({ connectionId, which: "stale" })}<button>Preview these again</button>
          </form>`
        : nothing
    }`;
}

function howToTurnOn({ isPossible, setting, connectionId }: WriteBackOverview): Html {
  if (!isPossible || !setting) {
    return html`<section class="card stack" id="off">
      <h2>Not possible here</h2>
      <p>This connector only reads: there is nowhere to write to.</p>
    </section>`;
  }
  return html`<section class="card stack" id="off">
    <h2>Write-back is off</h2>
    <p>
      Nothing is ever written into the tool while it is off. To turn it on, fill in
      <b>${setting.title}</b> in the
      <a href="/connections/${connectionId}#settings">settings of the connection</a>.
    </p>
    <p class="muted">${setting.description}</p>
  </section>`;
}

function previewForm({ connectionId, place }: WriteBackOverview, goals: OverviewPage["goals"]) {
  return html`<section class="card stack" id="preview">
    <h2>Preview</h2>
    <p>
      Goes to ${place ?? "the tool"}. A preview reads what stands there now and writes nothing. What
      is written later names the goal and the work in between to everybody who may see the item
      there.
    </p>
    <form method="post" action="/write-backs">
      ${hidden({ connectionId })}
      <div class="filters">
        ${filterSelect("which", "Items", {
          choices: [
            { value: "anchors", label: "Topmost open items" },
            { value: "open", label: "All open items" },
            { value: "stale", label: "Those no longer true" },
          ],
          chosen: "anchors",
        })}
        ${filterSelect("verdict", "Verdict", {
          any: "Any but unknown",
          choices: [
            { value: "linked", label: "Linked" },
            { value: "unlinked", label: "Not linked" },
            { value: "allowed", label: "Allowed outside" },
            { value: "unlinkable", label: "Cannot be linked" },
          ],
          chosen: undefined,
        })}
        ${filterSelect("goalId", "Serving the goal", {
          any: "Any goal, or none",
          choices: goals.map(({ id, title }) => ({ value: id, label: title })),
          chosen: undefined,
        })}
        <div>
          <label for="container">In the project</label
          ><input id="container" name="container" maxlength="120" placeholder="Key or number" />
        </div>
        <div><label for="by">Your name</label><input id="by" name="by" maxlength="80" /></div>
      </div>
      <button class="primary">Preview</button>
    </form>
  </section>`;
}

function batchList(batches: readonly WriteBackBatchAnswer[]): Html | string {
  if (batches.length === 0) return nothing;
  return html`<section class="card" id="batches" data-live="3">
    <h2>Batches</h2>
    <ul class="collections">
      ${batches.map(
        (batch) =>
          html`<li>
            <div class="line">
              <a href="/write-backs/${batch.id}">${scopeText(batch.filter)}</a
              ><time class="muted" datetime="${batch.previewed.at}"
                >${moment(batch.previewed.at)}</time
              >
            </div>
            <p class="row small">${stateBadge(batch)} ${countsText(batch)}</p>
          </li>`,
      )}
    </ul>
  </section>`;
}

function countsText({ counts }: WriteBackBatchAnswer): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${number(count)} ${state}`)
    .join(" · ");
}

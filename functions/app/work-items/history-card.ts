import { html } from "hono/html";

import { readFactId } from "#shared/model/ids.ts";

import { capital, inWords } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import type { HistoryAnswer } from "./history-answer.ts";
import type { WorkItemDetail } from "./read-work-item.ts";

type Transition = HistoryAnswer["transitions"][number];
type Side = NonNullable<Transition["to"]>;

/** The newest of them; the API has the rest. */
const shownMax = 8;

/** What became of the item over time, as its tool tells it; nothing where it was always as it is. */
export function historyCard({ history }: WorkItemDetail): Html | string {
  if (!history || history.transitions.length === 0) return nothing;
  const shown = history.transitions.slice(0, shownMax);
  const isShort = history.isCut || history.transitions.length > shown.length;
  return html`<section class="card" id="past" aria-labelledby="past-title">
    <h2 id="past-title">What changed</h2>
    <ol class="collections">
      ${shown.map(
        (each) =>
          html`<li class="line">
            <span>${sentence(each)}</span
            ><time class="muted" datetime="${each.at}">${each.at.slice(0, 10)}</time>
          </li>`,
      )}
    </ol>
    ${isShort ? html`<p class="muted small">Older changes are not shown.</p>` : nothing}
  </section>`;
}

function sentence({ what, from, to }: Transition): Html {
  switch (what) {
    case "status":
      return html`${statusWords(from)} → ${statusWords(to)}`;
    case "parent":
      return to ? html`Moved under ${other(to)}` : html`No longer under ${other(from ?? {})}`;
    case "blocked-by":
      return to
        ? html`Began to wait on ${other(to)}`
        : html`No longer waits on ${other(from ?? {})}`;
  }
}

function statusWords(side: Side | undefined): string {
  return side?.status === undefined ? "Another status" : capital(inWords(side.status));
}

function other({ id, name }: Side): Html | string {
  if (id === undefined || name === undefined) return "something we do not read";
  const room = readFactId(id)?.type === "goal" ? "goals" : "work-items";
  return html`<a href="${pathTo(room, id)}">${name}</a>`;
}

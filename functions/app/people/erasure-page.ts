import { html } from "hono/html";

import type { Erasures } from "#shared/store/erasure-list.ts";

import { moment, number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { empty, hidden } from "../page/parts.ts";

/** What somebody types to show that they mean it. */
export const confirmation = "ERASE";

interface Someone {
  readonly id: string;
  readonly name: string;
}

/** On a person's page: what erasing them does, and the way to do it. */
export function erasePart(person: Someone, isUnderWay: boolean): Html {
  if (isUnderWay) return underWayPart(person);
  return html`<section class="card">
    <details>
      <summary>Erase this person</summary>
      <div class="stack">
        <p>When somebody asks for it by right. It cannot be undone. What happens:</p>
        ${whatHappens()}
        <form class="stack" method="post" action="${pathTo("people", person.id)}/erase">
          <div class="field">
            <label for="confirm">Type ${confirmation} to confirm</label>
            <input
              id="confirm"
              name="confirm"
              required
              autocomplete="off"
              pattern="${confirmation}"
              title="${confirmation}, in capital letters"
            />
          </div>
          <button class="danger">Erase ${person.name}</button>
        </form>
      </div>
    </details>
  </section>`;
}

function whatHappens(): Html {
  return html`<ul class="bullets">
    <li>Their records from every HR system, and their accounts, are removed from the hub.</li>
    <li>
      Wherever else they are mentioned, as assignee, owner, manager or in a decision, the mention is
      removed. The work, the goals and the alerts stay.
    </li>
    <li>
      Titles of work keep what people wrote; addresses in them are taken out, names are not looked
      for.
    </li>
    <li>
      The hub keeps salted digests of their ids and addresses, and nothing else, so that no later
      delivery or reading brings them back.
    </li>
    <li>
      If a connection signs in as them, it goes on doing so: give it another login. The receipt says
      how many there are.
    </li>
    <li>The tools and HR systems themselves are not changed: erase them there too.</li>
  </ul>`;
}

function underWayPart({ id, name }: Someone): Html {
  return html`<section class="card stack" aria-labelledby="erase-title">
    <h2 id="erase-title">Being erased</h2>
    <p>
      All that is held of ${name} is being taken away. When it is done, this page is gone, and a
      receipt of counts stands under <a href="/erasures">Erasures</a>.
    </p>
    <form class="stack" method="post" action="${pathTo("people", id)}/erase">
      ${hidden({ confirm: confirmation })}
      <p class="muted small">
        If it takes longer than some minutes, the request may have been lost.
      </p>
      <button>Send the request again</button>
    </form>
  </section>`;
}

/** What erasures came to, and the way back in. */
export function erasuresPage({ underWay, receipts }: Erasures, notice: string | undefined): Html {
  return layout({
    title: "Erasures",
    room: "People",
    crumbs: html`<a href="/people">People</a>`,
    intro: "People who were erased on request, as counts. Nothing here says who they were.",
    notice,
    body: html`<div class="split">
      <div class="stack">
        ${
          underWay === 0
            ? nothing
            : html`<p class="notice" role="status">
                ${plural(underWay, "erasure is", "erasures are")} under way.
              </p>`
        }
        ${receipts.length === 0 ? none(underWay) : table(receipts)}
      </div>
      <aside aria-label="Letting somebody back in">${liftForm()}</aside>
    </div>`,
  });
}

function none(underWay: number): Html | string {
  return underWay > 0
    ? nothing
    : empty(
        "Nobody was erased",
        html`A person is erased on their own page: <a href="/people/find">find a person</a>.`,
      );
}

function table(receipts: Erasures["receipts"]): Html {
  return html`<div class="table-wrap">
    <table class="cards-on-phone">
      <thead>
        <tr>
          <th scope="col">Done</th>
          <th scope="col" class="num">Items removed</th>
          <th scope="col" class="num">Mentions removed</th>
          <th scope="col" class="num">Left to an admin</th>
        </tr>
      </thead>
      <tbody>
        ${receipts.map(
          ({ at, removed, redacted, left }) =>
            html`<tr>
              <th scope="row"><time datetime="${at}">${moment(at)}</time></th>
              <td class="num" data-label="Items removed">${number(removed)}</td>
              <td class="num" data-label="Mentions removed">${number(redacted)}</td>
              <td class="num" data-label="Left to an admin">
                ${left === 0 ? number(0) : html`<span class="badge warning">${number(left)}</span>`}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function liftForm(): Html {
  return html`<form class="card stack" method="post" action="/erasures/lift">
    <h2>Let somebody back in</h2>
    <p class="hint">
      After a rehire or a mistake. Give their work address; each address and id that was erased is
      let in by itself. What the sources tell of them is read again with the next change.
    </p>
    <div class="field">
      <label for="identifier">Address or id</label>
      <input id="identifier" name="identifier" required maxlength="400" autocomplete="off" />
    </div>
    <button>Let back in</button>
  </form>`;
}

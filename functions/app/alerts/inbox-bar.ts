import { html } from "hono/html";

import type { Html } from "../page/html.ts";
import { hidden } from "../page/parts.ts";
import { bulkForm } from "./inbox-group.ts";

/** What is done with all that is ticked. A plain form; letters press its buttons where there is a script. */
export function inboxBar(fields: Readonly<Record<string, string>>): Html {
  return html`<form
      id="${bulkForm}"
      class="bulk"
      method="post"
      action="/alerts/bulk"
      aria-label="Handle what is ticked"
    >
      ${hidden(fields)}
      <span class="muted small" id="ticked" aria-live="polite"
        >Tick alerts to handle them together.</span
      >
      <span class="actions">
        <button name="do" value="acknowledge" data-key="a">Acknowledge</button>
        <label class="visually-hidden" for="bulk-days">Snooze for</label>
        <select id="bulk-days" name="days">
          <option value="1">1 day</option>
          <option value="7" selected>1 week</option>
          <option value="30">30 days</option>
          <option value="change">until something changes</option>
        </select>
        <button name="do" value="snooze" data-key="s">Snooze</button>
        <button name="do" value="unsnooze">Wake</button>
        <button type="button" class="quiet" data-keys hidden>Keys: ?</button>
      </span>
    </form>
    <dialog id="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl class="facts">
        ${keys.map(
          ([key, does]) =>
            html`<dt><kbd>${key}</kbd></dt>
              <dd>${does}</dd>`,
        )}
      </dl>
      <form method="dialog" class="actions"><button>Close</button></form>
    </dialog>`;
}

const keys = [
  ["j", "the next one"],
  ["k", "the one before"],
  ["x", "tick it, or take the tick back"],
  ["a", "acknowledge what is ticked, or the one you are at"],
  ["s", "snooze it, for as long as is chosen"],
  ["Enter", "open it; unfold a group"],
  ["?", "this list"],
] as const;

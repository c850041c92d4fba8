import { html } from "hono/html";

import { number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, withQuery } from "../page/html.ts";

/** Small parts that the pages of the organisation share. */

/** `12 people`, `fewer than 5 people`, `nobody`. */
export function peopleWords(count: number | undefined): string {
  if (count === undefined) return "fewer than 5 people";
  return count === 0 ? "nobody" : plural(count, "person", "people");
}

/** The same where the column says what is counted. */
export function countWords(count: number | undefined): string {
  return count === undefined ? "fewer than 5" : number(count);
}

/** Another day for the same page. */
export function dayForm(
  path: string,
  {
    day,
    today,
    label,
    from,
    fields = {},
  }: {
    readonly day: string;
    readonly today: string;
    readonly label: string;
    /** The first day that makes sense. */
    readonly from?: string;
    readonly fields?: Readonly<Record<string, string | undefined>>;
  },
): Html {
  return html`<form class="filters" method="get" action="${path}">
    <div>
      <label for="day">${label}</label
      ><input
        id="day"
        name="day"
        type="date"
        value="${day}"
        ${from === undefined ? nothing : html`min="${from}"`}
        required
      />
    </div>
    ${Object.entries(fields).map(([name, value]) =>
      value === undefined ? nothing : html`<input type="hidden" name="${name}" value="${value}" />`,
    )}
    <button>Show</button>
    ${day === today ? nothing : html`<a class="button" href="${withQuery(path, fields)}">Today</a>`}
  </form>`;
}

/** The days to come on which something changes. */
export function comingDayChips(
  days: readonly string[],
  { path, day }: { readonly path: string; readonly day: string | undefined },
): Html {
  return html`<ul class="chips">
    ${days.map(
      (one) =>
        html`<li>
          <a
            class="chip"
            href="${withQuery(path, { day: one })}"
            aria-current="${one === day ? "date" : "false"}"
            >${one}</a
          >
        </li>`,
    )}
  </ul>`;
}

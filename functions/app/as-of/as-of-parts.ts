import { html } from "hono/html";

import { moment } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { asOfDaysMax } from "./as-of-query.ts";

/** Leads from a page of now to the same page of a day that has passed. */
export function asOfForm(here: string, day = ""): Html {
  return html`<form method="get" action="${here}" class="row tight as-of">
    <label for="asOf" class="small">As of</label
    ><input id="asOf" name="asOf" type="date" value="${day}" required /><button class="quiet">
      Show
    </button>
  </form>`;
}

const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** `2026-09-30T23:59:59.999Z` as `30 September 2026` */
function dayInWords(instant: string): string {
  const [year = "", month = "", day = ""] = instant.slice(0, 10).split("-");
  return `${Number(day)} ${months[Number(month) - 1] ?? month} ${year}`;
}

/** Nobody should take the past for the present. */
export function asOfBanner(
  here: string,
  { asOf, knownSince }: { readonly asOf: string; readonly knownSince: string },
): Html {
  return html`<p class="notice" role="status">
    <strong>As of ${dayInWords(asOf)}</strong> (${moment(asOf)}) ·
    <a href="${here}">back to now</a>. What is remembered is whole since ${moment(knownSince)}; what
    nobody knows any more is shown as unknown. The past is kept for ${asOfDaysMax} days.
  </p>`;
}

import { html, raw } from "hono/html";

import { capital, duration, inWords, moment, plural } from "./format.ts";
import type { Html } from "./html.ts";
import { nothing, safeUrl, withQuery } from "./html.ts";

/** Small parts that several pages share. */

export function sourceLink(text: string, url: string | undefined): Html {
  const href = safeUrl(url);
  return href === undefined
    ? html`${text}`
    : html`<a href="${href}" rel="noopener noreferrer">${text}</a>`;
}

const verdictNames: Readonly<Record<string, string>> = {
  linked: "Linked",
  unlinked: "Not linked",
  allowed: "Allowed outside",
  unlinkable: "Cannot be linked",
  unknown: "Unknown",
};

export function verdictName(kind: string): string {
  return verdictNames[kind] ?? kind;
}

export function verdictBadge({ kind }: { readonly kind: string }): Html {
  return html`<span class="badge verdict v-${kind}">${verdictName(kind)}</span>`;
}

export function severityBadge(severity: string): Html {
  return html`<span class="badge ${severity}">${capital(severity)}</span>`;
}

export function teamName(team: {
  readonly name?: string | undefined;
  readonly why?: string | undefined;
}) {
  return team.name === undefined
    ? html`<span class="muted" title="${capital(inWords(team.why ?? ""))}">No team known</span>`
    : html`${team.name}`;
}

interface Source {
  readonly name: string;
  readonly isReady: boolean;
  readonly isStale: boolean;
  readonly ageSeconds?: number | undefined;
  readonly atEvaluation?: { readonly ageSeconds?: number | undefined } | undefined;
}

/** One line that says how old the truth shown is, and how old it was when it was found out. */
export function freshnessLine(sources: readonly Source[], evaluatedAt?: string): Html {
  if (sources.length === 0) return html`<p class="fresh">No source is connected.</p>`;
  return html`<p class="fresh">
    Rests on
    ${sources.map(
      (source, index) =>
        html`${index === 0 ? nothing : " · "}<span
            class="${source.isStale || !source.isReady ? "stale" : ""}"
            >${source.name} ${sourceAge(source)}</span
          >`,
    )}${evaluatedAt === undefined ? nothing : atEvaluation(sources, evaluatedAt)}
  </p>`;
}

/** Only what was other than it is now: the same age then tells nothing. */
function atEvaluation(sources: readonly Source[], evaluatedAt: string): Html | string {
  const words = (age: number | undefined) => (age === undefined ? "never read" : duration(age));
  const others = sources.flatMap(({ name, ageSeconds, atEvaluation: then }) =>
    then && words(then.ageSeconds) !== words(ageSeconds)
      ? [`${name} ${words(then.ageSeconds)}${then.ageSeconds === undefined ? "" : " old"}`]
      : [],
  );
  if (others.length === 0) return nothing;
  return html`. When it was found, ${moment(evaluatedAt)}: ${others.join(" · ")}`;
}

function sourceAge({ isReady, ageSeconds, isStale }: Source): string {
  if (!isReady) return "(still being read)";
  if (ageSeconds === undefined) return "(never read)";
  return isStale ? `(stale: ${duration(ageSeconds)} old)` : `(${duration(ageSeconds)} ago)`;
}

/** A list of what is known of a thing; rows without a value are left out. */
export function facts(
  rows: readonly (readonly [name: string, value: Html | string | number | undefined])[],
): Html {
  return html`<dl class="facts">
    ${rows.map(([name, value]) =>
      value === undefined
        ? nothing
        : html`<dt>${name}</dt>
            <dd>${value}</dd>`,
    )}
  </dl>`;
}

/** Fields a form carries along without showing them. */
export function hidden(fields: Readonly<Record<string, string>>): Html {
  return html`${Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )}`;
}

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** A labelled select whose first entry means "no filter". */
export function filterSelect(
  name: string,
  label: string,
  {
    any,
    choices,
    chosen,
  }: { any?: string; choices: readonly Choice[]; chosen: string | undefined },
): Html {
  return html`<div>
    <label for="filter-${name}">${label}</label
    ><select id="filter-${name}" name="${name}">
      ${any === undefined ? nothing : html`<option value="">${any}</option>`}
      ${choices.map(({ value, label }) => html`<option value="${value}" ${value === chosen ? raw("selected") : nothing}>${label}</option>`)}
    </select>
  </div>`;
}

/** Leads to the next page of a list, and back to its start. */
export function pager(
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  { shown, total, next }: { shown: number; total: number | undefined; next: string | undefined },
): Html {
  const { after } = query;
  return html`<nav class="pager" aria-label="Pages">
    <span class="muted small"
      >${total === undefined ? nothing : shownOf({ shown, total, isFirst: after === undefined })}</span
    ><span class="row">
      ${after === undefined ? nothing : html`<a class="button" href="${withQuery(path, { ...query, after: undefined })}">To the start</a>`}
      ${next === undefined ? nothing : html`<a class="button" href="${withQuery(path, { ...query, after: next })}">Next page</a>`}
    </span>
  </nav>`;
}

function shownOf(page: { shown: number; total: number; isFirst: boolean }): string {
  const { shown, total, isFirst } = page;
  const entries = plural(total, "entry", "entries");
  if (!isFirst) return `${shown} of ${entries}`;
  return `${shown === total ? "All" : `The first ${shown} of`} ${entries}`;
}

export function empty(title: string, text: Html | string, action: Html | string = nothing): Html {
  return html`<div class="card empty">
    <h2>${title}</h2>
    <p>${text}</p>
    ${action}
  </div>`;
}

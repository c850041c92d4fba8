import { html } from "hono/html";

import type { Connector } from "#shared/kit/connector.ts";

import type { LeftConsent } from "../consents/consent-page.ts";
import { leftConsents } from "../consents/consent-page.ts";
import { capital, duration, moment, number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, withQuery } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { credentialWarning } from "./access-card.ts";
import type { ConnectionAnswer } from "./connection-answers.ts";

type Collection = ConnectionAnswer["collections"][number];

/** All connections with their progress, and what else can be connected. */
export function connectionsPage(
  connections: readonly ConnectionAnswer[],
  connectors: readonly Connector[],
  { notice, left }: { readonly notice: string | undefined; readonly left: readonly LeftConsent[] },
): Html {
  const isReading = connections.some(({ health }) => health === "reading");
  return layout({
    title: "Connections",
    room: "Connections",
    intro: "The tools the hub reads, and the channels it tells people through.",
    aside: html`<a class="button" href="/uploads">Upload files</a>`,
    notice,
    body: html`${leftConsents(left)}
      <div id="connections" data-live="${isReading ? 2 : 5}">
        ${
          connections.length === 0
            ? html`<p class="notice">
                Nothing is connected yet. Begin with the tool that holds the work, then the one that
                holds the goals, then the HR system.
              </p>`
            : html`<ul class="grid">
                ${connections.map(connectionCard)}
              </ul>`
        }
      </div>
      <section aria-labelledby="connect">
        <div class="section-head"><h2 id="connect">Connect a tool</h2></div>
        <ul class="grid">
          ${connectors.map(
            ({ name, title, summary }) =>
              html`<li class="card">
                <h3>${title}</h3>
                <p class="muted">${summary}</p>
                <p>
                  <a class="button" href="${withQuery("/connections/new", { connector: name })}"
                    >Connect ${title}</a
                  >
                </p>
              </li>`,
          )}
        </ul>
      </section>`,
  });
}

/** One that is being set up: where one left it. */
function draftCard({ id, name, connectorTitle, identity }: ConnectionAnswer): Html {
  return html`<li class="card stack">
    <div class="row">
      <h2><a href="/connections/${id}/setup">${name}</a></h2>
      <span class="badge">Being set up</span>
    </div>
    <p class="muted small">
      ${connectorTitle}${identity === undefined ? nothing : ` · ${identity}`}
    </p>
    <p class="small">Nothing is read yet. If nobody goes on within a day, it is forgotten.</p>
    <p><a class="button" href="/connections/${id}/setup">Go on setting it up</a></p>
  </li>`;
}

function connectionCard(connection: ConnectionAnswer): Html {
  const { id, name, connectorTitle, identity } = connection;
  if (connection.status === "draft") return draftCard(connection);
  return html`<li class="card stack">
    <div class="row">
      <h2><a href="/connections/${id}">${name}</a></h2>
      ${healthBadge(connection)}
    </div>
    <p class="muted small">
      ${connectorTitle}${identity === undefined ? nothing : ` · ${identity}`}
    </p>
    ${problemText(connection)}${credentialWarning(connection)}${progress(connection)}
    <p class="small">${countsLine(connection)}</p>
    <p class="fresh">
      ${freshText(connection)}${connection.quarantined > 0 ? html` · <span class="stale">${plural(connection.quarantined, "record")} not understood</span>` : nothing}${connection.gaps.length > 0 ? html` · ${plural(connection.gaps.length, "gap")}` : nothing}
    </p>
  </li>`;
}

const tones: Readonly<Record<ConnectionAnswer["health"], string>> = {
  draft: "",
  healthy: "good",
  reading: "",
  stale: "warning",
  degraded: "critical",
  paused: "",
  removing: "",
};

export function healthBadge({ health, percent }: ConnectionAnswer): Html {
  const text =
    health === "reading" && percent !== undefined ? `Reading ${percent} %` : capital(health);
  return html`<span class="badge ${tones[health]}">${text}</span>`;
}

export function problemText({ problem }: ConnectionAnswer): Html | string {
  if (!problem) return nothing;
  return html`<p class="error-text">
    ${problem.message}
    <span class="muted small">(${problem.code}, since ${moment(problem.since)})</span>
  </p>`;
}

export function freshText({ reads, freshness }: ConnectionAnswer): Html | string {
  if (!reads) return "Delivers messages";
  const { ageSeconds, isStale } = freshness;
  if (ageSeconds === undefined) return "Not read whole yet";
  return isStale
    ? html`<span class="stale">Stale: last complete ${duration(ageSeconds)} ago</span>`
    : `Complete ${duration(ageSeconds)} ago`;
}

const factWords: Readonly<Record<string, readonly [string, string]>> = {
  "work-item": ["work item", "work items"],
  goal: ["goal", "goals"],
  person: ["person", "people"],
  account: ["account", "accounts"],
  "org-unit": ["org unit", "org units"],
};

export function countsLine({ facts }: ConnectionAnswer): string {
  const parts = Object.entries(facts).map(([type, count]) => {
    const [one, many] = factWords[type] ?? [type, type];
    return `${number(count)} ${count === 1 ? one : many}`;
  });
  return parts.join(" · ");
}

/** While the first reading goes on: every collection with its bar. */
function progress(connection: ConnectionAnswer): Html | string {
  if (connection.health !== "reading" || connection.collections.length === 0) return nothing;
  return collectionList(connection);
}

export function collectionList({ collections }: ConnectionAnswer): Html {
  return html`<ul class="collections">
    ${collections.map((collection) => {
      const { title, percent, recordsRead, recordsTotal, state, mode, problem } = collection;
      const { mayAcceptShrink } = collection;
      const isDone = state === "idle";
      const amount =
        recordsTotal === undefined || isDone
          ? `${number(recordsRead)} read`
          : `${number(recordsRead)} of ${number(recordsTotal)}`;
      return html`<li>
        <div class="line">
          <span>${title}</span><span class="muted num">${stateWords(state, mode)} · ${amount}</span>
        </div>
        ${bar(title, isDone ? 100 : percent, isDone)}${paceText(collection)}${problem === undefined ? nothing : html`<p class="error-text">${mayAcceptShrink ? "A reconcile missed so much that it asks for your decision." : problem.message}</p>`}
      </li>`;
    })}
  </ul>`;
}

function paceText({ recordsPerSecond, secondsLeft }: Collection): Html | string {
  if (recordsPerSecond === undefined) return nothing;
  const left =
    secondsLeft === undefined ? "" : ` · about ${duration(Math.max(1, secondsLeft))} left`;
  return html`<p class="muted small num gap-above">${number(recordsPerSecond)} a second${left}</p>`;
}

function stateWords(state: string, mode: string): string {
  if (state === "failed") return "failed, will be tried again";
  if (state === "idle") return "up to date";
  const doing = { backfill: "first reading", poll: "reading changes", reconcile: "reconciling" };
  const what = doing[mode as keyof typeof doing] ?? mode;
  return state === "waiting" ? `${what}, waiting` : what;
}

/** An unknown share shows as a sliver: something happens, we cannot say how much. */
function bar(title: string, percent: number | undefined, isDone: boolean): Html {
  const label = percent === undefined ? `${title}: share unknown` : `${title}: ${percent} percent`;
  return html`<svg
    class="progress ${isDone ? "done" : ""}"
    role="img"
    aria-label="${label}"
    preserveAspectRatio="none"
    viewBox="0 0 100 8"
  >
    <rect width="${percent ?? 4}" height="8" />
  </svg>`;
}

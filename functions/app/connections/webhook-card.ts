import { html } from "hono/html";

import { capital, moment, number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import type { ConnectionDetail } from "./connection-answers.ts";

type Subscription = ConnectionDetail["subscriptions"][number];

const rowsMax = 8;

/** The registrations that the hub made, with their signs of life; those that need somebody come first. */
export function webhookCard({ webhookUrl, subscriptions }: ConnectionDetail): Html | string {
  if (webhookUrl === undefined) return nothing;
  const active = subscriptions.filter(({ state }) => state === "active").length;
  const rows = rowsOf(subscriptions);
  const rest = rows.slice(rowsMax).reduce((sum, { resources }) => sum + resources.length, 0);
  return html`<div class="card stack">
    <h2>Webhooks</h2>
    <p>
      ${subscriptions.length === 0 ? "None registered by the hub." : `${active} of ${subscriptions.length} registered and active.`}
    </p>
    ${
      rows.length === 0
        ? nothing
        : html`<ul class="collections">
            ${rows.slice(0, rowsMax).map(row)}
          </ul>`
    }
    ${rest > 0 ? html`<p class="muted small">and ${number(rest)} more</p>` : nothing}
    <details>
      <summary>Register one by hand</summary>
      <p class="muted small">Let it send to</p>
      <p><code>${webhookUrl}</code></p>
    </details>
  </div>`;
}

interface Row extends Pick<Subscription, "state" | "problem" | "heardAt" | "expiresAt"> {
  readonly resources: readonly string[];
}

/** What many have in common is said once. */
function rowsOf(subscriptions: readonly Subscription[]): readonly Row[] {
  const rank = { failed: 0, pending: 1, active: 2 };
  const sorted = subscriptions.toSorted((a, b) => rank[a.state] - rank[b.state]);
  const groups = Map.groupBy(sorted, ({ resource, state, problem }) =>
    problem === undefined ? `${state} ${resource}` : `${state}\n${problem}`,
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? { ...first, resources: group.map(({ resource }) => resource) } : [];
  });
}

function row({ resources, state, problem, heardAt, expiresAt }: Row): Html {
  const tone = { failed: "critical", pending: "warning", active: "good" }[state];
  const [only = ""] = resources;
  const what = resources.length > 1 ? plural(resources.length, "resource") : only;
  return html`<li>
    <div class="line">
      <span>${what === "*" ? "Everything" : what}</span
      ><span class="badge plain ${tone}">${capital(state)}</span>
    </div>
    <p class="muted small">
      ${heardAt === undefined ? "No sign of life yet" : `Heard ${moment(heardAt)}`}${expiresAt === undefined ? nothing : ` · ends ${moment(expiresAt)} unless renewed`}
    </p>
    ${problem === undefined ? nothing : html`<p class="error-text">${problem}</p>`}
  </li>`;
}

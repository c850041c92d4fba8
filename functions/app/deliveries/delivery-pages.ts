import type { Hono } from "hono";
import { html } from "hono/html";

import { DispatchKind, DispatchOutcome } from "#shared/model/notification.ts";

import type { AppContext } from "../app-deps.ts";
import { capital, moment, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo, withQuery } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { readFilters } from "../page/page-input.ts";
import { empty, filterSelect } from "../page/parts.ts";
import { DeliveriesQuery, listDeliveries } from "./list-deliveries.ts";
import type { DeliveryAnswer, DeliveryList } from "./list-deliveries.ts";

/** The delivery log as a page. */
export function serveDeliveryPages(app: Hono, context: AppContext): void {
  app.get("/deliveries", async (c) => {
    const query = readFilters(DeliveriesQuery, c);
    return c.html(deliveriesPage(await listDeliveries(context, query), query));
  });
}

function deliveriesPage({ deliveries, total, next }: DeliveryList, query: DeliveriesQuery): Html {
  return layout({
    title: "Delivery log",
    room: "Rules",
    crumbs: html`<a href="/rules">Rules</a> / <a href="/routing">Routing</a>`,
    intro:
      "What was sent to whom and why, this month and the last, with every attempt. A message whose answer was lost is not sent again where it would be shown twice.",
    body: html`<div class="stack">
      ${filters(query)}
      ${total === 0 ? empty("Nothing was sent", "Messages stand here once an alert has opened, or a digest is due.", html``) : table(deliveries, total)}
      ${next === undefined ? nothing : html`<p class="actions"><a class="button" href="${withQuery("/deliveries", { ...query, after: next })}">Older ones</a></p>`}
    </div>`,
  });
}

function filters(query: DeliveriesQuery): Html {
  const choices = (options: readonly string[]) =>
    options.map((value) => ({ value, label: capital(value) }));
  return html`<form class="filters" method="get" action="/deliveries">
    ${filterSelect("outcome", "Outcome", { any: "Every outcome", choices: choices(DispatchOutcome.options), chosen: query.outcome })}
    ${filterSelect("kind", "Kind", { any: "Every kind", choices: choices(DispatchKind.options), chosen: query.kind })}
    <button>Show</button>
  </form>`;
}

function table(deliveries: readonly DeliveryAnswer[], total: number): Html {
  return html`<div class="table-wrap">
    <table class="cards-on-phone">
      <caption class="visually-hidden">
        ${plural(total, "delivery", "deliveries")}
      </caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">To whom, and why</th>
          <th scope="col">Outcome</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        ${deliveries.map(row)}
      </tbody>
    </table>
  </div>`;
}

const looks: Readonly<Record<DeliveryAnswer["outcome"], string>> = {
  sent: "good",
  attempting: "",
  deferred: "warn",
  uncertain: "warn",
  refused: "bad",
};

function row(delivery: DeliveryAnswer): Html {
  const { title, kind, alerts, alertCount, recipient, channel, because, outcome } = delivery;
  const [first] = alerts;
  const isOne = alertCount === 1 && first !== undefined;
  return html`<tr>
    <th scope="row">
      ${isOne ? html`<a href="${pathTo("alerts", first.id)}">${title}</a>` : title}
      <div class="muted small">
        ${capital(kind)}${alertCount > 1 ? `, ${plural(alertCount, "alert")}` : nothing}
      </div>
    </th>
    <td data-label="To">
      ${recipient.name}${recipient.kind === "person" ? html` <span class="muted">through ${channel.name}</span>` : nothing}
      <div class="muted small">${because}</div>
    </td>
    <td data-label="Outcome">
      <span class="badge ${looks[outcome]}">${capital(outcome)}</span>${attempts(delivery)}
    </td>
    <td data-label="When">${moment(delivery.createdAt)}</td>
  </tr>`;
}

function attempts({ attempts: all, attemptCount, dueAt }: DeliveryAnswer): Html {
  return html`<details class="small">
    <summary>${plural(attemptCount, "attempt")}</summary>
    <ol>
      ${all.map(({ at, verb, outcome, detail }) => html`<li>${moment(at)}: ${verb}, ${outcome}${detail === undefined ? nothing : html` <span class="muted">${detail}</span>`}</li>`)}
    </ol>
    ${dueAt === undefined ? nothing : html`<p class="muted">Next: ${moment(dueAt)}</p>`}
  </details>`;
}

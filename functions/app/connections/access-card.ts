import { html } from "hono/html";

import type { Instant } from "#shared/model/time.ts";
import { epochMsOf } from "#shared/model/time.ts";

import { capital, duration, moment, number, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { facts, hidden } from "../page/parts.ts";
import type { BudgetAnswer, ConnectionAnswer } from "./connection-answers.ts";

/** From 30 days before a credential ends, and after it has. */
export function credentialWarning({ credential }: ConnectionAnswer): Html | string {
  if (credential?.warns !== true) return nothing;
  const { daysLeft = 0, kind, expiresAt = "" } = credential;
  const isOver = daysLeft < 0;
  return html`<p class="notice ${isOver ? "bad" : "warn"} slim">
    ${isOver ? `The ${kind} ended on ${moment(expiresAt)}` : `The ${kind} ends in ${plural(daysLeft, "day")}, on ${moment(expiresAt)}`}:
    make a new one and put it into the settings.
  </p>`;
}

/** What the connection proves itself with, and what it rests on. */
export function accessCard(connection: ConnectionAnswer): Html | string {
  const { id, credential, consent, connector, reads } = connection;
  if (!credential && !consent) return nothing;
  return html`<section class="card stack">
    <h2>Access</h2>
    ${facts([
      ["With", credential && capital(credential.kind)],
      ["Entered", credential && age(credential)],
      [
        "Ends",
        credential &&
          (credential.expiresAt === undefined
            ? "the tool does not say"
            : moment(credential.expiresAt)),
      ],
    ])}
    ${
      consent
        ? html`<div>
              ${consent.status === "revoked" ? html`<p class="notice bad slim">The consent is over: give it again.</p>` : nothing}
              <p class="label">Scopes of the consent</p>
              <p class="scopes">${consent.scopes.map((scope) => html`<code>${scope}</code> `)}</p>
            </div>
            <form method="post" action="/connectors/${connector}/consents">
              ${hidden({ grantId: consent.grantId })}<button>Consent again</button>
              <a class="small" href="/consents/${consent.grantId}">Its sites</a>
            </form>`
        : nothing
    }
    ${reads ? html`<p><a href="/connections/${id}/rights">Check what it may do</a></p>` : nothing}
  </section>`;
}

function age({ setAt, ageDays }: NonNullable<ConnectionAnswer["credential"]>): string {
  return ageDays === 0 ? moment(setAt) : `${plural(ageDays, "day")} ago`;
}

/** What the source allows, how much of it was taken, and what waits because of it. */
export function budgetCard({ budget }: ConnectionAnswer, nowMs: number): Html | string {
  if (!budget) return nothing;
  const { quota, blockedUntil, blockedReason, blockedEndpoints, refusals, isShared } = budget;
  const wait = (until: string) => duration((epochMsOf(until as Instant) - nowMs) / 1000);
  return html`<section class="card stack" id="budget" data-live="5">
    <h2>Requests that the tool allows</h2>
    ${blockedUntil === undefined ? nothing : html`<p class="notice warn slim">Everything waits for another ${wait(blockedUntil)}: ${blockedReason ?? "the tool asked for it"}.</p>`}
    ${quota ? quotaMeter(quota, wait(quota.endsAt)) : html`<p class="muted">The tool has told no quota so far.</p>`}
    ${
      blockedEndpoints.length === 0
        ? nothing
        : html`<ul class="collections">
            ${blockedEndpoints.map(({ endpoint, until }) => html`<li><code>${endpoint}</code> <span class="muted small">waits for ${wait(until)}</span></li>`)}
          </ul>`
    }
    ${
      refusals.length === 0
        ? html`<p class="muted small">No refusal of it is on record.</p>`
        : html`<div>
            <p class="label">Refused, by the tool’s own reason</p>
            <ul class="collections">
              ${refusals.map(
                ({ reason, count }) =>
                  html`<li>
                    <div class="line">
                      <code>${reason}</code><span class="num">${number(count)}</span>
                    </div>
                  </li>`,
              )}
            </ul>
          </div>`
    }
    ${isShared ? html`<p class="muted small">Shared by all connections of the same consent.</p>` : nothing}
  </section>`;
}

type Quota = NonNullable<BudgetAnswer["quota"]>;

function quotaMeter({ limit, used, remaining, reserve, windowSeconds }: Quota, left: string): Html {
  const share = (points: number) =>
    Math.min(1000, Math.round((1000 * points) / Math.max(1, limit)));
  const percent = Math.round(share(used) / 10);
  return html`<div>
    <svg
      class="meter"
      role="img"
      aria-label="${percent} percent used"
      viewBox="0 0 1000 10"
      preserveAspectRatio="none"
    >
      <rect class="used" width="${share(used)}" height="10" />
      <rect class="reserve" x="${1000 - share(reserve)}" width="${share(reserve)}" height="10" />
    </svg>
    <p class="small num gap-above">
      ${number(used)} of ${number(limit)} used by us in this
      ${windowSeconds === 3600 ? "hour" : duration(windowSeconds)}; ${left} left of it.
    </p>
    <p class="muted small num">
      ${remaining === undefined ? nothing : `The tool says that ${number(remaining)} remain. `}${number(reserve)}
      are kept for what a person waits for.
    </p>
  </div>`;
}

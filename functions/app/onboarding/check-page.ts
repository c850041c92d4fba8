import { html } from "hono/html";

import type { HubError } from "#shared/errors.ts";
import type { Connection } from "#shared/model/connection.ts";

import { moment } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { facts } from "../page/parts.ts";
import { sendingCard } from "../scim/sending-card.ts";
import type { SendingAnswer } from "../scim/sending.ts";
import type { DiscoveryAnswer } from "./discover.ts";
import { setupPage, setupPath } from "./setup-frame.ts";

interface Check {
  readonly connection: Connection;
  readonly connectorTitle: string;
  readonly found: DiscoveryAnswer | undefined;
  /** Where its source sends to, for one that does: there are no credentials to try. */
  readonly sending: SendingAnswer | undefined;
  readonly problem: HubError | undefined;
  readonly notice: string | undefined;
}

/** What the account may do: each right with a tick, or with what is missing and what for. */
export function checkPage(check: Check): Html {
  const { connection, connectorTitle, found, sending, problem, notice } = check;
  const isBlocked = found?.requirements.some((one) => one.isRequired && !one.isHeld) === true;
  return setupPage({
    connection,
    connectorTitle,
    step: "check",
    ...wordsOf(sending),
    ...(problem && { title: "The check did not succeed" }),
    problem,
    notice,
    body: html`<div class="stack">
      ${sendingCard({ id: connection.id, sending })}
      <div class="card stack">
        ${found && !sending ? identity(found) : nothing}${found ? requirementList(found) : nothing}
        ${isBlocked ? html`<p class="notice bad">Without what is marked as needed, nothing can be read. Grant it in ${connectorTitle}, then check again.</p>` : nothing}
        ${found ? gapList(found.gaps) : nothing}
        <p class="actions">
          ${found && !isBlocked ? html`<a class="button primary" href="${setupPath(connection, "choose")}">Go on</a>` : nothing}
          <a class="button" href="${setupPath(connection, "check")}?again=1">Check again</a>
          <a class="button" href="${setupPath(connection, "access")}">${wordsOf(sending).change}</a>
        </p>
      </div>
    </div>`,
  });
}

function wordsOf(sending: SendingAnswer | undefined) {
  return sending
    ? {
        title: "Let it send",
        intro:
          "Make a token, and put it into the identity provider with the tenant URL. What it sends is kept, and read once you start.",
        change: "Change the settings",
      }
    : {
        title: "The credentials work",
        intro: "This is what the account shows us. Nothing of it is read yet.",
        change: "Change the credentials",
      };
}

function identity({ identity: who, credential }: DiscoveryAnswer): Html {
  return facts([
    ["Signed in as", html`<b>${who}</b>`],
    ["With", credential?.kind],
    ["Which ends", credential?.expiresAt === undefined ? undefined : moment(credential.expiresAt)],
  ]);
}

/** Missing ones first: they are what somebody must act on. */
export function requirementList({ requirements }: Pick<DiscoveryAnswer, "requirements">): Html {
  if (requirements.length === 0) {
    return html`<p class="muted">
      This tool does not tell which rights an account has. What it hides shows in the sample.
    </p>`;
  }
  const sorted = requirements.toSorted((a, b) => Number(a.isHeld) - Number(b.isHeld));
  return html`<ul class="ticks">
    ${sorted.map(
      ({ name, isHeld, neededFor, isRequired }) =>
        html`<li class="${isHeld ? "held" : isRequired ? "needed" : "missing"}">
          <i aria-hidden="true">${isHeld ? "✓" : isRequired ? "✗" : "!"}</i>
          <div>
            <code>${name}</code>
            <span class="badge plain ${isHeld ? "good" : isRequired ? "critical" : "warning"}"
              >${isHeld ? "Held" : isRequired ? "Missing, and needed" : "Missing"}</span
            >
            <p class="small muted">${isHeld ? "For" : "Needed for"}: ${neededFor}</p>
          </div>
        </li>`,
    )}
  </ul>`;
}

export function gapList(gaps: DiscoveryAnswer["gaps"]): Html | string {
  if (gaps.length === 0) return nothing;
  return html`<div>
    <h3>What it will not show us</h3>
    <ul class="collections">
      ${gaps.map(
        ({ what, why }) =>
          html`<li>
            <b>${what}</b>
            <p class="muted small">${why}</p>
          </li>`,
      )}
    </ul>
  </div>`;
}

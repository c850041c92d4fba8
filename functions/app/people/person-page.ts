import { html } from "hono/html";

import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { facts } from "../page/parts.ts";
import { erasePart } from "./erasure-page.ts";
import type { PersonDetail } from "./people-answers.ts";
import { decisionLog, howWords, personLink, press } from "./people-parts.ts";
import { pairParts } from "./queue-page.ts";

/** Who somebody is to the hub, and why; nothing of what they work on. */
export function personPage(
  person: PersonDetail,
  {
    notice,
    isBeingErased,
  }: { readonly notice: string | undefined; readonly isBeingErased: boolean },
): Html {
  const here = pathTo("people", person.id);
  return layout({
    title: person.name,
    room: "People",
    crumbs: html`<a href="/people">People</a>`,
    notice,
    body: html`<div class="split">
      <div class="stack">
        ${accounts(person, here)}${records(person, here)}
        ${person.likely.map(
          (pair) =>
            html`<section class="card stack">
              <h2>May be one person</h2>
              ${pairParts(pair, here)}
            </section>`,
        )}
        <section class="card">
          <h2>Decisions</h2>
          ${decisionLog(person.decisions, here)}
        </section>
        ${erasePart(person, isBeingErased)}
      </div>
      <aside class="card" aria-label="About this person">${about(person)}</aside>
    </div>`,
  });
}

const statusWords = { active: undefined, inactive: "Has left", pending: "Has not started" };

function about({ unit, manager, teams, address, employmentStatus }: PersonDetail): Html {
  return facts([
    ["Status", statusWords[employmentStatus]],
    ["Unit", unit],
    [
      teams.length === 1 ? "Team" : "Teams",
      teams.length === 0
        ? "None known"
        : teams
            .map(({ name, isPrimary }) =>
              isPrimary && teams.length > 1 ? `${name} (first)` : name,
            )
            .join(", "),
    ],
    ["Manager", manager && personLink(manager)],
    ["Work address", address],
  ]);
}

function accounts({ accounts: bound, name }: PersonDetail, here: string): Html {
  return html`<section class="card">
    <h2>Accounts</h2>
    ${
      bound.length === 0
        ? html`<p class="muted">No account is known to be theirs.</p>`
        : html`<ul class="collections">
            ${bound.map(
              (account) =>
                html`<li>
                  <div class="line">
                    <span
                      ><a href="${pathTo("accounts", account.id)}">${account.displayName}</a>
                      <span class="muted small">${account.connection}</span></span
                    >${
                      account.how === "operator"
                        ? press({
                            path: pathTo("accounts", account.id),
                            label: "Detach",
                            spoken: `Detach ${account.displayName} from ${name}`,
                            fields: { action: "detach" },
                            back: here,
                            kind: "quiet",
                          })
                        : nothing
                    }
                  </div>
                  <p class="muted small">${howWords(account)}</p>
                </li>`,
            )}
          </ul>`
    }
  </section>`;
}

const joinWords = {
  operator: "An operator said that it is the same person.",
  "work-email": "It has the same work address, in another system.",
} as const;

function records({ records: held }: PersonDetail, here: string): Html {
  return html`<section class="card">
    <h2>Records in HR systems</h2>
    <ul class="collections">
      ${held.map(
        ({ id, name, connection, speaks, joinedBy }) =>
          html`<li>
            <div class="line">
              <span>${name} <span class="muted small">${connection}</span></span
              >${
                speaks
                  ? nothing
                  : press({
                      path: pathTo("people", id),
                      label: "Set apart",
                      spoken: `Set the record of ${connection} apart`,
                      fields: { action: "split" },
                      back: here,
                      kind: "quiet",
                    })
              }
            </div>
            <p class="muted small">
              ${speaks ? "What is shown here comes from this one." : joinWords[joinedBy ?? "work-email"]}
            </p>
          </li>`,
      )}
    </ul>
  </section>`;
}

import { html } from "hono/html";

import type { HubError } from "#shared/errors.ts";
import type { Connection } from "#shared/model/connection.ts";

import { gapList, requirementList } from "../onboarding/check-page.ts";
import type { DiscoveryAnswer } from "../onboarding/discover.ts";
import { moment } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { layout } from "../page/layout.ts";
import { facts } from "../page/parts.ts";

interface RightsPage {
  readonly connection: Connection;
  readonly found: DiscoveryAnswer | undefined;
  readonly problem: HubError | undefined;
}

/** What a connection in use may do at its tool, as the tool says now. */
export function rightsPage({ connection, found, problem }: RightsPage): Html {
  const { id, name } = connection;
  return layout({
    title: "What it may do",
    room: "Connections",
    crumbs: html`<a href="/connections">Connections</a> / <a href="/connections/${id}">${name}</a>`,
    intro: "Asked at the tool just now.",
    body: html`<div class="card stack medium">
      ${problem ? html`<p class="notice bad" role="alert">${problem.message}</p>` : nothing}
      ${
        found
          ? html`${facts([
              ["Signed in as", html`<b>${found.identity}</b>`],
              ["With", found.credential?.kind],
              [
                "Which ends",
                found.credential?.expiresAt === undefined
                  ? undefined
                  : moment(found.credential.expiresAt),
              ],
            ])}${requirementList(found)}${gapList(found.gaps)}`
          : nothing
      }
      <p class="actions">
        <a class="button" href="/connections/${id}/rights">Ask again</a
        ><a class="button" href="/connections/${id}">Back</a>
      </p>
    </div>`,
  });
}

import { html } from "hono/html";

import { layout } from "../pages/layout.ts";
import type { JiraState } from "../state.ts";

/** What an app asks for when it sends a person here. */
export interface ConsentRequest {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly state: string | undefined;
}

/** The page on which a person lets an app in. `action` is the address that takes the answer. */
export function consentPage(state: JiraState, request: ConsentRequest, action: string) {
  const app = state.oauthApps.find(({ clientId }) => clientId === request.clientId);
  const people = [...state.users.values()].filter(({ active }) => active);
  const isAdmin = (accountId: string) => state.accountAccess(accountId).isAdmin;
  const first = people.find(({ accountId }) => isAdmin(accountId)) ?? people[0];
  const sites = state.sites();
  const body = html`
    <h1>${app?.name ?? "An app"} asks for access to your Atlassian account</h1>
    <p>It will be able to do this for you:</p>
    <ul>
      ${request.scopes.map((scope) => html`<li><code>${scope}</code></li>`)}
    </ul>
    <form method="post" action="${action}">
      <fieldset>
        <legend>Use it on</legend>
        ${sites.map(
          ({ cloudId, name, url }, index) =>
            html`<p>
              <label>
                <input
                  type="checkbox"
                  name="cloudId"
                  value="${cloudId}"
                  ${index === 0 ? "checked" : ""}
                />
                ${name} <span class="dim">${url}</span>
              </label>
            </p>`,
        )}
      </fieldset>
      <label
        >Signed in as
        <select name="accountId">
          ${people.map(
            ({ accountId, displayName }) =>
              html`<option value="${accountId}" ${accountId === first?.accountId ? "selected" : ""}>
                ${displayName}
              </option>`,
          )}
        </select>
      </label>
      <button name="answer" value="accept">Accept</button>
      <button class="plain" name="answer" value="cancel">Cancel</button>
    </form>
  `;
  return layout(state.siteName, "Access request", body);
}

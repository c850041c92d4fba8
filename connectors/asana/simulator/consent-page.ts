import { html } from "hono/html";

import { page } from "./page-layout.ts";
import type { SeedOauthApp } from "./seed.ts";
import type { AsanaState } from "./state.ts";

type Html = ReturnType<typeof html>;

/** What an app asks a person for. */
export interface ConsentRequest {
  readonly app: SeedOauthApp;
  readonly redirectUri: string;
  readonly state?: string;
  readonly scopes?: readonly string[];
  readonly challenge?: string;
  readonly method?: "S256" | "plain";
}

const usersShownMax = 50;

/** Where a person allows an app to act for them. Nobody logs in here: one says who one is. */
export function consentPage(state: AsanaState, request: ConsentRequest): Html {
  const { app, redirectUri, scopes, challenge, method } = request;
  const fixed: Record<string, string | undefined> = {
    client_id: app.client_id,
    redirect_uri: redirectUri,
    response_type: "code",
    state: request.state,
    scope: scopes?.join(" "),
    code_challenge: challenge,
    code_challenge_method: method,
  };
  const users = state.list("user").filter((user) => user.is_active);
  const me = state.find("user", state.me);
  const others = users.filter(({ gid }) => gid !== state.me).slice(0, usersShownMax);
  return page(
    "Grant permission",
    html`<h1>Allow ${app.name} to use Asana for you?</h1>
      <p class="soft">It asks for: ${scopes?.join(", ") ?? "full permissions"}.</p>
      <form method="post" action="/-/oauth_authorize">
        ${Object.entries(fixed).map(([name, value]) =>
          value === undefined ? "" : html`<input type="hidden" name="${name}" value="${value}" />`,
        )}
        <select name="user" aria-label="You are">
          ${[...(me ? [me] : []), ...others].map(
            ({ gid, name }) => html`<option value="${gid}">${name}</option>`,
          )}
        </select>
        <button name="decision" value="allow">Allow</button>
        <button name="decision" value="deny">Deny</button>
      </form>`,
  );
}

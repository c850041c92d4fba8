import { html } from "hono/html";

import { page } from "./page-layout.ts";
import type { PageContext } from "./page-rows.ts";
import { row, section } from "./page-rows.ts";

type Html = ReturnType<typeof html>;

/** Where a person finds what a connection asks for: Asana's developer console, in short. */
export function appsPage({ state }: PageContext): Html {
  const { tokens, apps } = state.access;
  const kinds = { pat: "personal", oauth: "OAuth", "service-account": "service account" };
  return page(
    "Tokens and apps",
    html`<h1>Tokens and apps</h1>
      <p class="soft">Nothing here is secret: this Asana is a simulation.</p>
      ${section(
        "Tokens",
        [...tokens.values()].map(({ token, kind, user }) =>
          row(
            html`<code>${token}</code>`,
            html`<span class="tag">${kinds[kind]}</span>
              <span class="tag">${state.find("user", user)?.name ?? user}</span>`,
          ),
        ),
      )}
      ${section(
        "OAuth apps",
        [...apps.values()].map((app) =>
          row(
            html`${app.name}`,
            html`<span>client id <code>${app.client_id}</code></span>
              <span>secret <code>${app.client_secret}</code></span>`,
          ),
        ),
      )}`,
  );
}

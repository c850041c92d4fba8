import { html } from "hono/html";

import type { HubError } from "#shared/errors.ts";

import { errorAnswer } from "../http/error-envelope.ts";
import type { Html } from "./html.ts";
import { nothing } from "./html.ts";
import { layout } from "./layout.ts";

const titles: Readonly<Record<number, string>> = {
  400: "That did not fit",
  401: "Sign in first",
  403: "Not from there",
  404: "Nothing is here",
  409: "That is not possible now",
  413: "Too much at once",
  422: "The other side refused",
  503: "Not available now",
};

/** A refusal for people: what happened, what to do, and the id to find it in the log by. */
export function errorPage(error: HubError, requestId: string): Html {
  const { message, issues } = errorAnswer(error, requestId).error;
  return layout({
    title: titles[error.traits.httpStatus] ?? "The hub failed",
    room: "Alerts",
    body: html`<div class="card stack">
      <p>${message}</p>
      ${
        issues
          ? html`<ul>
              ${issues.map((issue) => html`<li><code>${issue.path}</code> ${issue.message}</li>`)}
            </ul>`
          : nothing
      }
      <p class="muted small">${error.code} · request ${requestId}</p>
    </div>`,
  });
}

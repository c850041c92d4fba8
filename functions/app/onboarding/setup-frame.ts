import { html, raw } from "hono/html";

import type { HubError } from "#shared/errors.ts";
import type { Connection } from "#shared/model/connection.ts";

import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { layout } from "../page/layout.ts";

export const setupSteps = [
  { name: "access", title: "Credentials" },
  { name: "check", title: "Check" },
  { name: "choose", title: "Choose" },
  { name: "mapping", title: "Understand" },
  { name: "sample", title: "Try" },
] as const;
export type SetupStep = (typeof setupSteps)[number]["name"];

export function setupPath({ id }: Pick<Connection, "id">, step: SetupStep): string {
  return step === "check" ? `/connections/${id}/setup` : `/connections/${id}/setup/${step}`;
}

interface Frame {
  readonly connection: Connection;
  readonly connectorTitle: string;
  readonly step: SetupStep;
  readonly title: string;
  readonly intro: Html | string;
  readonly notice?: string | undefined;
  readonly problem?: Pick<HubError, "message"> | undefined;
  readonly body: Html;
}

/** The frame of every step: where one is, what comes, and the way out. */
export function setupPage(frame: Frame): Html {
  const { connection, connectorTitle, step, title, intro, notice, problem, body } = frame;
  return layout({
    title,
    room: "Connections",
    crumbs: html`<a href="/connections">Connections</a> / ${connectorTitle} / ${connection.name}`,
    intro,
    notice,
    body: html`${stepList(step, connection)}${problem ? html`<p class="notice bad" role="alert">${problem.message}</p>` : nothing}
      <div class="medium">${body}</div>
      <form class="medium leave" method="post" action="/connections/${connection.id}/cancel">
        <button class="quiet">Give up and forget this connection</button>
      </form>`,
  });
}

/** The steps behind lead back; those ahead are reached by going on. */
export function stepList(current: SetupStep, connection?: Pick<Connection, "id">): Html {
  const at = setupSteps.findIndex(({ name }) => name === current);
  return html`<ol class="steps" aria-label="Steps">
    ${setupSteps.map(({ name, title }, index) => {
      const isDone = index < at;
      const label = html`<i>${isDone ? "✓" : index + 1}</i>${title}`;
      return html`<li
        class="${isDone ? "done" : ""}"
        ${index === at ? raw('aria-current="step"') : nothing}
      >
        ${isDone && connection ? html`<a href="${setupPath(connection, name)}${name === "mapping" ? "?kept=1" : ""}">${label}</a>` : html`<span>${label}</span>`}
      </li>`;
    })}
  </ol>`;
}

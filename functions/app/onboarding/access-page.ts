import { html } from "hono/html";

import type { HubError } from "#shared/errors.ts";
import type { Connector } from "#shared/kit/connector.ts";
import type { Connection } from "#shared/model/connection.ts";

import { settingsInputs } from "../connections/settings-inputs.ts";
import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { hidden } from "../page/parts.ts";
import { isCredential, stepOf } from "./setup-fields.ts";
import { setupPage, setupPath } from "./setup-frame.ts";

interface AccessPage {
  readonly connection: Connection;
  readonly connector: Connector;
  readonly values: Readonly<Record<string, unknown>>;
  readonly problem: HubError | undefined;
}

/** Going back to the credentials of a draft: other ones, or the consent once more. */
export function accessPage({ connection, connector, values, problem }: AccessPage): Html {
  return setupPage({
    connection,
    connectorTitle: connector.title,
    step: "access",
    title: "The credentials",
    intro: "They are tried again before they are kept.",
    problem,
    body: html`<div class="stack">
      ${connection.grantId === undefined ? nothing : consentAgain(connector, connection.grantId)}
      <form class="card" method="post" action="${setupPath(connection, "access")}">
        <div class="field">
          <label for="name">Name</label>
          <p class="hint">What people here will call it.</p>
          <input id="name" name="name" maxlength="80" required value="${connection.name}" />
        </div>
        ${connection.grantId === undefined ? accessInputs(connector, { values, issues: problem?.issues ?? [], keepsSecrets: true }) : nothing}
        <p class="actions"><button class="primary">Try them and go on</button></p>
      </form>
    </div>`,
  });
}

/** The fields of the first step: credentials open, what few need folded away. */
export function accessInputs(
  connector: Connector,
  state: Parameters<typeof settingsInputs>[1],
): Html {
  const step = stepOf(connector);
  const special = settingsInputs(connector, state, ({ name }) => step(name) === "special");
  const hasSpecial = Object.keys(connector.settings.shape).some((name) => step(name) === "special");
  const access = settingsInputs(
    connector,
    { ...state, ...(connector.oauth && { isNeeded: isCredential }) },
    ({ name }) => step(name) === "access",
  );
  return html`${access}
  ${
    hasSpecial
      ? html`<details class="field">
          <summary>Only in special cases</summary>
          ${special}
        </details>`
      : nothing
  }`;
}

function consentAgain({ name, title }: Connector, grantId: string): Html {
  return html`<form class="card stack" method="post" action="/connectors/${name}/consents">
    ${hidden({ grantId })}
    <p>It rests on a consent that you gave at ${title}.</p>
    <p><button>Consent again</button></p>
  </form>`;
}

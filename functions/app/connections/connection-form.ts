import { html, raw } from "hono/html";

import type { InputIssue } from "#shared/errors.ts";
import type { Connector } from "#shared/kit/connector.ts";
import { secretFields } from "#shared/kit/connector.ts";

import type { Html } from "../page/html.ts";
import { nothing } from "../page/html.ts";
import { settingsInputs } from "./settings-inputs.ts";

/** What a refused form shows again: what was typed (but secrets), and what was wrong with it. */
export interface Refused {
  readonly message: string;
  readonly issues: readonly InputIssue[];
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

interface FormParts {
  readonly refused: Refused | undefined;
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly keepsSecrets: boolean;
  /** The inputs of the settings; absent: one for each. */
  readonly inputs?: (connector: Connector, state: Parameters<typeof settingsInputs>[1]) => Html;
}

/** Name and settings of a connection, with what was wrong with them. */
export function connectionForm(
  connector: Connector,
  { refused, name, values, keepsSecrets, inputs = settingsInputs }: FormParts,
): Html {
  const issues = refused?.issues ?? [];
  const nameIssue = issues.find(({ path }) => path === "name");
  const typesAgain = secretFields(connector).length > 0 && !keepsSecrets;
  return html`${refused ? refusal(refused.message, typesAgain) : nothing}
    <div class="field">
      <label for="name">Name</label>
      <p class="hint">What people here will call it.</p>
      <input
        id="name"
        name="name"
        maxlength="80"
        required
        value="${refused?.name ?? name}"
        ${nameIssue ? raw('aria-invalid="true"') : nothing}
      />${nameIssue ? html`<p class="error">${nameIssue.message}</p>` : nothing}
    </div>
    ${inputs(connector, { values: refused?.values ?? values, issues, keepsSecrets })}`;
}

function refusal(message: string, typesAgain: boolean): Html {
  return html`<p class="notice bad" role="alert">
    ${typesAgain ? `${message.replace(/[.\s]*$/u, ".")} Type the secrets again.` : message}
  </p>`;
}

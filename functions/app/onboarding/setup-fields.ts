import type { Connector } from "#shared/kit/connector.ts";
import { webhookSecretField } from "#shared/kit/connector.ts";

import type { SettingsField } from "../connections/settings-form.ts";
import { settingsFields } from "../connections/settings-form.ts";

/**
 * Where a setting is asked for while a connection is set up: with the credentials, folded away beside
 * them because few need it, or when everything is understood well enough to say how to read it.
 */
type Step = "access" | "special" | "mapping";

/** The step of each field; a connector may say so itself (`meta({ step })`), else its form tells. */
export function stepOf(connector: Pick<Connector, "settings" | "oauth">): (name: string) => Step {
  const fields = settingsFields(connector);
  const steps = new Map(fields.map((field) => [field.name, guess(field)]));
  const isAsked = fields.some(({ name, isRequired }) => isRequired && steps.get(name) === "access");
  // Where no field stands for the way in, there is nothing to go by, and all is asked for at once.
  if (!isAsked && !connector.oauth) return () => "access";
  return (name) => steps.get(name) ?? "mapping";
}

function guess({ name, step, isSecret, isRequired, input }: SettingsField): Step {
  if (step !== undefined) return step;
  if (name === webhookSecretField) return "special";
  if (isSecret) return "access";
  if (input.kind === "lines" || input.kind === "json" || input.kind === "check") return "mapping";
  if (isRequired || isOfAccount(input)) return "access";
  return input.kind === "text" && input.type === "url" ? "special" : "mapping";
}

/** Who signs in, and until when. */
function isOfAccount(input: SettingsField["input"]): boolean {
  return input.kind === "text" && (input.type === "email" || input.type === "date");
}

/** What a connector can do without where somebody consents, but not where credentials are typed in. */
export function isCredential({ isSecret, input }: SettingsField): boolean {
  return isSecret || (input.kind === "text" && input.type === "email");
}

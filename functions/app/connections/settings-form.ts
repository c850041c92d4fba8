import * as z from "zod";

import type { Connector } from "#shared/kit/connector.ts";

/** One field of a settings form, as the connector's schema describes it. */
export interface SettingsField {
  readonly name: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly isSecret: boolean;
  /** An address that people open and that nothing is ever sent to. */
  readonly isOnlyShown: boolean;
  readonly isRequired: boolean;
  readonly fallback: unknown;
  /** Where a connector wants it asked for while a connection is set up. */
  readonly step: "access" | "special" | "mapping" | undefined;
  readonly input:
    | { readonly kind: "text"; readonly type: "text" | "url" | "email" | "number" | "date" }
    | { readonly kind: "choice"; readonly choices: readonly string[] }
    | { readonly kind: "check" }
    | { readonly kind: "lines" }
    | { readonly kind: "json" };
}

const Property = z.looseObject({
  type: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  secret: z.boolean().optional(),
  onlyShown: z.boolean().optional(),
  format: z.string().optional(),
  step: z.enum(["access", "special", "mapping"]).optional(),
  enum: z.array(z.unknown()).optional(),
  items: z.looseObject({ type: z.string().optional() }).optional(),
  default: z.unknown().optional(),
});
type Property = z.infer<typeof Property>;

const SettingsSchema = z.looseObject({
  properties: z.record(z.string(), Property).default({}),
  required: z.array(z.string()).default([]),
});

export function settingsFields(connector: Pick<Connector, "settings">): readonly SettingsField[] {
  const schema = SettingsSchema.parse(z.toJSONSchema(connector.settings, { io: "input" }));
  return Object.entries(schema.properties).map(([name, property]) => ({
    name,
    title: property.title ?? name,
    description: property.description,
    isSecret: property.secret === true,
    isOnlyShown: property.onlyShown === true,
    isRequired: schema.required.includes(name),
    fallback: property.default,
    step: property.step,
    input: inputOf(property),
  }));
}

function inputOf({ type, format, items, enum: choices }: Property): SettingsField["input"] {
  if (choices) return { kind: "choice", choices: choices.map(String) };
  if (type === "boolean") return { kind: "check" };
  if (type === "integer" || type === "number") return { kind: "text", type: "number" };
  if (type === "array" && items?.type === "string") return { kind: "lines" };
  if (type !== "string") return { kind: "json" };
  if (format === "uri") return { kind: "text", type: "url" };
  return { kind: "text", type: format === "email" || format === "date" ? format : "text" };
}

/** What the form sent, as the schema's own types; what cannot be read stays text for the schema to refuse. */
export function readSettings(
  connector: Connector,
  form: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const field of settingsFields(connector)) {
    const text = form[`settings.${field.name}`]?.trim();
    if (field.input.kind === "check") settings[field.name] = text === "on";
    else if (text !== undefined && text !== "") settings[field.name] = readField(field, text);
  }
  return settings;
}

function readField({ input }: SettingsField, text: string): unknown {
  switch (input.kind) {
    case "text":
      return input.type === "number" && !Number.isNaN(Number(text)) ? Number(text) : text;
    case "lines":
      return text
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "");
    case "json":
      return readJson(text);
    case "choice":
    case "check":
      return text;
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

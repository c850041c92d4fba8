import { createHash } from "node:crypto";

import * as z from "zod";

import type { Instant } from "#shared/model/time.ts";
import { RefusedOperation } from "#shared/testing/simulator/control.ts";

import { ConsentOperation } from "./consents.ts";
import { defined } from "./defined.ts";
import { EmployeeOperation, applyToEmployees } from "./employee-operations.ts";
import type { BambooEffect } from "./employee-operations.ts";
import type { BambooState } from "./state.ts";

/** What accounts may see from now on. */
const SightOperation = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("hide"),
    fields: z.array(z.string()).default([]),
    employees: z.array(z.string()).default([]),
    tables: z.array(z.string()).default([]),
  }),
  /** The same for some employees only: access levels go by groups of them. */
  z.strictObject({
    kind: z.literal("hideOf"),
    employees: z.array(z.string()),
    fields: z.array(z.string()),
  }),
  /** The account of this key loses its access; its webhooks fall silent. */
  z.strictObject({ kind: z.literal("dismissAccount"), apiKey: z.string() }),
]);
type SightOperation = z.infer<typeof SightOperation>;

const WebhookOperation = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("registerWebhook"),
    name: z.string(),
    url: z.url(),
    events: z.array(z.string()),
    monitorFields: z.array(z.string()),
    postFields: z.record(z.string(), z.string()),
    format: z.string(),
    /** Absent: the seed's own account. */
    owner: z.string().optional(),
  }),
  /** Somebody changes it in BambooHR. */
  z.strictObject({
    kind: z.literal("alterWebhook"),
    id: z.string(),
    events: z.array(z.string()).optional(),
    monitorFields: z.array(z.string()).optional(),
  }),
  z.strictObject({ kind: z.literal("deleteWebhook"), id: z.string() }),
]);
type WebhookOperation = z.infer<typeof WebhookOperation>;

/** Everything that can change a simulated BambooHR. */
export const BambooOperation = z.discriminatedUnion("kind", [
  ...EmployeeOperation.options,
  ...SightOperation.options,
  ...WebhookOperation.options,
  ...ConsentOperation.options,
]);
export type BambooOperation = z.infer<typeof BambooOperation>;

/** Performs one operation; throws `RefusedOperation` with the state untouched. */
export function applyOperation(
  state: BambooState,
  operation: BambooOperation,
  at: Instant,
): BambooEffect {
  switch (operation.kind) {
    case "hide":
    case "hideOf":
    case "dismissAccount":
      applySight(state, operation);
      return { id: "", events: [] };
    case "registerWebhook":
    case "alterWebhook":
    case "deleteWebhook":
      return { id: applyToWebhooks(state, operation, at), events: [] };
    case "authorizeApp":
    case "redeemCode":
    case "refreshAccess":
    case "revokeConsents":
      state.consents.apply(operation, at);
      return { id: "", events: [] };
    default:
      return applyToEmployees(state, operation, at);
  }
}

function applySight(state: BambooState, operation: SightOperation): void {
  switch (operation.kind) {
    case "hide":
      for (const field of operation.fields) state.hiddenFields.add(field);
      for (const id of operation.employees) state.hiddenEmployees.add(id);
      for (const table of operation.tables) state.hiddenTables.add(table);
      return;
    case "hideOf":
      for (const id of operation.employees) state.hiddenOf.set(id, new Set(operation.fields));
      return;
    case "dismissAccount":
      state.dismissed.add(operation.apiKey);
      return;
    default:
      operation satisfies never;
  }
}

/** The id of the webhook. */
function applyToWebhooks(state: BambooState, operation: WebhookOperation, at: Instant): string {
  if (operation.kind === "registerWebhook") {
    const { kind: _kind, owner = state.seed.apiKey, ...made } = operation;
    const id = state.nextId();
    // From the id and the moment, so that replay makes the same key.
    const privateKey = createHash("md5").update(`${id} ${at} ${made.url}`).digest("hex");
    state.webhooks.set(id, { id, ...made, owner, privateKey, created: at });
    return id;
  }
  const { kind, id, ...altered } = operation;
  const webhook = state.webhooks.get(id);
  if (!webhook) throw new RefusedOperation("no such webhook");
  if (kind === "deleteWebhook") state.webhooks.delete(id);
  else state.webhooks.set(id, { ...webhook, ...defined(altered) });
  return id;
}

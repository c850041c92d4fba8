import { dayMs, epochMsOf, instantOf } from "#shared/model/time.ts";

import type { DynamicWebhook } from "../entities.ts";
import type { Done, Moment } from "../moment.ts";
import { Refusal } from "../refusal.ts";
import type { DynamicWebhookOperation } from "./dynamic-webhook-operation.ts";
import { livingWebhooks } from "./match-dynamic.ts";

// https://developer.atlassian.com/cloud/jira/platform/webhooks/, 2026-11.
const lifeMs = 30 * dayMs;
const perAppAndUserMax = 5;

export function applyDynamicWebhookOperation(
  moment: Moment,
  operation: DynamicWebhookOperation,
): Done {
  const { state, at } = moment;
  const expiresAt = instantOf(epochMsOf(at) + lifeMs);
  if (operation.kind === "registerDynamicWebhook") return register(moment, operation, expiresAt);
  if (operation.kind === "expireDynamicWebhooks") {
    for (const webhook of state.dynamicWebhooks.values()) webhook.expiresAt = at;
    return { result: {}, events: [] };
  }
  const own = livingWebhooks(state, at).filter(
    (each) => isOf(each, operation) && operation.ids.includes(each.id),
  );
  for (const webhook of own) {
    if (operation.kind === "deleteDynamicWebhooks") state.dynamicWebhooks.delete(webhook.id);
    else webhook.expiresAt = expiresAt;
  }
  return { result: { count: own.length, expirationDate: epochMsOf(expiresAt) }, events: [] };
}

function register(
  { state, at }: Moment,
  operation: Extract<DynamicWebhookOperation, { kind: "registerDynamicWebhook" }>,
  expiresAt: DynamicWebhook["expiresAt"],
): Done {
  const { clientId, accountId, url, events, jqlFilter } = operation;
  const living = livingWebhooks(state, at);
  const other = living.find((each) => each.clientId === clientId && each.url !== url);
  if (other) {
    throw new Refusal(
      400,
      `Only a single URL per app is allowed to be registered via REST API. Currently used URL is ${other.url}`,
    );
  }
  if (living.filter((each) => isOf(each, operation)).length >= perAppAndUserMax) {
    throw new Refusal(400, `The app may have at most ${perAppAndUserMax} webhooks per user.`);
  }
  const id = Number(state.nextId());
  const { fieldIdsFilter, issuePropertyKeysFilter } = operation;
  const filters = { jqlFilter, fieldIdsFilter, issuePropertyKeysFilter };
  state.dynamicWebhooks.set(id, { id, clientId, accountId, url, events, ...filters, expiresAt });
  return { result: { id }, events: [] };
}

function isOf(
  webhook: DynamicWebhook,
  owner: { readonly clientId: string; readonly accountId: string },
): boolean {
  return webhook.clientId === owner.clientId && webhook.accountId === owner.accountId;
}

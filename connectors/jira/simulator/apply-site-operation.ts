import type { Done, Moment } from "./moment.ts";
import type { JiraOperation } from "./operation.ts";
import { Refusal } from "./refusal.ts";

type SiteOperation = Extract<
  JiraOperation,
  { kind: "updateUser" | "registerWebhook" | "removeWebhook" | "expirePageTokens" }
>;

/** Users, webhook registrations and page tokens; none of these tells anybody. */
export function applySiteOperation(moment: Moment, operation: SiteOperation): Done {
  const { state, at, actorId } = moment;
  if (operation.kind === "updateUser") {
    const user = state.users.get(operation.accountId);
    if (!user) throw new Refusal(404, `There is no user ${operation.accountId}.`);
    const { active = user.active, displayName = user.displayName } = operation;
    const { timeZone = user.timeZone } = operation;
    state.users.set(user.accountId, { ...user, active, displayName, timeZone });
    return { result: { accountId: user.accountId }, events: [] };
  }
  if (operation.kind === "expirePageTokens") {
    state.pageTokens.endAll();
    return { result: {}, events: [] };
  }
  if (operation.kind === "registerWebhook") {
    const { name, url, events, secret, filter, excludeBody } = operation;
    const id = state.nextId();
    const rest = { excludeBody, lastUpdated: at, lastUpdatedUserId: actorId };
    state.webhooks.set(id, { id, name, url, events, secret, filter, ...rest });
    return { result: { id }, events: [] };
  }
  if (!state.webhooks.delete(operation.id)) throw new Refusal(404, "There is no such webhook.");
  return { result: { id: operation.id }, events: [] };
}

import type { Instant } from "#shared/model/time.ts";

import { applyIssueOperation, type IssueOperation } from "./apply-issue-operation.ts";
import { applyLinkOperation, type LinkOperation } from "./apply-link-operation.ts";
import { applySiteOperation } from "./apply-site-operation.ts";
import { applyDynamicWebhookOperation } from "./dynamic-webhooks/apply-dynamic-webhook-operation.ts";
import type { Done, Moment } from "./moment.ts";
import { applyOAuthOperation } from "./oauth/apply-oauth-operation.ts";
import type { JiraOperation } from "./operation.ts";
import type { JiraState } from "./state.ts";

/** What was done, by whom and when. */
export interface Effect extends Done {
  readonly actorId: string;
  readonly at: Instant;
}

/** Changes the site. Throws `Refusal`, with the site untouched, on what Jira would refuse. */
export function applyOperation(state: JiraState, operation: JiraOperation, at: Instant): Effect {
  const actorId = operation.actorId ?? state.users.keys().next().value ?? "";
  return { ...dispatch({ state, at, actorId }, operation), actorId, at };
}

/** What is about issues. */
type ContentOperation = IssueOperation | LinkOperation;

function dispatch(moment: Moment, operation: JiraOperation): Done {
  switch (operation.kind) {
    case "createIssue":
    case "updateIssue":
    case "transitionIssue":
    case "deleteIssue":
    case "moveIssue":
      return applyIssueOperation(moment, operation);
    case "linkIssues":
    case "unlinkIssues":
    case "putRemoteLink":
      return applyLinkOperation(moment, operation);
    default:
      return dispatchRest(moment, operation);
  }
}

/** What is about the site and those who use it. */
function dispatchRest(moment: Moment, operation: Exclude<JiraOperation, ContentOperation>): Done {
  switch (operation.kind) {
    case "updateUser":
    case "registerWebhook":
    case "removeWebhook":
      return applySiteOperation(moment, operation);
    case "registerDynamicWebhook":
    case "refreshDynamicWebhooks":
    case "deleteDynamicWebhooks":
    case "expireDynamicWebhooks":
      return applyDynamicWebhookOperation(moment, operation);
    default:
      return applyOAuthOperation(moment, operation);
  }
}

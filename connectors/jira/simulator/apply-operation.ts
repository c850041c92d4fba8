import type { Instant } from "#shared/model/time.ts";

import type { AnnotationOperation } from "./annotation-operation.ts";
import { applyAnnotationOperation } from "./apply-annotation-operation.ts";
import { applyIssueOperation, type IssueOperation } from "./apply-issue-operation.ts";
import { applyLinkOperation, type LinkOperation } from "./apply-link-operation.ts";
import { applyProjectOperation } from "./apply-project-operation.ts";
import { applySiteOperation } from "./apply-site-operation.ts";
import { applyDynamicWebhookOperation } from "./dynamic-webhooks/apply-dynamic-webhook-operation.ts";
import type { Done, Moment } from "./moment.ts";
import { applyOAuthOperation } from "./oauth/apply-oauth-operation.ts";
import type { OAuthOperation } from "./oauth/oauth-operation.ts";
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
type ContentOperation = IssueOperation | LinkOperation | AnnotationOperation;

function dispatch(moment: Moment, operation: JiraOperation): Done {
  switch (operation.kind) {
    case "linkIssues":
    case "unlinkIssues":
      return applyLinkOperation(moment, operation);
    case "putRemoteLink":
    case "deleteRemoteLink":
    case "putComment":
    case "deleteComment":
    case "setEntityProperty":
    case "deleteEntityProperty":
      return applyAnnotationOperation(moment, operation);
    default:
      return isAboutIssue(operation)
        ? applyIssueOperation(moment, operation)
        : dispatchRest(moment, operation);
  }
}

/** True exactly of the operations whose names end so. */
function isAboutIssue(operation: { readonly kind: string }): operation is IssueOperation {
  return operation.kind.endsWith("Issue");
}

/** What is about the site and those who use it. */
function dispatchRest(moment: Moment, operation: Exclude<JiraOperation, ContentOperation>): Done {
  switch (operation.kind) {
    case "updateUser":
    case "registerWebhook":
    case "removeWebhook":
    case "expirePageTokens":
      return applySiteOperation(moment, operation);
    case "registerDynamicWebhook":
    case "refreshDynamicWebhooks":
    case "deleteDynamicWebhooks":
    case "expireDynamicWebhooks":
      return applyDynamicWebhookOperation(moment, operation);
    default:
      return isOAuth(operation)
        ? applyOAuthOperation(moment, operation)
        : applyProjectOperation(moment, operation);
  }
}

const oauthKinds: ReadonlySet<string> = new Set<OAuthOperation["kind"]>([
  "grantConsent",
  "exchangeCode",
  "refreshGrant",
  "revokeGrant",
  "revokeToken",
  "expireTokens",
]);

function isOAuth(operation: { readonly kind: string }): operation is OAuthOperation {
  return oauthKinds.has(operation.kind);
}

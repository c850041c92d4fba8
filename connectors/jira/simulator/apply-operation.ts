import type { Instant } from "#shared/model/time.ts";

import { applyIssueOperation } from "./apply-issue-operation.ts";
import { applyLinkOperation } from "./apply-link-operation.ts";
import { applySiteOperation } from "./apply-site-operation.ts";
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
    case "updateUser":
    case "registerWebhook":
    case "removeWebhook":
      return applySiteOperation(moment, operation);
    default:
      return applyOAuthOperation(moment, operation);
  }
}

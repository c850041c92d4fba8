import type { NotifierContext } from "#shared/kit/notifier-context.ts";
import type { Message, Notifier, SendOutcome } from "#shared/kit/notifier.ts";
import { outcomeOfResult, probeFailure } from "#shared/kit/outbound-outcome.ts";
import type { OutboundResult } from "#shared/ports/outbound.ts";

import { emptyPayload, renderPayload } from "./render.ts";
import type { TeamsSettings } from "./settings.ts";

/** A workflow's trigger answers before the workflow runs. */
const timeoutMs = 15_000;
const name = "The Teams workflow";

/**
 * Posts to the webhook of a Teams workflow. It takes no idempotency key, so that a message whose answer
 * was lost is not sent again. "Sent" means that the workflow was started: it may still fail in Teams, of
 * which only its run history tells.
 */
export function createTeamsNotifier(settings: TeamsSettings, context: NotifierContext): Notifier {
  const post = (body: string): Promise<OutboundResult> =>
    context.outbound.post({
      url: settings.webhookUrl,
      headers: { "content-type": "application/json; charset=utf-8" },
      body,
      timeoutMs,
    });
  return {
    async send(message: Message) {
      return outcomeOf(await post(renderPayload(message)));
    },

    /** Starts the workflow with a message of no cards: it has nothing to post, and nobody sees anything. */
    async probe() {
      const failure = probeFailure(await post(emptyPayload), name);
      if (failure) throw failure;
      return { identity: `${settings.channel ?? "a channel"} of Microsoft Teams` };
    },
  };
}

/**
 * A workflow that was deleted, or switched off, takes nothing any more
 * (https://learn.microsoft.com/azure/logic-apps/logic-apps-http-endpoint, 2026-11).
 */
const reasons: Readonly<Record<string, string>> = {
  WorkflowNotFound: "The Teams workflow was deleted: make a new one and give its URL",
  WorkflowTriggerIsNotEnabled: "The Teams workflow is switched off: switch it on in Workflows",
  DirectApiAuthorizationRequired: "The URL of the Teams workflow is incomplete: copy it again",
  AuthorizationFailed: "The URL of the Teams workflow is not valid any more: copy it again",
};

function outcomeOf(result: OutboundResult): SendOutcome {
  const outcome = outcomeOfResult(result, name);
  if (outcome.outcome !== "refused" || result.outcome !== "answered") return outcome;
  const code = Object.keys(reasons).find((each) => result.body.includes(`"${each}"`));
  return {
    ...outcome,
    ...(code !== undefined && { reason: reasons[code] ?? outcome.reason }),
    ...(code === "WorkflowNotFound" && { isGone: true }),
  };
}

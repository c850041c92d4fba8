import { HubError } from "#shared/errors.ts";
import type { WorkItemId } from "#shared/model/ids.ts";
import { isIdOf } from "#shared/model/ids.ts";

import type { Message, Notifier, SendOutcome } from "./notifier.ts";
import { retryDefaultMs } from "./outbound-outcome.ts";
import { cutText, plainText, unlinked, webUrl } from "./plain-text.ts";

/** A comment in plain text: whole lines, none of which may become a link, a mention or markup. */
export interface ItemComment {
  readonly lines: readonly string[];
  /** The one link that it has, to the alert's page in the hub. */
  readonly url: string;
}

/** Comments of ours on items of a tool. Every method throws only `HubError`. */
export interface ItemComments {
  /** Adds one and answers by what it is found again. Not idempotent. */
  add(itemId: WorkItemId, comment: ItemComment): Promise<string>;
  /** Puts this in the place of what it said; harmless to repeat. */
  edit(receipt: string, comment: ItemComment): Promise<void>;
}

const titleMax = 300;
const lineMax = 1000;

/** A channel whose messages are comments on what they are about; anything else is refused. */
export function commentNotifier(comments: ItemComments, identity: string): Notifier {
  return {
    async send(message) {
      const { subjectId } = message;
      if (subjectId === undefined || !isIdOf("work-item", subjectId)) {
        return { outcome: "refused", reason: "It is not about one work item of this tool" };
      }
      return outcomeOf(async () => comments.add(subjectId, commentOf(message)));
    },
    async update(receipt, message) {
      const outcome = await outcomeOf(async () => {
        await comments.edit(receipt, commentOf(message));
        return receipt;
      });
      return outcome.outcome === "uncertain"
        ? { outcome: "retry", afterMs: retryDefaultMs, reason: outcome.reason }
        : outcome;
    },
    probe: async () => ({ identity }),
  };
}

/** What it says: what was found and what to do, or that it is over. Nobody is named by us. */
export function commentOf(message: Message): ItemComment {
  const { title, sentence, nextStep, standing, reason, url } = message;
  const isOver = reason === "resolved";
  const lines = [
    standing === undefined ? title : `${standing} – ${title}`,
    ...(isOver ? [] : [sentence, nextStep === "" ? "" : `Next step: ${nextStep}`]),
  ];
  return {
    lines: lines
      .map((line, at) => unlinked(cutText(plainText(line), at === 0 ? titleMax : lineMax)))
      .filter((line) => line !== ""),
    url: webUrl(url) ?? "",
  };
}

async function outcomeOf(act: () => Promise<string>): Promise<SendOutcome> {
  try {
    return { outcome: "sent", receipt: await act() };
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return outcomeOfFailure(error);
  }
}

/** Failures before anything of a request was sent. */
const unsent: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/**
 * What a failed call means for a comment. Never that the channel is gone: it is a connection that reads,
 * whose own health says so.
 */
function outcomeOfFailure({ code, message: reason, details, retryAfterMs }: HubError): SendOutcome {
  const again = { outcome: "retry", afterMs: retryAfterMs ?? retryDefaultMs, reason } as const;
  switch (code) {
    case "connector.rate-limited":
      return again;
    case "connector.unavailable": {
      // Without a status the answer was lost; a gateway without an answer does not know.
      const { status } = details;
      const isLost = status === undefined || status === 502 || status === 504;
      return isLost ? { outcome: "uncertain", reason } : again;
    }
    case "connector.unreachable": {
      const isUnsent = details["reason"] === undefined || unsent.has(details["reason"]);
      return isUnsent ? again : { outcome: "uncertain", reason };
    }
    case "connector.drifted":
      return { outcome: "uncertain", reason };
    default:
      return { outcome: "refused", reason };
  }
}

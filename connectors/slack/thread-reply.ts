import * as z from "zod";

import { section } from "./blocks.ts";
import { asRepeatable } from "./errors.ts";
import type { Failed } from "./errors.ts";
import type { Shown } from "./receipt.ts";
import type { Bot } from "./web-api.ts";
import { callSlack } from "./web-api.ts";

const Answered = z.looseObject({});
const mark = "white_check_mark";

/**
 * Answers below a message, at most once however often it is asked to. The bot's own reaction to the message
 * is the claim: Slack lets it be added once (`already_reacted`), so that whoever added it may answer.
 * `text` is mrkdwn. Gives what failed where another try makes sense.
 */
export async function replyOnce(
  bot: Bot,
  { channel, ts }: Shown,
  text: string,
): Promise<Failed | undefined> {
  const reaction = { channel, timestamp: ts, name: mark };
  const claimed = await callSlack(bot, {
    method: "reactions.add",
    args: reaction,
    schema: Answered,
  });
  // Refused: somebody answered before, or the app may not react; the message itself says it all the same.
  if (!claimed.isOk) return retryOf(asRepeatable(claimed.failed));
  const replied = await callSlack(bot, {
    method: "chat.postMessage",
    args: { channel, thread_ts: ts, parse: "none", text, blocks: [section(text)] },
    schema: Answered,
  });
  // Of an answer that was lost nobody knows: it is not said again.
  if (replied.isOk || replied.failed.outcome !== "retry") return undefined;
  const released = await callSlack(bot, {
    method: "reactions.remove",
    args: reaction,
    schema: Answered,
  });
  return released.isOk ? replied.failed : undefined;
}

function retryOf(failed: Failed): Failed | undefined {
  return failed.outcome === "retry" ? failed : undefined;
}

import * as z from "zod";

import type { Message, MessageTarget, Notifier, SendOutcome } from "#shared/kit/notifier.ts";

import { probeBot } from "./bot-probe.ts";
import { asRepeatable } from "./errors.ts";
import type { Failed } from "./errors.ts";
import { link } from "./escape.ts";
import { readReceipt, receiptOf } from "./receipt.ts";
import type { Shown } from "./receipt.ts";
import { isOver, renderMessage } from "./render.ts";
import { showsButtons } from "./settings.ts";
import { replyOnce } from "./thread-reply.ts";
import type { Bot } from "./web-api.ts";
import { callSlack } from "./web-api.ts";

const Posted = z.looseObject({ channel: z.string(), ts: z.string() });
const FoundUser = z.looseObject({ user: z.looseObject({ id: z.string() }) });
const Opened = z.looseObject({ channel: z.looseObject({ id: z.string() }) });

/**
 * Posts as an app's bot: to the channel, or to one person found by their work address. Its messages are
 * changed in place; once all is over a reply in their thread says so, to whoever follows it.
 */
export function createBotNotifier(bot: Bot): Notifier {
  const hasButtons = showsButtons(bot);
  return {
    async send(message: Message, target?: MessageTarget): Promise<SendOutcome> {
      const isPerson = target?.kind === "person";
      const place = isPerson ? await openConversation(bot, target.workEmail) : bot.channelId;
      if (typeof place !== "string") return place;
      const posted = await callSlack(bot, {
        method: "chat.postMessage",
        // Slack must not look for links and names by itself, whatever the workspace's default is.
        args: { channel: place, parse: "none", ...renderMessage(message, { hasButtons }) },
        schema: Posted,
        isPerson,
      });
      return posted.isOk ? { outcome: "sent", receipt: receiptOf(posted.data) } : posted.failed;
    },

    async update(receipt, message, target): Promise<SendOutcome> {
      const shown = readReceipt(receipt);
      if (!shown) return { outcome: "refused", reason: "It is not known where it was shown" };
      const isPerson = target?.kind === "person";
      const { text, blocks } = renderMessage(message, { hasButtons });
      const updated = await callSlack(bot, {
        method: "chat.update",
        args: { ...shown, parse: "none", text, blocks },
        schema: Posted,
        isPerson,
      });
      if (!updated.isOk) return asRepeatable(updated.failed);
      return isOver(message) ? sayOver(bot, shown, message) : { outcome: "sent", receipt };
    },

    probe: () => probeBot(bot),
  };
}

async function sayOver(bot: Bot, shown: Shown, message: Message): Promise<SendOutcome> {
  const failed = await replyOnce(bot, shown, link(message.url, message.standing ?? "Resolved"));
  return failed ?? { outcome: "sent", receipt: receiptOf(shown) };
}

/** The direct messages with somebody; looking and opening bother nobody and may be repeated. */
async function openConversation(bot: Bot, workEmail: string): Promise<string | Failed> {
  const found = await callSlack(bot, {
    method: "users.lookupByEmail",
    args: { email: workEmail },
    schema: FoundUser,
    isPerson: true,
  });
  if (!found.isOk) return asRepeatable(found.failed);
  const opened = await callSlack(bot, {
    method: "conversations.open",
    args: { users: found.data.user.id },
    schema: Opened,
    isPerson: true,
  });
  return opened.isOk ? opened.data.channel.id : asRepeatable(opened.failed);
}

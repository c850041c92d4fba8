import type { NotifierContext } from "#shared/kit/notifier-context.ts";
import type { Message, MessageTarget, Notifier, SendOutcome } from "#shared/kit/notifier.ts";

import { compose } from "./compose.ts";
import type { Recipient } from "./compose.ts";
import { outcomeOfCloudMail, outcomeOfSmtp, probeFailureOf } from "./outcomes.ts";
import { asciiAddress, MailAddress } from "./settings.ts";
import type { EmailSettings } from "./settings.ts";
import { greetSmtp, sendBySmtp } from "./smtp.ts";

/**
 * Writes to people at their work address, and to the one list of the settings. Mail knows no idempotency
 * key that holds everywhere: what may have been sent is not sent again.
 */
export function createEmailNotifier(settings: EmailSettings, context: NotifierContext): Notifier {
  return {
    async send(
      message: Message,
      target: MessageTarget = { kind: "channel" },
    ): Promise<SendOutcome> {
      const to = recipientOf(target, settings);
      if (to === undefined) {
        const reason =
          target.kind === "channel"
            ? "No address of a list is given in the settings of this connection"
            : "The work address of this person is none that mail can be sent to";
        return { outcome: "refused", reason };
      }
      const { messageId, raw } = await compose(message, {
        settings,
        to,
        nowMs: context.clock.nowMs(),
      });
      const mail = { from: asciiAddress(settings.from), to: asciiAddress(to.address), raw };
      if (settings.transport === "ses") return sendBySes(context, mail, messageId);
      try {
        await sendBySmtp(settings, mail);
        return { outcome: "sent", receipt: messageId };
      } catch (error) {
        return outcomeOfSmtp(error);
      }
    },

    /** Connects and logs in to the mail server. Amazon SES is not asked: only a mail shows what it takes. */
    async probe() {
      if (settings.transport === "ses") return { identity: `${settings.from} through Amazon SES` };
      try {
        await greetSmtp(settings);
      } catch (error) {
        throw probeFailureOf(error);
      }
      return { identity: `${settings.from} through ${settings.host ?? ""}` };
    },
  };
}

async function sendBySes(
  { cloudMail }: NotifierContext,
  mail: { readonly from: string; readonly to: string; readonly raw: Buffer },
  receipt: string,
): Promise<SendOutcome> {
  if (!cloudMail) {
    return {
      outcome: "refused",
      reason: "Amazon SES is there for hubs that run on AWS: send through a mail server",
    };
  }
  return outcomeOfCloudMail(await cloudMail.send(mail), receipt);
}

function recipientOf(target: MessageTarget, { to }: EmailSettings): Recipient | undefined {
  if (target.kind === "channel") return to === undefined ? undefined : { address: to };
  const address = MailAddress.safeParse(target.workEmail);
  return address.success ? { address: address.data, name: target.name } : undefined;
}

import { createHash } from "node:crypto";

import MailComposer from "nodemailer/lib/mail-composer";

import type { Message } from "#shared/kit/notifier.ts";
import { cutText, plainText } from "#shared/kit/plain-text.ts";
import { jsDateOf } from "#shared/model/time.ts";

import { contentOf } from "./mail-content.ts";
import { renderHtml } from "./render-html.ts";
import { renderText } from "./render-text.ts";
import { asciiAddress } from "./settings.ts";
import type { EmailSettings } from "./settings.ts";
import { shownMax } from "./shown.ts";

/** A mail that is ready to be sent, the same for every transport. */
export interface Mail {
  readonly messageId: string;
  readonly raw: Buffer;
}

/** For whom: an address, with the name of a person. */
export interface Recipient {
  readonly address: string;
  readonly name?: string;
}

/**
 * The message as MIME, text and HTML. Headers say that a program sent it, so that no absence notice
 * answers, and how to be rid of it (RFC 3834, RFC 2369, RFC 8058).
 */
export async function compose(
  message: Message,
  { settings, to, nowMs }: { settings: EmailSettings; to: Recipient; nowMs: number },
): Promise<Mail> {
  const content = contentOf(message);
  const from = asciiAddress(settings.from);
  const domain = from.slice(from.lastIndexOf("@") + 1);
  const messageId = `<${digest(message.idempotencyKey)}@${domain}>`;
  const composer = new MailComposer({
    from: { name: inHeader(settings.fromName), address: from },
    to: { name: inHeader(to.name ?? ""), address: asciiAddress(to.address) },
    subject: inHeader(content.subject),
    messageId,
    date: jsDateOf(nowMs),
    headers: {
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
      Precedence: "bulk",
      "List-Id": { prepared: true, value: `<throughline.${domain}>` },
      ...threadHeaders(message, domain),
      ...unsubscribeHeaders(content.unsubscribeUrl),
    },
    text: renderText(content),
    html: renderHtml(content),
    // The content is ours alone: nothing of it is a file or an address to be read.
    disableFileAccess: true,
    disableUrlAccess: true,
    textEncoding: "base64",
  });
  return { messageId, raw: await composer.compile().build() };
}

/** A line of a mail has 998 bytes; and what looks like an encoded word would be shown as what it stands for. */
function inHeader(text: string): string {
  return cutText(plainText(text), shownMax.title).replaceAll("=?", "=\u200B?");
}

/** Mails about the same alert hang together under a first one that nobody ever sent. */
function threadHeaders({ kind = "alert", url }: Message, domain: string): Record<string, string> {
  if (kind !== "alert" && kind !== "group") return {};
  const root = `<thread.${digest(url)}@${domain}>`;
  return { References: root, "In-Reply-To": root };
}

function unsubscribeHeaders(url: string | undefined) {
  if (url === undefined) return {};
  return {
    "List-Unsubscribe": { prepared: true, value: `<${url}>` },
    // Mail services post to it by themselves, and only to https.
    ...(url.startsWith("https:") && { "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" }),
  };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 40);
}

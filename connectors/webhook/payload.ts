import type { Message } from "#shared/kit/notifier.ts";
import { cutText, webUrl } from "#shared/kit/plain-text.ts";

/**
 * What is posted. Text is as the hub knows it, unescaped: whoever shows it escapes it for where it is
 * shown. Addresses are http(s) ones only.
 */
export interface WebhookPayload {
  /** `alert.opened`, `group.resolved`, `digest.published`: what happened, by a stable name. */
  readonly type: string;
  /** When it happened, ISO 8601 UTC. */
  readonly timestamp: string;
  readonly data: WebhookData;
}

interface WebhookData {
  readonly severity: Message["severity"];
  readonly title: string;
  readonly sentence: string;
  readonly why: string;
  readonly nextStep: string;
  /** The page in the hub. */
  readonly url?: string;
  readonly path: readonly { role: string; id: string; label: string; url?: string }[];
  readonly rule?: string;
  readonly owner?: string;
  readonly because?: string;
  readonly freshness?: string;
  readonly standing?: string;
  readonly blindSpots?: readonly string[];
  readonly sections?: readonly {
    readonly title: string;
    readonly lines: readonly { readonly text: string; readonly url?: string }[];
    readonly more: number;
  }[];
  /** Something was left out or cut for size: the page has it all. */
  readonly isShortened?: true;
}

/** Below what the standard asks for: "payloads should be under 20 kB" (spec, 2026-11). */
export const payloadBytesMax = 20_000;

/** How much of a text and of a list is kept, tried in this order until the whole is small enough. */
const sizes = [
  { text: 2000, items: 100 },
  { text: 1000, items: 40 },
  { text: 400, items: 15 },
  { text: 150, items: 6 },
  { text: 60, items: 3 },
];
const unlimited = { text: Infinity, items: Infinity };
type Size = typeof unlimited;

/** The message as JSON of less than `payloadBytesMax` bytes. Pure. */
export function renderPayload(message: Message): string {
  const whole = JSON.stringify(payloadOf(message, unlimited));
  let body = whole;
  for (const size of sizes) {
    const payload = payloadOf(message, size);
    body = JSON.stringify(payload);
    if (body !== whole) {
      body = JSON.stringify({ ...payload, data: { ...payload.data, isShortened: true } });
    }
    if (Buffer.byteLength(body) < payloadBytesMax) break;
  }
  return body;
}

/** What happened, by name. Of several alerts in one, only that there is something to read. */
function typeOf({ kind = "alert", reason }: Message): string {
  return kind === "alert" || kind === "group" ? `${kind}.${reason}` : `${kind}.published`;
}

function payloadOf(message: Message, size: Size): WebhookPayload {
  const { severity, ruleTitle, owner, because, freshness, standing, blindSpots, sections } =
    message;
  const text = (value: string) => cutText(value, size.text);
  return {
    type: typeOf(message),
    timestamp: message.at,
    data: {
      severity,
      title: text(message.title),
      sentence: text(message.sentence),
      why: text(message.why),
      nextStep: text(message.nextStep),
      ...link(message.url),
      path: message.path.slice(0, size.items).map(({ id, role, label, url }) => ({
        role,
        id: cutText(id, 200),
        label: text(label),
        ...link(url),
      })),
      ...(ruleTitle !== undefined && { rule: text(ruleTitle) }),
      ...(owner !== undefined && { owner: text(owner) }),
      ...(because !== undefined && { because: text(because) }),
      ...(freshness !== undefined && { freshness: text(freshness) }),
      ...(standing !== undefined && { standing: text(standing) }),
      ...(blindSpots && { blindSpots: blindSpots.slice(0, size.items).map(text) }),
      ...(sections && { sections: sectionsOf(sections, size) }),
    },
  };
}

function sectionsOf(sections: NonNullable<Message["sections"]>, size: Size) {
  // All sections together keep so many lines: the first ones are the weightiest.
  let room = size.items;
  return sections.slice(0, size.items).map(({ title, lines, more = 0 }) => {
    const kept = lines.slice(0, room);
    room -= kept.length;
    return {
      title: cutText(title, size.text),
      lines: kept.map((line) => ({ text: cutText(line.text, size.text), ...link(line.url) })),
      more: more + lines.length - kept.length,
    };
  });
}

function link(url: string | undefined): { readonly url?: string } {
  const opened = webUrl(url);
  return opened === undefined ? {} : { url: opened };
}

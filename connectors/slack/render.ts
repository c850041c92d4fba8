import type { Message } from "#shared/kit/notifier.ts";

import { cut, escapeText, link } from "./escape.ts";

/** Limits of blocks (https://docs.slack.dev/reference/block-kit/blocks, 2026-11). */
const headerMax = 150;
const sectionMax = 3000;

interface PlainText {
  readonly type: "plain_text";
  readonly text: string;
  readonly emoji: false;
}

interface Markdown {
  readonly type: "mrkdwn";
  readonly text: string;
  /** Slack must not find links and names of its own in the text. */
  readonly verbatim: true;
}

type Block =
  | { readonly type: "header"; readonly text: PlainText }
  | { readonly type: "section"; readonly text: Markdown }
  | { readonly type: "context"; readonly elements: readonly Markdown[] };

export interface SlackPayload {
  /** What notifications and screen readers show. */
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

/** A message as Slack shows it: title, evidence, path, why, next step and the way to the hub. Pure. */
export function renderMessage(message: Message): SlackPayload {
  const isOver = message.reason === "resolved";
  const title = isOver ? `Resolved: ${message.title}` : message.title;
  return {
    text: cut(escapeText(title), sectionMax),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: "header", text: { type: "plain_text", text: cut(title, headerMax), emoji: false } },
      section(escapeText(message.sentence)),
      ...(message.path.length === 0 ? [] : [section(pathText(message.path))]),
      ...(isOver ? [] : adviceOf(message)),
      {
        type: "context",
        elements: [mrkdwn(`${link(message.url, "Open in Throughline")} · ${message.severity}`)],
      },
    ],
  };
}

function adviceOf({ why, nextStep }: Message): readonly Block[] {
  return [
    section(`*Why it matters*\n${escapeText(why)}`),
    section(`*Next step*\n${escapeText(nextStep)}`),
  ];
}

/** One line per node; what does not fit is counted. */
function pathText(path: Message["path"]): string {
  const lines = ["*Path*"];
  for (const [at, node] of path.entries()) {
    const line = `${at === 0 ? "" : "↳ "}${link(node.url, cut(node.label, 200))}`;
    const more = `… and ${path.length - at} more`;
    if ([...lines, line, more].join("\n").length > sectionMax) return [...lines, more].join("\n");
    lines.push(line);
  }
  return lines.join("\n");
}

function section(text: string): Block {
  // A cut entity shows as text; it cannot become markup, since no bare `<` is left in it.
  return { type: "section", text: mrkdwn(cut(text, sectionMax)) };
}

function mrkdwn(text: string): Markdown {
  return { type: "mrkdwn", text, verbatim: true };
}

import type { Message } from "#shared/kit/notifier.ts";

import { blocksMax, context, header, section, sectionMax } from "./blocks.ts";
import type { Block } from "./blocks.ts";
import { cleanText, cut, escapeText, link } from "./escape.ts";
import { lineList } from "./line-list.ts";
import { actionsBlock } from "./presses.ts";
import { sectionBlocks } from "./render-sections.ts";

export interface SlackPayload {
  /** What notifications and screen readers show. */
  readonly text: string;
  readonly blocks: readonly Block[];
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

/** Everything that a message tells of is over: it gives no advice, and there is nothing to press. */
export function isOver({ reason }: Pick<Message, "reason">): boolean {
  return reason === "resolved";
}

/**
 * A message as Slack shows it: title, how it stands, evidence, path or sections, why, next step, small
 * print, buttons, and the way to the hub. Pure.
 */
export function renderMessage(
  message: Message,
  { hasButtons }: { readonly hasButtons: boolean } = { hasButtons: false },
): SlackPayload {
  const title = titleOf(message);
  const before = [
    header(title),
    ...standingOf(message),
    ...sectionOf(message.sentence),
    ...(message.path.length === 0 ? [] : [section(pathText(message.path))]),
  ];
  const after = [
    ...(isOver(message) ? [] : adviceOf(message)),
    ...smallPrint(message),
    ...(hasButtons && !isOver(message) ? actionsBlock(message) : []),
    ...context([`${link(message.url, "Open in Throughline")} · ${message.severity}`]),
    ...(message.unsubscribeUrl === undefined
      ? []
      : context([link(message.unsubscribeUrl, "Change what you get")])),
  ];
  const room = blocksMax - before.length - after.length;
  return {
    text: cut(escapeText(title), sectionMax) || "Untitled",
    unfurl_links: false,
    unfurl_media: false,
    blocks: [...before, ...sectionBlocks(message.sections ?? [], room), ...after],
  };
}

function titleOf(message: Message): string {
  return isOver(message) ? `Resolved: ${message.title}` : message.title;
}

function standingOf({ standing = "" }: Message): readonly Block[] {
  const escaped = escapeText(standing);
  return escaped === "" ? [] : [section(`*${cut(escaped, sectionMax - 2)}*`)];
}

function sectionOf(text: string): readonly Block[] {
  const escaped = escapeText(text);
  return escaped === "" ? [] : [section(escaped)];
}

function adviceOf({ why, nextStep }: Message): readonly Block[] {
  return [
    ["Why it matters", why],
    ["Next step", nextStep],
  ].flatMap(([label = "", text = ""]) => {
    const escaped = escapeText(text);
    return escaped === "" ? [] : [section(`*${label}*\n${escaped}`)];
  });
}

/** Which rule, whose it is, how fresh, why this recipient: each a text of its own, so that none runs on. */
function smallPrint(message: Message): readonly Block[] {
  const { ruleTitle, owner, freshness, because, blindSpots = [] } = message;
  const said = [
    ["Rule", ruleTitle],
    ["Owner", owner],
    ["Sources", freshness],
    ["You are told as", because],
  ].flatMap(([label = "", text]) =>
    text === undefined || cleanText(text) === "" ? [] : [`${label}: ${escapeText(text)}`],
  );
  const unseen = blindSpots.map(escapeText).filter((text) => text !== "");
  return [
    ...context(said),
    ...context(unseen.length === 0 ? [] : [lineList("What we cannot see:", unseen.map(bullet))]),
  ];
}

function bullet(text: string): string {
  return `• ${cut(text, 500)}`;
}

/** One line per node; what does not fit is counted. */
function pathText(path: Message["path"]): string {
  return lineList(
    "*Path*",
    path.map((node, at) => `${at === 0 ? "" : "↳ "}${link(node.url, cut(node.label, 200))}`),
  );
}

import type { Message, MessageSection } from "#shared/kit/notifier.ts";
import { webUrl } from "#shared/kit/plain-text.ts";

import { block, linkRun, openUrl, run } from "./card.ts";
import type { RichTextBlock, TeamsPayload, TextRun } from "./card.ts";

/**
 * What Teams takes in one message is about 28 KB, by its documents; senders in the field were refused
 * from some 26 on (https://learn.microsoft.com/microsoftteams/limits-specifications-teams, 2026-11).
 */
export const payloadBytesMax = 25_000;

/** How much of each text and list is kept, tried in this order until the whole is small enough. */
const sizes = [
  { text: 1000, line: 300, lines: 60 },
  { text: 600, line: 200, lines: 30 },
  { text: 300, line: 120, lines: 15 },
  { text: 120, line: 60, lines: 6 },
];
type Size = (typeof sizes)[number];

/** A message as a card: title, evidence, path or sections, why, next step, and the way to the hub. Pure. */
export function renderPayload(message: Message): string {
  let body = "";
  for (const size of sizes) {
    body = JSON.stringify(payloadOf(message, size));
    if (Buffer.byteLength(body) <= payloadBytesMax) break;
  }
  return body;
}

/** Taken by a workflow, which then posts nothing: there is no card in it. */
export const emptyPayload = JSON.stringify({ type: "message", attachments: [] });

function payloadOf(message: Message, size: Size): TeamsPayload {
  const title = titleOf(message, size);
  const url = webUrl(message.url);
  return {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          fallbackText: title.map(({ text }) => text).join("") || "An alert of Throughline",
          body: bodyOf(message, title, size),
          ...(url !== undefined && { actions: [openUrl(url, "Open in Throughline")] }),
          msteams: { width: "Full" },
        },
      },
    ],
  };
}

function isOver({ reason }: Message): boolean {
  return reason === "resolved";
}

function titleOf(message: Message, size: Size): readonly TextRun[] {
  const title = isOver(message) ? `Resolved: ${message.title}` : message.title;
  return run(title, size.line, { size: "Large", weight: "Bolder" });
}

function bodyOf(message: Message, title: readonly TextRun[], size: Size): readonly RichTextBlock[] {
  const { standing = "", sentence, path, sections = [] } = message;
  return [
    ...block(eyebrowOf(message, size)),
    ...block(title, { spacing: "None" }),
    ...block(run(standing, size.text, { weight: "Bolder" }), { spacing: "Small" }),
    ...block(run(sentence, size.text), { spacing: "Small" }),
    ...pathOf(path, size),
    ...sectionsOf(sections, size),
    ...(isOver(message) ? [] : adviceOf(message, size)),
    ...smallPrintOf(message, size),
  ];
}

const severityLooks = {
  critical: { word: "Critical", color: "Attention" },
  warning: { word: "Warning", color: "Warning" },
  info: { word: "For information", color: undefined },
} as const;

/** How grave it is, and which rule says so: in words first, the colour is for those who see it. */
function eyebrowOf({ severity, ruleTitle = "", ...message }: Message, size: Size) {
  const look = { size: "Small" } as const;
  const { word, color } = severityLooks[severity];
  const rule = run(ruleTitle, size.line, { ...look, isSubtle: true });
  return [
    ...(message.reason === "resolved"
      ? run("Resolved", 20, { ...look, color: "Good" })
      : run(word, 20, { ...look, ...(color && { color }) })),
    ...(rule.length === 0 ? [] : [plain(" · ", { ...look, isSubtle: true }), ...rule]),
  ];
}

function pathOf(path: Message["path"], size: Size): readonly RichTextBlock[] {
  const shown = path.slice(0, size.lines);
  return [
    ...shown.flatMap((node, at) => {
      const label = linkRun(node.label, size.line, node.url);
      if (label.length === 0) return [];
      return block([...(at === 0 ? [] : [plain("↳ ")]), ...label], {
        spacing: at === 0 ? "Medium" : "None",
      });
    }),
    ...moreBlock(path.length - shown.length),
  ];
}

/** All sections share the room for lines: the first are the weightiest. What has none is counted. */
function sectionsOf(sections: readonly MessageSection[], size: Size): readonly RichTextBlock[] {
  let room = size.lines;
  const shown = sections.slice(0, size.lines);
  return [
    ...shown.flatMap(({ title, lines, more = 0 }) => {
      const kept = lines.slice(0, room);
      room -= kept.length;
      return [
        ...block(run(title, size.line, { weight: "Bolder" }), { spacing: "Medium" }),
        ...kept.flatMap(({ text, url }) => {
          const line = linkRun(text, size.line, url);
          return line.length === 0 ? [] : block([plain("• "), ...line], { spacing: "None" });
        }),
        ...moreBlock(lines.length - kept.length + more),
      ];
    }),
    ...moreBlock(sections.length - shown.length, "more sections"),
  ];
}

function adviceOf({ why, nextStep }: Message, size: Size): readonly RichTextBlock[] {
  return [
    ["Why it matters", why],
    ["Next step", nextStep],
  ].flatMap(([label = "", text = ""]) => {
    const shown = run(text, size.text);
    if (shown.length === 0) return [];
    return [
      ...block([plain(label, { weight: "Bolder" })], { spacing: "Medium" }),
      ...block(shown, { spacing: "None" }),
    ];
  });
}

function smallPrintOf(message: Message, size: Size): readonly RichTextBlock[] {
  const { owner = "", freshness = "", because = "", blindSpots = [] } = message;
  const look = { size: "Small", isSubtle: true } as const;
  const lines = [
    ["Owner: ", owner],
    ["Sources: ", freshness],
    ["You are told as: ", because],
    ...blindSpots.slice(0, 5).map((spot) => ["What we cannot see: ", spot]),
  ].flatMap(([label = "", text = ""]) => {
    const shown = run(text, size.text, look);
    return shown.length === 0 ? [] : [[plain(label, look), ...shown]];
  });
  const unsubscribe = linkRun("Change what you get", 40, message.unsubscribeUrl);
  return [
    ...lines.flatMap((inlines, at) =>
      block(inlines, at === 0 ? { separator: true, spacing: "Medium" } : { spacing: "None" }),
    ),
    ...(message.unsubscribeUrl === undefined ? [] : block(unsubscribe, { spacing: "Small" })),
  ];
}

function moreBlock(count: number, what = "more"): readonly RichTextBlock[] {
  if (count <= 0) return [];
  return block([plain(`… and ${count} ${what}`, { isSubtle: true })], { spacing: "None" });
}

/** Words of our own. */
function plain(text: string, look: Omit<TextRun, "type" | "text"> = {}): TextRun {
  return { type: "TextRun", text, ...look };
}

import type { Message } from "#shared/kit/notifier.ts";
import { plainText, cutText, webUrl } from "#shared/kit/plain-text.ts";

import { shown, shownMax } from "./shown.ts";

/** A line of a mail, made fit to be shown; escaping is for the part that shows it. */
export interface ContentLine {
  readonly text: string;
  readonly url?: string;
}

export interface ContentSection {
  readonly title: string;
  readonly lines: readonly ContentLine[];
  readonly more: number;
}

/** What a mail says, the same in its text and its HTML. Empty texts are left out by whoever shows it. */
export interface MailContent {
  readonly subject: string;
  readonly eyebrow: string;
  readonly severity: Message["severity"] | "over";
  readonly title: string;
  readonly standing: string;
  readonly sentence: string;
  readonly path: readonly ContentLine[];
  readonly pathMore: number;
  readonly sections: readonly ContentSection[];
  readonly advice: readonly { readonly label: string; readonly text: string }[];
  readonly smallPrint: readonly string[];
  readonly url: string | undefined;
  readonly linkText: string;
  readonly unsubscribeUrl: string | undefined;
}

const kinds = {
  alert: { word: "Alert", linkText: "Open the alert" },
  group: { word: "Alerts", linkText: "Open the alerts" },
  digest: { word: "Digest", linkText: "Open the digest" },
  brief: { word: "Weekly brief", linkText: "Open the brief" },
  baseline: { word: "First look", linkText: "Open the report" },
  notice: { word: "Notice", linkText: "Open in Throughline" },
} as const;

const severityWords = {
  critical: "critical",
  warning: "warning",
  info: "for information",
} as const;

export function contentOf(message: Message): MailContent {
  const { kind = "alert", path, sections = [] } = message;
  const isOver = message.reason === "resolved";
  const { word, linkText } = kinds[kind];
  const title = isOver ? `Resolved: ${message.title}` : message.title;
  return {
    subject: cutText(plainText(title), shownMax.title) || `${word} of Throughline`,
    eyebrow: eyebrowOf(message, word),
    severity: isOver ? "over" : message.severity,
    title: shown(title, shownMax.title) || word,
    standing: shown(message.standing ?? "", shownMax.line),
    sentence: shown(message.sentence, shownMax.text),
    path: path.slice(0, shownMax.path).map(({ label, url }) => lineOf(label, url)),
    pathMore: Math.max(0, path.length - shownMax.path),
    sections: sectionsOf(sections),
    advice: isOver ? [] : adviceOf(message),
    smallPrint: smallPrintOf(message),
    url: webUrl(message.url),
    linkText,
    unsubscribeUrl: webUrl(message.unsubscribeUrl),
  };
}

/** What kind of mail it is, how grave, and which rule says so. */
function eyebrowOf(
  { kind = "alert", reason, severity, ruleTitle = "" }: Message,
  word: string,
): string {
  const rule = shown(ruleTitle, shownMax.line);
  const state = reason === "resolved" ? "resolved" : severityWords[severity];
  const said = kind === "alert" || kind === "group" ? `${word}, ${state}` : word;
  return rule === "" ? said : `${said} · ${rule}`;
}

function lineOf(text: string, url: string | undefined): ContentLine {
  const opened = webUrl(url);
  return {
    text: shown(text, shownMax.line) || "(nothing that can be shown)",
    ...(opened !== undefined && { url: opened }),
  };
}

/** All sections share the room for lines: the first are the weightiest. */
function sectionsOf(sections: NonNullable<Message["sections"]>): readonly ContentSection[] {
  let room = shownMax.lines;
  return sections.map(({ title, lines, more = 0 }) => {
    const kept = lines.slice(0, room);
    room -= kept.length;
    return {
      title: shown(title, shownMax.line),
      lines: kept.map(({ text, url }) => lineOf(text, url)),
      more: lines.length - kept.length + more,
    };
  });
}

function adviceOf({ why, nextStep }: Message): MailContent["advice"] {
  return [
    { label: "Why it matters", text: shown(why, shownMax.text) },
    { label: "Next step", text: shown(nextStep, shownMax.text) },
  ].filter(({ text }) => text !== "");
}

/** Whose it is, how fresh, what cannot be seen, and why this person is told. */
function smallPrintOf(message: Message): readonly string[] {
  const { owner = "", freshness = "", because = "", blindSpots = [] } = message;
  return [
    ["Owner", owner],
    ["Sources", freshness],
    ...blindSpots.slice(0, shownMax.blindSpots).map((spot) => ["What we cannot see", spot]),
    ["You get this as", because],
  ].flatMap(([label = "", value = ""]) => {
    const text = shown(value, shownMax.line);
    return text === "" ? [] : [`${label}: ${text}`];
  });
}

import { cleanText, cut } from "./escape.ts";

/** Limits (https://docs.slack.dev/reference/block-kit/blocks and …/block-elements, 2026-11). */
const headerMax = 150;
export const sectionMax = 3000;
export const blocksMax = 50;
export const blockIdMax = 255;
const contextElementsMax = 10;
/** Of a button and of an option alike; an option's value may have 150, and ours have a dozen. */
const labelMax = 75;

export interface PlainText {
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

interface Option {
  readonly text: PlainText;
  readonly value: string;
}

interface Button {
  readonly type: "button";
  readonly action_id: string;
  readonly text: PlainText;
  readonly value: string;
}

interface Select {
  readonly type: "static_select";
  readonly action_id: string;
  readonly placeholder: PlainText;
  readonly options: readonly Option[];
}

export type Block =
  | { readonly type: "header"; readonly text: PlainText }
  | { readonly type: "section"; readonly text: Markdown }
  | { readonly type: "context"; readonly elements: readonly Markdown[] }
  | {
      readonly type: "actions";
      readonly block_id: string;
      readonly elements: readonly (Button | Select)[];
    };

export function header(title: string): Block {
  return { type: "header", text: plain(title, headerMax) };
}

/** `text` is escaped already. Slack refuses a section without text. */
export function section(text: string): Block {
  // A cut entity shows as text; it cannot become markup, since no bare `<` is left in it.
  return { type: "section", text: mrkdwn(cut(text, sectionMax) || "—") };
}

/** Small print, each text escaped already; blank ones are left out. */
export function context(texts: readonly string[]): readonly Block[] {
  const elements = texts
    .filter((text) => text !== "")
    .slice(0, contextElementsMax)
    .map((text) => mrkdwn(cut(text, sectionMax)));
  return elements.length === 0 ? [] : [{ type: "context", elements }];
}

export function button(actionId: string, label: string, value: string): Button {
  return { type: "button", action_id: actionId, text: plain(label, labelMax), value };
}

export function select(
  actionId: string,
  label: string,
  options: readonly (readonly [value: string, label: string])[],
): Select {
  return {
    type: "static_select",
    action_id: actionId,
    placeholder: plain(label, labelMax),
    options: options.map(([value, text]) => ({ text: plain(text, labelMax), value })),
  };
}

function plain(text: string, max: number): PlainText {
  return { type: "plain_text", text: cut(cleanText(text), max) || "Untitled", emoji: false };
}

function mrkdwn(text: string): Markdown {
  return { type: "mrkdwn", text, verbatim: true };
}

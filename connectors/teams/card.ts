import { cutText, plainText, unlinked, webUrl } from "#shared/kit/plain-text.ts";

/**
 * The parts of an adaptive card that messages are made of. Texts are `RichTextBlock`s throughout: their
 * runs are plain text by definition, while a `TextBlock` is Markdown, for whose marks Teams knows no
 * escaping that holds on all devices (github.com/microsoft/AdaptiveCards/issues/5590;
 * https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features, 2026-11).
 */
export interface OpenUrl {
  readonly type: "Action.OpenUrl";
  readonly title?: string;
  readonly url: string;
}

export interface TextRun {
  readonly type: "TextRun";
  readonly text: string;
  readonly size?: "Large" | "Small";
  readonly weight?: "Bolder";
  readonly color?: "Attention" | "Warning" | "Good";
  readonly isSubtle?: true;
  readonly selectAction?: OpenUrl;
}

export interface RichTextBlock {
  readonly type: "RichTextBlock";
  readonly spacing?: "None" | "Small" | "Medium";
  readonly separator?: true;
  readonly inlines: readonly TextRun[];
}

export interface AdaptiveCard {
  readonly $schema: "http://adaptivecards.io/schemas/adaptive-card.json";
  readonly type: "AdaptiveCard";
  /** The newest that Teams shows on all devices. */
  readonly version: "1.4";
  /** For clients that cannot show the card. */
  readonly fallbackText: string;
  readonly body: readonly RichTextBlock[];
  readonly actions?: readonly OpenUrl[];
  readonly msteams: { readonly width: "Full" };
}

/** What a workflow's webhook takes: https://learn.microsoft.com/connectors/teams/ (2026-11). */
export interface TeamsPayload {
  readonly type: "message";
  readonly attachments: readonly {
    readonly contentType: "application/vnd.microsoft.card.adaptive";
    readonly contentUrl: null;
    readonly content: AdaptiveCard;
  }[];
}

/** A run of somebody's text, cut to `max`. Empty text has no run. */
export function run(
  text: string,
  max: number,
  look: Omit<TextRun, "type" | "text"> = {},
): readonly TextRun[] {
  const shown = cutText(plainText(text), max);
  return shown === "" ? [] : [{ type: "TextRun", text: quiet(shown), ...look }];
}

/** A run that opens an address; just the text where that is none that a browser should open. */
export function linkRun(text: string, max: number, url: string | undefined): readonly TextRun[] {
  const opened = webUrl(url);
  return run(text, max, opened === undefined ? {} : { selectAction: openUrl(opened) });
}

export function openUrl(url: string, title?: string): OpenUrl {
  return { type: "Action.OpenUrl", url, ...(title !== undefined && { title }) };
}

/** A block of runs; none where there is nothing to show. */
export function block(
  inlines: readonly TextRun[],
  look: Pick<RichTextBlock, "spacing" | "separator"> = {},
): readonly RichTextBlock[] {
  return inlines.length === 0 ? [] : [{ type: "RichTextBlock", ...look, inlines }];
}

/**
 * Cards replace `{{DATE(…)}}` and `${…}` with what they stand for, also in plain text: nothing of ours
 * does, so the marks are taken apart by a space of no width.
 */
function quiet(text: string): string {
  return unlinked(text).replace(/\{(?=\{)|\$(?=\{)/gu, "$&\u200B");
}

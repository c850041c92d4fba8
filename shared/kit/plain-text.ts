/** Turns or hides what is written: overrides of direction, marks of no width, tags. */
const hidden =
  /[\u00AD\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\u{E0000}-\u{E007F}]/gu;
/** Letters that are there and show nothing. */
const blank = /[\s\p{Cf}\p{M}\u115F\u1160\u2800\u3164\uFFA0]/gu;
/** What stands on one letter in any language; a tower of accents covers the lines around it. */
const accentsMax = /(\p{M}{3})\p{M}+/gu;

/**
 * Text of somebody else as one line of plain text: whole characters, nothing that controls, hides or
 * reverses what is read. Empty where nothing of it can be seen. It is not escaped for any markup.
 */
export function plainText(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(hidden, "")
    .replace(accentsMax, "$1")
    .replace(/\s+/gu, " ")
    .trim();
  return line.replace(blank, "") === "" ? "" : line;
}

/** Of no width; programs that look for addresses stop at it. */
const gap = "\u200B";

/**
 * Keeps programs from making links of addresses in a plain text: mail readers and chats do so by
 * themselves, and a link in a message of ours would be taken for one of ours.
 */
export function unlinked(text: string): string {
  return text
    .replace(/:(?=\/\/)/gu, `:${gap}`)
    .replace(/(?<=[\p{L}\p{N}])[.@](?=[\p{L}\p{N}])/gu, (mark, at: number) =>
      isNumeric(text, at) ? mark : `${mark}${gap}`,
    );
}

/** A dot between digits is a number's, or a version's. */
function isNumeric(text: string, at: number): boolean {
  return /[0-9]/u.test(text[at - 1] ?? "") && /[0-9]/u.test(text[at + 1] ?? "");
}

/** Cuts to `max` UTF-16 units without leaving half a character, and shows that it did. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const kept = text.slice(0, max - 1);
  return `${/[\uD800-\uDBFF]$/u.test(kept) ? kept.slice(0, -1) : kept}…`;
}

/** The address as a browser may open it; undefined for one of another kind, and for an endless one. */
export function webUrl(url: string | undefined): string | undefined {
  const parsed = url === undefined ? null : URL.parse(url);
  const isWeb = parsed?.protocol === "https:" || parsed?.protocol === "http:";
  return isWeb && parsed.href.length <= webUrlMax ? parsed.href : undefined;
}

const webUrlMax = 1000;

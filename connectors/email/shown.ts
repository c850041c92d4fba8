import { cutText, plainText, unlinked } from "#shared/kit/plain-text.ts";

/** How much of a text and of a list a mail shows: mail readers cut what is above some 100 KB. */
export const shownMax = { title: 200, line: 300, text: 1000, path: 40, lines: 200, blindSpots: 10 };

/** Somebody's text as a mail shows it, to be escaped for its part: nothing in it becomes a link by itself. */
export function shown(text: string, max: number): string {
  return unlinked(cutText(plainText(text), max));
}

/**
 * The texts of a field's value that may hold addresses. A field of several lines is a text in webhooks and
 * a document in REST v3, with addresses in its text, behind words and in cards
 * (https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/, 2026-11).
 */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  const texts: string[] = [];
  const waiting: unknown[] = [value];
  // A list of what is still to be looked at, and not a call for each: no document is too deep.
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (typeof node !== "object" || node === null) continue;
    const { text, attrs, marks, content } = node as NodeLike;
    for (const each of [text, attrs?.href, attrs?.url]) {
      if (typeof each === "string") texts.push(each);
    }
    // From the last to the first, so that the first is looked at next.
    for (const below of [content, marks]) {
      if (Array.isArray(below)) for (const each of below.toReversed()) waiting.push(each);
    }
  }
  return texts;
}

/** Any object: nothing is known of its parts. */
interface NodeLike {
  readonly text?: unknown;
  readonly attrs?: { readonly href?: unknown; readonly url?: unknown } | null;
  readonly marks?: unknown;
  readonly content?: unknown;
}

import type { html } from "hono/html";

/** Escaped markup. Our templates hold no promises, so rendering is synchronous. */
export type Html = ReturnType<typeof html>;

/** Nothing at all, where a template has an optional part. */
export const nothing = "";

/** Only http and https may become a link: a title's URL comes from somebody else's tool. */
export function safeUrl(url: string | undefined): string | undefined {
  const parsed = url === undefined ? null : URL.parse(url);
  return parsed && (parsed.protocol === "https:" || parsed.protocol === "http:")
    ? parsed.href
    : undefined;
}

/** A path of ours with an id in it. */
export function pathTo(room: string, id: string): string {
  return `/${room}/${encodeURIComponent(id)}`;
}

/** A path of ours with those of the values that are set. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") params.set(name, String(value));
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

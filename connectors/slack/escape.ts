/**
 * Text of somebody else, made harmless in Slack's mrkdwn: no mention, link or entity comes out of it,
 * whatever a work item is called. `&`, `<` and `>` are Slack's control characters
 * (https://docs.slack.dev/messaging/formatting-message-text, 2026-11); a zero-width space after `@` and
 * `#` keeps clients that look for names (Mattermost, older Slack) from finding one.
 */
export function escapeText(text: string): string {
  return (
    text
      .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
      // Turns the direction of writing: `gpj.exe` would show as `exe.jpg`.
      .replace(/[\u202A-\u202E\u2066-\u2069]/gu, "")
      .replace(/&/gu, "&amp;")
      .replace(/</gu, "&lt;")
      .replace(/>/gu, "&gt;")
      .replace(/[@#](?=[\p{L}\p{N}_])/gu, "$&\u200B")
  );
}

/** A link with a label; only the label where the address is none that a browser should open. */
export function link(url: string | undefined, label: string): string {
  const href = url === undefined ? undefined : safeHref(url);
  // A bar in the label would be taken for the end of the address by some clients.
  return href === undefined
    ? escapeText(label)
    : `<${href}|${escapeText(label).replace(/\|/gu, "¦")}>`;
}

function safeHref(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") return undefined;
  return href
    .replace(/&/gu, "&amp;")
    .replace(/[|<>]/gu, (character) => encodeURIComponent(character));
}

/** Cuts to `max` UTF-16 units without leaving half a character, and shows that it did. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const kept = text.slice(0, max - 1).toWellFormed();
  return `${kept.endsWith("\uFFFD") ? kept.slice(0, -1) : kept}…`;
}

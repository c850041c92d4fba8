/**
 * Text of somebody else as people shall see it: in one line, without controls, turned directions (`gpj.exe`
 * would show as `exe.jpg`), invisible characters and half ones. Joiners stay where scripts and emoji need them.
 */
export function cleanText(text: string): string {
  const clean = text
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/(?![\u200C\u200D])\p{Cf}/gu, "")
    .replace(/(?<![^\p{ASCII}])[\u200C\u200D]+|[\u200C\u200D]+(?![^\p{ASCII}])/gu, "")
    .replace(/(\p{M}{4})\p{M}+/gu, "$1")
    .trim();
  return isBlank(clean) ? "" : clean;
}

/** Fillers that show nothing and are no spaces by their category. */
function isBlank(text: string): boolean {
  return /^[\s\u2800\u3164\u115F\u1160\uFFA0\p{M}]*$/u.test(text);
}

/**
 * The same, harmless in Slack's mrkdwn: no mention, link or entity comes out of it, whatever a work item
 * is called. `&`, `<` and `>` are Slack's control characters
 * (https://docs.slack.dev/messaging/formatting-message-text, 2026-11); a zero-width space after `@` and
 * `#` keeps clients that look for names (Mattermost, older Slack) from finding one. Marks of formatting
 * become letters that look the same.
 */
export function escapeText(text: string): string {
  return cleanText(text)
    .replace(/[`*~]/gu, (mark) => lookalikes[mark] ?? mark)
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "ˍ")
    .replace(/^>/u, "\u200B>")
    .replace(/&/gu, "&amp;")
    .replace(/</gu, "&lt;")
    .replace(/>/gu, "&gt;")
    .replace(/[@#＠＃](?=\S)/gu, "$&\u200B");
}

const lookalikes: Readonly<Record<string, string>> = { "`": "ˋ", "*": "∗", "~": "∼" };

/** A link with a label; only the label where the address is none that a browser should open. */
export function link(url: string | undefined, label: string): string {
  const href = url === undefined ? undefined : safeHref(url);
  const text = escapeText(label) || "untitled";
  // A bar in the label would be taken for the end of the address by some clients.
  return href === undefined ? text : `<${href}|${text.replace(/\|/gu, "¦")}>`;
}

function safeHref(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, href, username, password } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") return undefined;
  // `https://hub.example@elsewhere` looks like the one and leads to the other.
  if (username !== "" || password !== "") return undefined;
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

import { html, raw } from "hono/html";

import type { Block } from "./slack-message.ts";
import type { PostedMessage } from "./start-slack-simulator.ts";

type Html = ReturnType<typeof html>;

const style = `
:root { color-scheme: light dark; --ink: #1d1c1d; --soft: #616061; --line: #ddd; --card: #fff; --ground: #f8f8f8; --accent: #1264a3; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --soft: #ababad; --line: #3f4145; --card: #222529; --ground: #1a1d21; --accent: #4aa3df; } }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
header { background: var(--card); border-bottom: 1px solid var(--line); padding: 12px 20px; font-weight: 600; } header small { color: var(--soft); font-weight: 400; }
main { max-width: 720px; margin: 0 auto; padding: 20px; } a { color: var(--accent); }
article { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 16px; margin-bottom: 12px; overflow-wrap: anywhere; }
article h2 { font-size: 16px; margin: 0 0 6px; } article p { margin: 6px 0; white-space: pre-line; } .soft { color: var(--soft); font-size: 13px; }
`;

/** The channel as its members would see it, newest first. */
export function messagesPage(channel: string, messages: readonly PostedMessage[]): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="5" />
        <title>${channel} · simulated Slack</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <header>
          ${channel} <small>Simulated Slack: what the hub posted, newest first.</small>
        </header>
        <main>
          ${messages.length === 0 ? html`<p class="soft">Nothing was posted yet.</p>` : ""}
          ${messages.toReversed().map(
            ({ at, message }) =>
              html`<article>
                ${message.blocks?.map(blockHtml) ?? html`<p>${mrkdwn(message.text)}</p>`}
                <p class="soft">${at}</p>
              </article>`,
          )}
        </main>
      </body>
    </html>`;
}

function blockHtml(block: Block): Html | string {
  switch (block.type) {
    case "header":
      return html`<h2>${block.text.text}</h2>`;
    case "section":
      return html`<p>${textHtml(block.text)}</p>`;
    case "context":
      return html`<p class="soft">${block.elements.map(textHtml)}</p>`;
    case "divider":
      return html`<hr />`;
    default:
      return block satisfies never;
  }
}

function textHtml(text: { readonly type: string; readonly text: string }) {
  return text.type === "mrkdwn" ? mrkdwn(text.text) : text.text;
}

/**
 * The part of mrkdwn that matters here: links, mentions, bold. Entities are the sender's own; whatever
 * else could be markup of this page is escaped first, so a message cannot script it.
 */
function mrkdwn(text: string) {
  const safe = text
    .replace(/"/gu, "&quot;")
    .replace(/'/gu, "&#39;")
    .replace(/<([^<>|]+)\|([^<>]*)>/gu, (_all, href: string, label: string) =>
      /^https?:/u.test(href) ? `\u0001a href="${href}"\u0002${label}\u0001/a\u0002` : label,
    )
    .replace(/<([!@#][^<>]*)>/gu, "\u0001mark\u0002$1\u0001/mark\u0002")
    .replace(/</gu, "&lt;")
    .replace(/>/gu, "&gt;")
    .replace(/\*([^*\n]+)\*/gu, "\u0001b\u0002$1\u0001/b\u0002")
    .replace(/\u0001/gu, "<")
    .replace(/\u0002/gu, ">");
  return raw(safe);
}

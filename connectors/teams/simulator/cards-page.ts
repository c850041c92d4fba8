import { html } from "hono/html";

import type { PostedCard } from "./start-teams-simulator.ts";
import type { Card } from "./teams-message.ts";

const style = `
:root { color-scheme: light dark; --ink: #242424; --soft: #616161; --line: #ddd; --card: #fff; --ground: #f5f5f5; --accent: #5b5fc7; --attention: #c4314b; --warning: #8e562e; --good: #237b4b; }
@media (prefers-color-scheme: dark) { :root { --ink: #fff; --soft: #adadad; --line: #3d3d3d; --card: #292929; --ground: #1f1f1f; --accent: #9299f7; --attention: #f9526b; --warning: #f8d22a; --good: #92c353; } }
* { box-sizing: border-box; }
body { margin: 0; font: 14px/1.45 "Segoe UI", system-ui, sans-serif; color: var(--ink); background: var(--ground); }
header { background: var(--card); border-bottom: 1px solid var(--line); padding: 12px 20px; font-weight: 600; } header small { color: var(--soft); font-weight: 400; }
main { max-width: 720px; margin: 0 auto; padding: 20px; } a { color: var(--accent); }
article { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 12px 16px; margin-bottom: 12px; overflow-wrap: anywhere; }
p { margin: 8px 0 0; } p.none { margin: 0; } p.small { margin: 4px 0 0; } p.medium { margin-top: 14px; } p.separator { border-top: 1px solid var(--line); padding-top: 8px; }
.Large { font-size: 20px; } .Small { font-size: 12px; } .Bolder { font-weight: 600; } .subtle, .soft { color: var(--soft); }
.Attention { color: var(--attention); } .Warning { color: var(--warning); } .Good { color: var(--good); }
.actions { margin-top: 12px; } .actions a { border: 1px solid var(--line); border-radius: 4px; padding: 5px 12px; text-decoration: none; }
`;

/** The channel as its members would see it, newest first. */
export function cardsPage(channel: string, cards: readonly PostedCard[]) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="5" />
        <title>${channel} · simulated Teams</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <header>
          ${channel} <small>Simulated Microsoft Teams: what the hub posted, newest first.</small>
        </header>
        <main>
          ${cards.length === 0 ? html`<p class="soft">Nothing was posted yet.</p>` : ""}
          ${cards.toReversed().map(
            ({ at, card }) =>
              html`<article>
                ${card.body.map(blockHtml)}
                ${
                  card.actions
                    ? html`<p class="actions">
                        ${card.actions.map(({ url, title }) => html`<a href="${url}">${title}</a> `)}
                      </p>`
                    : ""
                }
                <p class="soft Small">${at}</p>
              </article>`,
          )}
        </main>
      </body>
    </html>`;
}

function blockHtml({ inlines, spacing = "Default", separator = false }: Card["body"][number]) {
  const runs = inlines.map(
    ({ text, size = "", weight = "", color = "", isSubtle, selectAction }) => {
      const look = [size, weight, color, isSubtle === true ? "subtle" : ""].join(" ");
      const label = html`<span class="${look}">${text}</span>`;
      return selectAction ? html`<a href="${selectAction.url}">${label}</a>` : label;
    },
  );
  return html`<p class="${spacing.toLowerCase()} ${separator ? "separator" : ""}">${runs}</p>`;
}

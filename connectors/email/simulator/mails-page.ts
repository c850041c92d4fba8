import { html } from "hono/html";

import type { DeliveredMail } from "./start-mail-simulator.ts";

const style = `
:root { color-scheme: light dark; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; }
header { border-bottom: 1px solid #8884; padding: 12px 20px; font-weight: 600; } header small { font-weight: 400; opacity: 0.7; }
main { max-width: 760px; margin: 0 auto; padding: 20px; }
article { border: 1px solid #8884; border-radius: 8px; padding: 12px 16px; margin-bottom: 16px; overflow-wrap: anywhere; }
h2 { font-size: 16px; margin: 0; } .soft { opacity: 0.7; font-size: 13px; margin: 4px 0 8px; }
iframe { width: 100%; height: 420px; border: 1px solid #8884; border-radius: 4px; background: #fff; }
pre { white-space: pre-wrap; font-size: 13px; } summary { cursor: pointer; }
`;

/** All mailboxes in one, newest first. HTML is shown where nothing of it can act. */
export function mailsPage(mails: readonly DeliveredMail[]) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Mail · simulated mailboxes</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <header>Mail <small>Simulated mailboxes: what the hub sent, newest first.</small></header>
        <main>
          ${mails.length === 0 ? html`<p class="soft">Nothing was sent yet.</p>` : ""}
          ${mails.toReversed().map(
            ({ at, from, to, subject, text, html: page }) =>
              html`<article>
                <h2>${subject}</h2>
                <p class="soft">${from} to ${to.join(", ")} · ${at}</p>
                <iframe title="${subject}" sandbox="" srcdoc="${page}"></iframe>
                <details>
                  <summary>As text</summary>
                  <pre>${text}</pre>
                </details>
              </article>`,
          )}
        </main>
      </body>
    </html>`;
}

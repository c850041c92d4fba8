import { html } from "hono/html";

import type { ReceivedWebhook } from "./start-webhook-simulator.ts";

const style = `
:root { color-scheme: light dark; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; }
header { border-bottom: 1px solid #8884; padding: 12px 20px; font-weight: 600; } header small { font-weight: 400; opacity: 0.7; }
main { max-width: 860px; margin: 0 auto; padding: 20px; }
article { border: 1px solid #8884; border-radius: 8px; padding: 12px 16px; margin-bottom: 12px; }
h2 { font-size: 16px; margin: 0; } .soft { opacity: 0.7; font-size: 13px; margin: 4px 0; }
pre { overflow: auto; max-height: 320px; font-size: 12px; }
`;

/** What was received, newest first. */
export function receivedPage(received: readonly ReceivedWebhook[]) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="5" />
        <title>Webhooks · simulated receiver</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <header>
          Webhooks <small>Simulated receiver: what was verified, newest first.</small>
        </header>
        <main>
          ${received.length === 0 ? html`<p class="soft">Nothing was received yet.</p>` : ""}
          ${received.toReversed().map(
            ({ at, id, payload }) =>
              html`<article>
                <h2>${payload.type}</h2>
                <p class="soft">${at} · ${id}</p>
                <pre>${JSON.stringify(payload.data, undefined, 2)}</pre>
              </article>`,
          )}
        </main>
      </body>
    </html>`;
}

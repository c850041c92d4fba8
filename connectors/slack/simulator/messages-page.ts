import { html } from "hono/html";

import { controlPath } from "#shared/testing/simulator/request-faults.ts";

import { messageHtml } from "./message-html.ts";
import type { Html } from "./message-html.ts";
import { channelId } from "./state.ts";
import type { PostedMessage, SlackState } from "./state.ts";

const style = `
:root { color-scheme: light dark; --ink: #1d1c1d; --soft: #616061; --line: #ddd; --card: #fff; --ground: #f8f8f8; --accent: #1264a3; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --soft: #ababad; --line: #3f4145; --card: #222529; --ground: #1a1d21; --accent: #4aa3df; } }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
header { background: var(--card); border-bottom: 1px solid var(--line); padding: 12px 20px; font-weight: 600; } header small { color: var(--soft); font-weight: 400; }
main { max-width: 720px; margin: 0 auto; padding: 20px; } a { color: var(--accent); }
article { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 16px; margin-bottom: 12px; overflow-wrap: anywhere; }
article h2 { font-size: 16px; margin: 0 0 6px; } article p { margin: 6px 0; white-space: pre-line; } .soft { color: var(--soft); font-size: 13px; }
article p.soft { white-space: normal; } .soft span { white-space: pre-line; margin-right: 14px; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; } form { display: inline-flex; gap: 4px; margin: 0; } button, select, input { font: inherit; padding: 3px 10px; border: 1px solid var(--line); border-radius: 4px; background: var(--card); color: var(--ink); }
.thread { border-left: 3px solid var(--line); margin-top: 10px; padding-left: 12px; } .thread article { border: 0; padding: 0; margin: 0; } .reaction { border: 1px solid var(--line); border-radius: 10px; padding: 0 8px; }
details { padding: 8px 20px; } details form { width: 100%; } details input { flex: 1; }
`;

interface Shown {
  readonly channel: string;
  readonly state: SlackState;
  /** What came of the last press. */
  readonly said: string | undefined;
}

/** The channel and the direct messages as their readers would see them, newest first. */
export function messagesPage({ channel, state, said }: Shown): Html {
  const roots = state.messages.filter(({ threadTs }) => threadTs === undefined).toReversed();
  const direct = roots.filter((one) => one.channel !== channelId);
  const posted = roots.filter((one) => one.channel === channelId);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="refresh" content="20;url=/" />
        <title>${channel} · simulated Slack</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <header>
          ${channel} <small>Simulated Slack: what the hub posted, newest first.</small>
        </header>
        ${interactivity(state.interactivityUrl)}
        <main>
          ${said === undefined ? "" : html`<p role="status">${said}</p>`}
          ${posted.length === 0 ? html`<p class="soft">Nothing was posted yet.</p>` : ""}
          ${list(posted, state)} ${direct.length === 0 ? "" : html`<h1>Direct messages</h1>`}
          ${list(direct, state)}
        </main>
      </body>
    </html>`;
}

function list(roots: readonly PostedMessage[], { messages }: SlackState): readonly Html[] {
  return roots.map((root) =>
    messageHtml(
      root,
      messages.filter((one) => one.threadTs === root.ts && one.channel === root.channel),
    ),
  );
}

function interactivity(url: string): Html {
  return html`<details>
    <summary>Interactivity: presses go to ${url === "" ? "nobody yet" : url}</summary>
    <form method="post" action="${controlPath}/page/interactivity">
      <input
        name="url"
        aria-label="Request URL"
        value="${url}"
        placeholder="https://…/webhooks/slack/conn_…"
      />
      <button>Save</button>
    </form>
  </details>`;
}

import { html, raw } from "hono/html";

import { assets } from "../assets/assets.ts";
import type { Html } from "./html.ts";
import { nothing } from "./html.ts";

const rooms = [
  { path: "/", name: "Alerts" },
  { path: "/work-items?status=open", name: "Work" },
  { path: "/goals", name: "Goals" },
  { path: "/connections", name: "Connections" },
  { path: "/people", name: "People" },
  { path: "/org", name: "Organisation" },
  { path: "/coverage", name: "Coverage" },
  { path: "/rules", name: "Rules" },
  { path: "/link-rules", name: "Link rules" },
] as const;

interface Page {
  readonly title: string;
  /** The room whose entry is lit in the navigation. */
  readonly room?: (typeof rooms)[number]["name"];
  readonly intro?: Html | string;
  /** Where the page hangs: what leads back. */
  readonly crumbs?: Html;
  /** Beside the title: the page's own main action. */
  readonly aside?: Html;
  /** What a form has just done. */
  readonly notice?: string | undefined;
  /** A script of the page's own, beside the one that keeps pages fresh. */
  readonly script?: "inbox";
  readonly body: Html;
}

const logo = raw(
  `<svg width="22" height="22" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" aria-hidden="true"><path d="M4 19.5C9 19.5 8 12 12 12s3-7.5 8-7.5"/><circle cx="4.4" cy="19.5" r="1.8" fill="currentColor"/><circle cx="12" cy="12" r="1.8" fill="currentColor"/><circle cx="19.6" cy="4.5" r="1.8" fill="currentColor"/></svg>`,
);

/** The frame of every page. */
export function layout(page: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${page.title} · Throughline</title>
        <link rel="icon" href="${assets.icon.path}" type="image/svg+xml" />
        <link rel="stylesheet" href="${assets.style.path}" />
        <script src="${assets.live.path}" defer></script>
        ${page.script === undefined ? nothing : html`<script src="${assets[page.script].path}" defer></script>`}
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="top">
          <div class="top-in">
            <a class="brand" href="/">${logo}Throughline</a>
            ${page.room === undefined ? nothing : navigation(page.room)}
          </div>
        </header>
        <main id="content">
          ${page.crumbs ? html`<nav class="crumbs" aria-label="Breadcrumb">${page.crumbs}</nav>` : nothing}
          <div class="page-head">
            <div>
              <h1>${page.title}</h1>
              ${page.intro !== undefined ? html`<p>${page.intro}</p>` : nothing}
            </div>
            ${page.aside ?? nothing}
          </div>
          ${page.notice === undefined ? nothing : html`<p class="notice" role="status">${page.notice}</p>`}
          ${page.body}
        </main>
        <footer>
          <span>Throughline keeps strategy and daily work connected.</span
          ><a href="/api/openapi.json">API description</a>
        </footer>
      </body>
    </html>`;
}

function navigation(current: string): Html {
  return html`<nav class="nav" aria-label="Main">
    ${rooms.map(
      ({ path, name }) =>
        html`<a href="${path}" ${name === current ? raw('aria-current="page"') : nothing}
          >${name}</a
        >`,
    )}
  </nav>`;
}

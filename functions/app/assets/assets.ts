import { createHash } from "node:crypto";

import type { Hono } from "hono";

import { inboxScript } from "./inbox-script.ts";
import { liveScript } from "./live-script.ts";
import { styleBase } from "./style-base.ts";
import { styleInbox } from "./style-inbox.ts";
import { styleOrg } from "./style-org.ts";
import { stylePages } from "./style-pages.ts";
import { styleParts } from "./style-parts.ts";
import { stylePeople } from "./style-people.ts";
import { styleSetup } from "./style-setup.ts";

interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

/** The line that runs through the levels: the product's mark. */
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#2f8a9c" stroke-width="2.4" stroke-linecap="round"><path d="M4 19.5C9 19.5 8 12 12 12s3-7.5 8-7.5"/><circle cx="4.4" cy="19.5" r="1.9" fill="#2f8a9c"/><circle cx="12" cy="12" r="1.9" fill="#2f8a9c"/><circle cx="19.6" cy="4.5" r="1.9" fill="#2f8a9c"/></svg>`;

/** The hash is part of the name, so a browser may keep a file for ever and never shows an old one. */
function asset(name: string, extension: string, type: string, body: string): Asset {
  const hash = createHash("sha256").update(body).digest("base64url").slice(0, 10);
  return { path: `/assets/${name}-${hash}.${extension}`, type, body };
}

export const assets = {
  style: asset(
    "style",
    "css",
    "text/css; charset=utf-8",
    styleBase + styleParts + stylePages + styleSetup + stylePeople + styleOrg + styleInbox,
  ),
  live: asset("live", "js", "text/javascript; charset=utf-8", liveScript),
  inbox: asset("inbox", "js", "text/javascript; charset=utf-8", inboxScript),
  icon: asset("icon", "svg", "image/svg+xml", icon),
} as const;

export function serveAssets(app: Hono): void {
  for (const { path, type, body } of Object.values(assets)) {
    app.get(path, (c) =>
      c.body(body, 200, {
        "content-type": type,
        "cache-control": "public, max-age=31536000, immutable",
      }),
    );
  }
}

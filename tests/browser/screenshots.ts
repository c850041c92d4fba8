import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

import type { Browser, Page } from "playwright-core";

import { openBrowser } from "./open-browser.ts";

/*
 * Pictures of each page of a running hub, at desktop and at phone width, light and dark.
 *
 *   node tests/browser/screenshots.ts <hubUrl> <outDir> [--dark]
 */

interface Shot {
  readonly name: string;
  /** The page's path, found on the running hub where it depends on what is there. */
  readonly path: (hub: HubPaths) => Promise<string | undefined>;
}

const widths = { desktop: 1280, phone: 390 } as const;
/** Long lists say no more after this. */
const heightMax = 2600;

interface Listed {
  readonly id: string;
  readonly status?: string;
}

/** The hub's API, as far as the pictures need it. */
export class HubPaths {
  readonly url: string;

  constructor(url: string) {
    this.url = url.replace(/\/+$/u, "");
  }

  async first(
    list: string,
    field: string,
    isWanted: (one: Listed) => boolean = () => true,
  ): Promise<string | undefined> {
    const response = await fetch(`${this.url}${list}`);
    const body = (await response.json()) as Record<string, Listed[]>;
    return body[field]?.find(isWanted)?.id;
  }
}

const at =
  (fixed: string): Shot["path"] =>
  () =>
    Promise.resolve(fixed);
const firstOf =
  (room: string, list: string, field: string): Shot["path"] =>
  async (hub) => {
    const id = await hub.first(list, field);
    return id === undefined ? undefined : `/${room}/${encodeURIComponent(id)}`;
  };

/** A step of the first connection that is being set up, where there is one. */
function setUp(step: string): Shot["path"] {
  return async (hub) => {
    const id = await hub.first(
      "/api/connections",
      "connections",
      ({ status }) => status === "draft",
    );
    return id === undefined ? undefined : `/connections/${id}/setup${step}`;
  };
}

/** The first unit under the top that has units of its own. */
const unitWithTeams: Shot["path"] = async (hub) => {
  const top = await hub.first("/api/org", "units");
  return top === undefined ? undefined : `/org?unit=${encodeURIComponent(top)}`;
};

export const shots: readonly Shot[] = [
  { name: "alerts", path: at("/") },
  {
    name: "alert-unlinked",
    path: firstOf("alerts", "/api/alerts?rule=unlinked-work&limit=1", "alerts"),
  },
  {
    name: "alert-blocked",
    path: firstOf("alerts", "/api/alerts?rule=blocked-across-boundary&limit=1", "alerts"),
  },
  { name: "work", path: at("/work-items?status=open") },
  {
    name: "line-of-sight",
    path: firstOf("work-items", "/api/work-items?verdict=linked&kind=subtask&limit=1", "items"),
  },
  {
    name: "line-of-sight-broken",
    path: firstOf("work-items", "/api/work-items?verdict=unlinked&kind=story&limit=1", "items"),
  },
  { name: "goals", path: at("/goals") },
  { name: "goal", path: firstOf("goals", "/api/goals", "goals") },
  { name: "connections", path: at("/connections") },
  {
    name: "connection",
    path: firstOf("connections", "/api/connections", "connections"),
  },
  { name: "connection-busy", path: at("/connections/conn_busyjira01") },
  { name: "connect", path: at("/connections/new?connector=jira") },
  { name: "connect-channel", path: at("/connections/new?connector=slack") },
  { name: "oauth-app", path: at("/connectors/jira/oauth-app") },
  { name: "setup-check", path: setUp("") },
  { name: "setup-choose", path: setUp("/choose") },
  { name: "setup-mapping", path: setUp("/mapping") },
  { name: "setup-sample", path: setUp("/sample") },
  { name: "uploads", path: at("/uploads") },
  { name: "coverage", path: at("/coverage") },
  { name: "people", path: at("/people") },
  { name: "person", path: firstOf("people", "/api/people?text=Anna+Keller", "people") },
  { name: "account", path: firstOf("accounts", "/api/accounts?text=Anna", "accounts") },
  { name: "organisation", path: at("/org") },
  { name: "unit", path: unitWithTeams },
  { name: "organisation-problems", path: at("/org/problems") },
  { name: "reorg-preview", path: at("/org/preview") },
  { name: "erasures", path: at("/erasures") },
  { name: "rules", path: at("/rules") },
  { name: "link-rules", path: at("/link-rules") },
  {
    name: "link-rule-new",
    path: at(
      "/link-rules/new?isEnabled=on&name=Security&filter=label%20%3D%20security%20AND%20kind%20!%3D%20bug",
    ),
  },
  { name: "link-rule-refused", path: at("/link-rules/new?filter=lable%20%3D%20security") },
  { name: "link-rule", path: firstOf("link-rules", "/api/link-rules", "rules") },
];

/** Takes every picture; returns the names of the pages that had nothing to show. */
async function takeScreenshots(
  browser: Browser,
  { hubUrl, outDir, isDark }: { hubUrl: string; outDir: string; isDark: boolean },
): Promise<readonly string[]> {
  await mkdir(outDir, { recursive: true });
  const hub = new HubPaths(hubUrl);
  const missing: string[] = [];
  for (const [device, width] of Object.entries(widths)) {
    const page = await browser.newPage({
      viewport: { width, height: 900 },
      colorScheme: isDark ? "dark" : "light",
      deviceScaleFactor: device === "phone" ? 2 : 1,
    });
    for (const shot of shots) {
      const target = await shot.path(hub);
      if (target === undefined) missing.push(shot.name);
      else {
        const file = `${shot.name}-${device}${isDark ? "-dark" : ""}.png`;
        await page.goto(`${hub.url}${target}`, { waitUntil: "load" });
        await writeFile(path.join(outDir, file), await picture(page, width));
      }
    }
    await page.close();
  }
  return [...new Set(missing)];
}

async function picture(page: Page, width: number): Promise<Buffer> {
  const height = await page.evaluate("document.documentElement.scrollHeight");
  return page.screenshot({
    fullPage: true,
    clip: { x: 0, y: 0, width, height: Math.min(Number(height), heightMax) },
  });
}

if (import.meta.main) {
  const isDark = process.argv.includes("--dark");
  const [hubUrl, outDir] = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
  if (hubUrl === undefined || outDir === undefined) {
    process.stderr.write("usage: node tests/browser/screenshots.ts <hubUrl> <outDir> [--dark]\n");
    process.exit(2);
  }
  const browser = await openBrowser();
  if (typeof browser === "string") {
    process.stderr.write(`${browser}\n`);
    process.exit(1);
  }
  const missing = await takeScreenshots(browser, { hubUrl, outDir, isDark });
  await browser.close();
  for (const name of missing) process.stderr.write(`${name}: nothing to show\n`);
}

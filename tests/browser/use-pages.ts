import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";

import { settled, weakContrasts } from "./contrast.ts";
import { openBrowser } from "./open-browser.ts";
import type { PageServer } from "./page-server.ts";
import { startPages } from "./page-server.ts";

/** The widths that pages are looked at: a desk and a phone. */
export const widths = [1280, 390];

/** The app's pages for the tests of one file, which are skipped with a reason where there is no browser. */
export function usePages() {
  let opened: Browser | string;
  let server: PageServer;

  beforeAll(async () => {
    opened = await openBrowser();
    server = await startPages(0);
  }, 60_000);

  afterAll(async () => {
    if (typeof opened !== "string") await opened.close();
    await server.close();
  });

  beforeEach((context) => {
    if (typeof opened === "string") context.skip(opened);
  });

  return {
    url: (path: string) => `${server.url}${path}`,
    /** A page without any script. */
    async open(width: number): Promise<Page> {
      if (typeof opened === "string") throw new Error(opened);
      const viewport = { width, height: 900 };
      return opened.newPage({ ...settled, viewport, javaScriptEnabled: false });
    },
  };
}

/** Whatever is shown fits and is legible. */
export async function look(page: Page, name: string): Promise<void> {
  const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  expect([name, Number(overflow)]).toEqual([name, 0]);
  expect([name, await page.evaluate(weakContrasts)]).toEqual([name, []]);
}

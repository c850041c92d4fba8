import { existsSync } from "node:fs";
import { env } from "node:process";

import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";

const usualPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** A browser to test with: `CHROMIUM_PATH`, else where systems keep one; else the reason why there is none. */
export async function openBrowser(): Promise<Browser | string> {
  const wanted = env["CHROMIUM_PATH"];
  const executablePath = wanted ?? usualPlaces.find((place) => existsSync(place));
  if (executablePath === undefined || !existsSync(executablePath)) {
    return `no Chromium at ${wanted ?? usualPlaces.join(", ")}: set CHROMIUM_PATH to one`;
  }
  // Containers run as root, where Chromium's own sandbox cannot start; it only sees our own pages.
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}

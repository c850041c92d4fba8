import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { findUnmetOptionals, type Lockfile } from "#infra/local/lockfile.ts";

test("`npm ci` accepts the lockfile: it holds every optional package it asks for", () => {
  const text = readFileSync(new URL("../package-lock.json", import.meta.url), "utf8");
  // npm wrote the file; a shape other than this fails the test.
  const lockfile = JSON.parse(text) as Lockfile;
  expect(Object.keys(lockfile.packages).length).toBeGreaterThan(100);
  // `npm run fix` takes unmet ones out.
  expect(findUnmetOptionals(lockfile)).toEqual([]);
});

test("an optional package held in another version or not at all is unmet", () => {
  const lockfile: Lockfile = {
    packages: {
      "": { optionalDependencies: { present: "1.0.0" } },
      "node_modules/present": { version: "1.0.0" },
      "node_modules/tool": {
        optionalDependencies: {
          "@tool/mac": "2.0.0",
          "@tool/linux": "2.0.0",
          "@tool/win": "2.0.0",
        },
      },
      "node_modules/@tool/linux": { version: "1.9.0" },
      "node_modules/tool/node_modules/@tool/win": { version: "2.0.0" },
    },
  };
  expect(findUnmetOptionals(lockfile)).toEqual([
    { path: "node_modules/tool", name: "@tool/mac" },
    { path: "node_modules/tool", name: "@tool/linux" },
  ]);
});

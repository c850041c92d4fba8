import { globSync, readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { inWords } from "./format.ts";

/** `because: "has-work"` of a finding that is over. */
const ofFindings = /state: "cleared", because: "(?<code>[a-z-]+)"/gu;

/** Why alerts end that no rule's own answer ends, and reasons that rules pass on. */
const others = [
  "goes-on-under-another-id",
  "rule-removed",
  "finding-gone",
  "level-ignored",
  "not-started",
  "same-team",
  "not-work",
  "has-a-parent",
  "owner-left",
  "account-deactivated",
  "team-dissolved",
  "after-goal",
  "after-blocked",
  "parent-removed",
  "parent-dropped",
];

function codesOfFindings(): readonly string[] {
  const root = new URL("../../../", import.meta.url);
  const files = globSync(["shared/rules/*/*.ts", "functions/detect/*.ts"], { cwd: root });
  const texts = files
    .filter((file) => !file.endsWith(".test.ts"))
    .map((file) => readFileSync(new URL(file, root), "utf8"));
  return texts.flatMap((text) =>
    [...text.matchAll(ofFindings)].map(({ groups }) => groups?.["code"] ?? ""),
  );
}

test("why an alert ended, and what it is about, is told in words and not in codes", () => {
  const codes = codesOfFindings();
  expect(codes).toEqual(expect.arrayContaining(["has-work", "rule-switched-off", "closed"]));
  const raw = new Set([...codes, ...others].filter((code) => /[a-z]-[a-z]/u.test(inWords(code))));
  expect([...raw]).toEqual([]);
  for (const code of ["unread", "allowed", "unlinkable"]) {
    expect(inWords(code)).toContain(" ");
  }
  expect(inWords("gone")).toBe("the one waits for the other no more");
});

test("a word that is none of ours is left as it is, whatever it is", () => {
  expect(["constructor", "toString", "Works"].map(inWords)).toEqual([
    "constructor",
    "toString",
    "Works",
  ]);
});

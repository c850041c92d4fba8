import { describe, expect, test } from "vitest";

import { hostileTitles } from "#shared/testing/hostile-titles.ts";

import { cutText, plainText, unlinked, webUrl } from "./plain-text.ts";

describe("plainText", () => {
  test.each([
    ["invoice\u202Efdp.exe", "invoicefdp.exe"],
    ["a\r\nBcc: all\u2028x\u0000y", "a Bcc: all x y"],
    ["\u200B\u2060\u3164\u2800", ""],
    ["half \uD83D", "half \uFFFD"],
    [`Z${"\u0335".repeat(90)}o`, "Z\u0335\u0335\u0335o"],
    ["👩‍👩‍👧 மொழி नमस्ते می‌خواهم é", "👩‍👩‍👧 மொழி नमस्ते می‌خواهم é"],
  ])("%j becomes %j", (text, plain) => {
    expect(plainText(text)).toBe(plain);
  });

  test.each(hostileTitles)("$what is one line without controls", ({ text }) => {
    expect(plainText(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u);
    expect(plainText(text).isWellFormed()).toBe(true);
  });
});

test.each([
  ["see https://evil.example/x", "see https:\u200B//evil.\u200Bexample/x"],
  ["write to a@b.example", "write to a@\u200Bb.\u200Bexample"],
  ["version 1.2.3 in 10.5 days. Done", "version 1.2.3 in 10.5 days. Done"],
])("no program makes a link of %j", (text, quiet) => {
  expect(unlinked(text)).toBe(quiet);
});

test("a text that is cut says so, and ends with a whole character", () => {
  expect(cutText("abc", 3)).toBe("abc");
  expect(cutText("abcd", 3)).toBe("ab…");
  expect(cutText("a🚚🚚", 3)).toBe("a…");
});

test.each([
  ["https://a.example/x?y=1&z=<b>", "https://a.example/x?y=1&z=%3Cb%3E"],
  ["javascript:alert(1)", undefined],
  [" JavaScript:alert(1)", undefined],
  ["data:text/html,x", undefined],
  ["//a.example", undefined],
  [`https://a.example/${"x".repeat(1000)}`, undefined],
  [undefined, undefined],
])("%s opens %s", (url, opened) => {
  expect(webUrl(url)).toBe(opened);
});

import { describe, expect, test } from "vitest";

import { jqlTime, scopeJql, typeJql } from "./jql.ts";

const at = (text: string) => Date.parse(text);

describe("moments in JQL", () => {
  test("are minutes, rounded down, on the clocks of the account", () => {
    expect(jqlTime(at("2026-11-02T09:30:59.999Z"), "Etc/UTC")).toBe("2026/11/02 09:30");
    expect(jqlTime(at("2026-11-02T09:30:00Z"), "Asia/Kathmandu")).toBe("2026/11/02 15:15");
    expect(jqlTime(at("2026-11-02T20:30:00Z"), "Pacific/Auckland")).toBe("2026/11/03 09:30");
    expect(jqlTime(at("2026-11-02T00:00:00Z"), "Etc/UTC")).toBe("2026/11/02 00:00");
  });

  test("step back where the clocks change, so that an hour that comes twice is never skipped", () => {
    // Berlin, 2026-10-25: 02:30 comes at 00:30 and again at 01:30 UTC.
    expect(jqlTime(at("2026-10-25T00:30:00Z"), "Europe/Berlin")).toBe("2026/10/24 23:30");
    expect(jqlTime(at("2026-10-25T12:00:00Z"), "Europe/Berlin")).toBe("2026/10/25 13:00");
  });

  test("step back a day in a zone that we do not know", () => {
    expect(jqlTime(at("2026-11-02T09:30:00Z"), "Mars/Olympus")).toBe("2026/11/01 09:30");
  });
});

test("a query never lacks a restriction, and keys that are words of JQL are quoted", () => {
  expect(scopeJql([])).toBe("project is not EMPTY");
  expect(scopeJql(["AND", "PAY"])).toBe('project in ("AND", "PAY")');
  expect(typeJql("not in", ["1", "2"])).toBe("issuetype not in (1, 2)");
});

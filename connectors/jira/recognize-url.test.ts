import { expect, test } from "vitest";

import { recognizeJiraUrl } from "./recognize-url.ts";

const gateway = {
  baseUrl: "https://api.atlassian.com/ex/jira/6f3c1c3e-9b0a-4d52-8f5e-2a7b1c9d0e4f",
  siteUrl: "https://acme.atlassian.net/",
};
const site = { baseUrl: "https://acme.atlassian.net" };

const keyIn = (text: string, settings: Record<string, unknown> = site) =>
  recognizeJiraUrl(new URL(text), { settings })?.key;

test("an issue is recognised in every address that people copy, on its own site only", () => {
  for (const path of [
    "/browse/PAY-12",
    "/browse/pay-12?focusedId=1#comment",
    "/jira/software/c/projects/PAY/boards/1?selectedIssue=PAY-12",
    "/projects/PAY/issues/PAY-12?filter=allopenissues",
  ]) {
    expect([path, keyIn(`https://acme.atlassian.net${path}`)]).toEqual([path, "PAY-12"]);
    expect(keyIn(`https://acme.atlassian.net${path}`, gateway)).toBe("PAY-12");
    expect(keyIn(`https://other.atlassian.net${path}`)).toBeUndefined();
  }
});

test("what shows no issue is nobody's", () => {
  for (const path of ["/", "/browse/PAY", "/browse/PAY-12/x", "/jira/boards/1?selectedIssue=12"]) {
    expect([path, keyIn(`https://acme.atlassian.net${path}`)]).toEqual([path, undefined]);
  }
  expect(keyIn("https://acme.atlassian.net/browse/PAY-1", {})).toBeUndefined();
});

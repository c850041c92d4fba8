import { expect, test } from "vitest";

import { connectionId } from "#shared/model/ids.ts";

import { recognizeUrl } from "./recognize-url.ts";

const id = connectionId("asana00001");
const real = { id, settings: { baseUrl: "https://app.asana.com/api/1.0", workspaces: ["11"] } };
const local = { id, settings: { baseUrl: "http://127.0.0.1:4010/api/1.0", workspaces: ["11"] } };

test.each([
  ["https://app.asana.com/0/501/77", "work-item", "77"],
  ["https://app.asana.com/0/501/77/f", "work-item", "77"],
  ["https://app.asana.com/0/0/77/f?focus=true", "work-item", "77"],
  ["https://app.asana.com/0/501/list", "work-item", "501"],
  ["https://app.asana.com/0/portfolio/61/list", "work-item", "61"],
  ["https://app.asana.com/0/goal/91", "goal", "91"],
  ["https://app.asana.com/1/11/project/501/task/77", "work-item", "77"],
  ["https://app.asana.com/1/11/task/77", "work-item", "77"],
  ["https://app.asana.com/1/11/project/501/list/3", "work-item", "501"],
  ["https://app.asana.com/1/11/goal/91", "goal", "91"],
])("%s is %s %s", (url, type, gid) => {
  expect(recognizeUrl(new URL(url), real)).toBe(`asana:${type}:${id}:${gid}`);
});

test.each([
  "https://app.asana.com/1/12/task/77",
  "https://app.asana.com/0/inbox/77",
  "https://app.asana.com/-/login",
  "https://acme.atlassian.net/browse/PAY-12",
  "https://app.asana.com.evil.example/0/501/77",
])("%s is none of ours", (url) => {
  expect(recognizeUrl(new URL(url), real)).toBeUndefined();
});

test("addresses of another server than Asana's are those of the connection to it alone", () => {
  const url = new URL("http://127.0.0.1:4010/0/501/77");
  expect(recognizeUrl(url, local)).toBe(`asana:work-item:${id}:77`);
  expect(recognizeUrl(url, real)).toBeUndefined();
  expect(recognizeUrl(new URL("https://app.asana.com/0/501/77"), local)).toBeUndefined();
});

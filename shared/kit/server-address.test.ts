import { expect, test } from "vitest";

import { serverAddress } from "./server-address.ts";

test.each([
  "https://site.atlassian.net",
  "https://127.0.0.1:4000",
  "http://127.0.0.1:4000/ex/jira/1",
  "http://localhost:4000",
  "http://tool.localhost",
  "http://[::1]:4000",
  "http://simulator:8080",
])("secrets may be sent to %s", (address) => {
  expect(serverAddress().safeParse(address).success).toBe(true);
});

test.each([
  "http://site.atlassian.net",
  "http://10.0.0.1",
  "http://127.0.0.1.example",
  "http://[::ffff:1.2.3.4]",
  "http://2130706433.example",
  "ftp://localhost",
  "localhost",
])("secrets may not be sent to %s", (address) => {
  expect(serverAddress().safeParse(address).success).toBe(false);
});

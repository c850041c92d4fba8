import { expect, test } from "vitest";

import { connectors } from "#connectors/index.ts";

import { settingsFields } from "../connections/settings-form.ts";
import { stepOf } from "./setup-fields.ts";

const fieldsOf = (name: string, step: string) => {
  const connector = connectors.find((one) => one.name === name);
  if (!connector) throw new Error(`No connector ${name}`);
  const ofField = stepOf(connector);
  return settingsFields(connector).flatMap((field) =>
    ofField(field.name) === step ? field.name : [],
  );
};

test.each([
  ["jira", ["baseUrl", "email", "apiToken", "tokenExpiresOn"]],
  ["asana", ["token"]],
  ["bamboohr", ["companyDomain", "apiKey"]],
  // Nothing of it stands for the way in: a file may be typed in or fetched.
  ["goals-file", ["format", "content", "url", "authorization"]],
])("%s asks first for what lets one in", (name, fields) => {
  expect(fieldsOf(name, "access")).toEqual(expect.arrayContaining(fields));
  expect(fieldsOf(name, "access")).toHaveLength(fields.length);
});

test("what few need is folded away beside it", () => {
  expect(fieldsOf("jira", "special")).toEqual(["siteUrl", "webhookSecret"]);
  expect(fieldsOf("asana", "special")).toEqual(["baseUrl"]);
});

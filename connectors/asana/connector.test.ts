import { expect, test } from "vitest";
import * as z from "zod";

import { secretFields } from "#shared/kit/connector.ts";

import { asana } from "./connector.ts";

test("the token is the only secret, and the form can be drawn from the settings", () => {
  expect(secretFields(asana)).toEqual(["token"]);
  const form = z.toJSONSchema(asana.settings, { io: "input" });
  // Where a connection rests on a consent, there is no token to type in.
  expect(form.required).toEqual(["workspaces"]);
  for (const field of Object.values(form.properties ?? {})) {
    expect(field).toMatchObject({ title: expect.any(String), description: expect.any(String) });
  }
});

test("settings without a workspace, or with its name for its gid, are refused", () => {
  const parse = (workspaces: string[]) =>
    asana.settings.safeParse({ token: "t", workspaces }).success;
  expect([parse(["12"]), parse([]), parse(["Acme"])]).toEqual([true, false, false]);
});

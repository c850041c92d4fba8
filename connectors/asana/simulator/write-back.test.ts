import { describe, expect, test } from "vitest";
import * as z from "zod";

import { exampleSeed } from "./example-seed.ts";
import { simulator } from "./test-simulator.ts";

const workspace = "1100000000000001";
const checkout = "1500000000000001";
const task = "1800000000000001";
const dana = "1200000000000002";
const Made = z.looseObject({ gid: z.string() });

describe("a custom field that is written", () => {
  test("is created, put on a project, written, read back and undone to the byte", async () => {
    const { call, get, content } = await simulator();
    const wanted = { name: "Line of sight", resource_subtype: "text", workspace };
    const field = Made.parse((await call("POST", "/custom_fields", wanted)).body.data).gid;
    const write = (value: string | null) =>
      call("PUT", `/tasks/${task}`, { custom_fields: { [field]: value } });
    // Asana knows no field of a task that none of its projects has.
    expect((await write("Goal")).status).toBe(400);
    const setting = { custom_field: field };
    const path = `/projects/${checkout}/addCustomFieldSetting`;
    expect((await call("POST", path, setting)).status).toBe(200);
    const before = content();
    expect((await write("Goal")).status).toBe(200);
    const fields = "opt_fields=custom_fields.gid,custom_fields.text_value";
    const { data } = (await get(`/tasks/${task}?${fields}`)).body;
    expect(data).toMatchObject({
      custom_fields: expect.arrayContaining([{ gid: field, text_value: "Goal" }]),
    });
    expect(content()).not.toBe(before);
    expect((await write(null)).status).toBe(200);
    expect(content()).toBe(before);
  });

  test("is told to watchers as a change of custom_fields by the token's user", async () => {
    const { call, get } = await simulator({
      seed: { ...exampleSeed, tokens: [{ token: "dana-token", kind: "pat", user: dana }] },
    });
    const { sync = "" } = (await get(`/events?resource=${checkout}`)).body;
    const custom_fields = { "1700000000000002": "1710000000000002" };
    await call("PUT", `/tasks/${task}`, { custom_fields }, "dana-token");
    const { body } = await get(`/events?resource=${checkout}&sync=${sync}`);
    expect(body.data).toMatchObject([
      {
        action: "changed",
        user: { gid: dana },
        resource: { gid: task },
        change: { field: "custom_fields", new_value: { gid: "1700000000000002" } },
      },
    ]);
  });

  test("must fit its type, and a plan without custom fields refuses to make one", async () => {
    const { call, perform } = await simulator();
    const write = (gid: string, value: unknown) =>
      call("PUT", `/tasks/${task}`, { custom_fields: { [gid]: value } });
    for (const misfit of [
      await write("1700000000000003", "many"),
      await write("1700000000000002", "no option"),
    ]) {
      expect(misfit.body.errors?.[0]?.message).toContain("does not fit");
    }
    perform({ kind: "setFeatures", custom_fields: false });
    const wanted = { name: "Another", resource_subtype: "text", workspace };
    expect((await call("POST", "/custom_fields", wanted)).status).toBe(402);
  });
});

test("external data is for OAuth apps, and each sees its own only", async () => {
  const seed = {
    ...exampleSeed,
    tokens: [
      { token: "app-one-token", kind: "oauth" as const, user: dana, app: "1" },
      { token: "app-two-token", kind: "oauth" as const, user: dana, app: "2" },
    ],
  };
  const { call } = await simulator({ seed });
  const external = { gid: "hub-7", data: "line of sight" };
  const put = (token: string) => call("PUT", `/tasks/${task}`, { external }, token);
  expect((await put(exampleSeed.token)).status).toBe(400);
  expect((await put("app-one-token")).status).toBe(200);
  const read = async (token: string) =>
    (await call("GET", `/tasks/${task}?opt_fields=external`, undefined, token)).body.data;
  expect(await read("app-one-token")).toEqual({ gid: task, external });
  expect(await read("app-two-token")).toEqual({ gid: task });
  expect(await read(exampleSeed.token)).toEqual({ gid: task });
});

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { keepWebhookSecret, readWebhookSecrets } from "#shared/access/webhook-secrets.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { HubError } from "#shared/errors.ts";
import type { ConnectionId } from "#shared/model/ids.ts";

import { openFileSecrets } from "./file-secrets.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "throughline-secrets-"));
  path = join(folder, "nested", "secrets.json");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("what is written is read by another process", async () => {
  await openFileSecrets(path).write("connection/a", { token: "t", webhookSecret: "w" });
  expect(await openFileSecrets(path).read("connection/a")).toEqual({
    token: "t",
    webhookSecret: "w",
  });
  expect(await openFileSecrets(path).read("connection/b")).toBeUndefined();
  expect(await openFileSecrets(path).read("constructor")).toBeUndefined();
});

test("merge keeps other keys, write replaces all, remove is idempotent", async () => {
  const secrets = openFileSecrets(path);
  await secrets.write("a", { one: "1", two: "2" });
  await secrets.merge("a", { two: "II", three: "3" });
  expect(await secrets.read("a")).toEqual({ one: "1", two: "II", three: "3" });
  await secrets.write("a", { four: "4" });
  expect(await secrets.read("a")).toEqual({ four: "4" });
  await secrets.merge("new", { x: "y" });
  await secrets.remove("a");
  await secrets.remove("a");
  expect(await secrets.read("a")).toBeUndefined();
  expect(await secrets.read("new")).toEqual({ x: "y" });
});

test("writes at the same time lose nothing of each other", async () => {
  const secrets = openFileSecrets(path);
  const names = Array.from({ length: 20 }, (_, index) => `key${index}`);
  await Promise.all(names.map((name) => secrets.merge("shared", { [name]: name })));
  expect(Object.keys((await openFileSecrets(path).read("shared")) ?? {})).toEqual(names);
});

test.skipIf(process.platform === "win32")(
  "only the owner may read the file, and no copy is left beside it",
  async () => {
    const secrets = openFileSecrets(path);
    await secrets.write("a", { token: "t" });
    await secrets.write("b", { token: "t" });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, "nested"))).toEqual(["secrets.json"]);
  },
);

test("a fresh read sees what was changed outside", async () => {
  const secrets = openFileSecrets(path);
  await secrets.write("a", { token: "old" });
  writeFileSync(path, readFileSync(path, "utf8").replace("old", "new"));
  expect(await secrets.read("a")).toEqual({ token: "old" });
  expect(await secrets.read("a", { fresh: true })).toEqual({ token: "new" });
});

test("a damaged file is named but never quoted, and not overwritten", async () => {
  const secrets = openFileSecrets(path);
  await secrets.write("a", { token: "t" });
  writeFileSync(path, '{"a": {"token": "canary');
  const reopened = openFileSecrets(path);
  const failure = await reopened.read("a").catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(HubError);
  expect(String(failure)).toContain("secrets.json");
  expect(JSON.stringify([failure, String(failure)])).not.toContain("canary");
  await expect(reopened.merge("b", { x: "y" })).rejects.toMatchObject({
    code: "store.unavailable",
  });
  expect(readFileSync(path, "utf8")).toContain("canary");
});

test("a write that fails does not stop the next one", async () => {
  writeFileSync(join(folder, "nested"), "a file where a folder is wanted");
  const secrets = openFileSecrets(path);
  await expect(secrets.write("a", { x: "1" })).rejects.toThrow(HubError);
  rmSync(join(folder, "nested"));
  await secrets.write("a", { x: "2" });
  expect(await secrets.read("a")).toEqual({ x: "2" });
});

test("the secrets of five thousand webhooks stay out of the file, and no value of it grows large", async () => {
  const secrets = openFileSecrets(path);
  const table = createMemoryTable();
  const connectionId = "conn_a000000000" as ConnectionId;
  const ids = Array.from({ length: 5000 }, (_, at) => `sub_${String(at).padStart(10, "0")}`);
  for (const id of ids) {
    await keepWebhookSecret({ table, secrets }, { connectionId, id }, `secret of ${id}`);
  }
  const values = Object.values(JSON.parse(readFileSync(path, "utf8")));
  expect(Math.max(...values.map((each) => JSON.stringify(each).length))).toBeLessThan(65_536);
  const [, , third = ""] = ids;
  const deps = { table, secrets: openFileSecrets(path) };
  expect(await readWebhookSecrets(deps, { connectionId, id: third })).toEqual([
    `secret of ${third}`,
  ]);
});

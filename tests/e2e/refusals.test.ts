import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ErrorAnswer } from "#functions/app/http/error-envelope.ts";

import { freePort } from "./support/hub-process.ts";
import { type SmallHub, startSmallHub } from "./support/small-hub.ts";
import type { SignedDelivery, SmallTool } from "./support/small-tools.ts";
import { until } from "./support/until.ts";

const connectors = ["jira", "asana", "bamboohr"] as const;

describe("what must not get in", () => {
  let small: SmallHub;
  const answers: string[] = [];

  beforeAll(async () => {
    small = await startSmallHub("debug");
  }, 240_000);

  afterAll(async () => {
    await small.end();
  });

  async function deliver(path: string, { headers, body }: SignedDelivery): Promise<number> {
    const response = await fetch(`${small.hub.url}${path}`, { method: "POST", headers, body });
    answers.push(await response.text());
    return response.status;
  }

  const pathOf = (tool: SmallTool) => `/webhooks/${tool.connector}/${small.ids[tool.connector]}`;

  /** The counts of one connection once they are as many as expected. */
  const counted = (connectionId: string | undefined, wanted: Readonly<Record<string, number>>) =>
    until(
      `coverage shows ${JSON.stringify(wanted)}`,
      async () => {
        const counts = await small.api.deliveryCounts(connectionId);
        return Object.entries(wanted).every(([outcome, count]) => counts[outcome] === count);
      },
      { withinMs: 30_000, everyMs: 100, seen: () => small.api.deliveryCounts(connectionId) },
    );

  describe.each(connectors)("a webhook of %s", (name) => {
    test("with a flipped bit or no signature is refused with 401", async () => {
      const tool = small.tools[name];
      const signed = tool.sign(JSON.stringify(tool.event));
      const flipped = signed.body.replace(/^\{/u, "{ ");
      expect(await deliver(pathOf(tool), { ...signed, body: flipped })).toBe(401);
      const signature = signed.headers[tool.signatureHeader] ?? "";
      const last = signature.endsWith("0") ? "1" : "0";
      const corrupt = { [tool.signatureHeader]: signature.slice(0, -1) + last };
      expect(
        await deliver(pathOf(tool), { ...signed, headers: { ...signed.headers, ...corrupt } }),
      ).toBe(401);
      const { [tool.signatureHeader]: _signature, ...unsigned } = signed.headers;
      expect(await deliver(pathOf(tool), { ...signed, headers: unsigned })).toBe(401);
      await expect(counted(small.ids[name], { unverified: 3 })).resolves.toBe(true);
    });

    test("of 2 MB is refused with 413, however well signed", async () => {
      const tool = small.tools[name];
      const body = JSON.stringify({ ...Object(tool.event), padding: "x".repeat(2_000_000) });
      expect(await deliver(pathOf(tool), tool.sign(body))).toBe(413);
      await expect(counted(small.ids[name], { "too-large": 1 })).resolves.toBe(true);
    });

    test("of broken JSON with a valid signature is refused with 400", async () => {
      const tool = small.tools[name];
      const body = JSON.stringify(tool.event).slice(0, -2);
      expect(await deliver(pathOf(tool), tool.sign(body))).toBe(400);
      await expect(counted(small.ids[name], { malformed: 1 })).resolves.toBe(true);
    });

    test("for an unknown connection gets 404, also where another tool's would fit", async () => {
      const tool = small.tools[name];
      const before = (await small.api.deliveryCounts())["unknown-connection"] ?? 0;
      const signed = tool.sign(JSON.stringify(tool.event));
      expect(await deliver(`/webhooks/${name}/conn_0000000000`, signed)).toBe(404);
      expect(await deliver(`/webhooks/${name}/nonsense`, signed)).toBe(404);
      const other = small.ids[name === "jira" ? "asana" : "jira"];
      expect(await deliver(`/webhooks/${name}/${other}`, signed)).toBe(404);
      await expect(counted(undefined, { "unknown-connection": before + 3 })).resolves.toBe(true);
    });

    test("that is right is taken after all of that", async () => {
      const tool = small.tools[name];
      const status = await deliver(pathOf(tool), tool.sign(JSON.stringify(tool.event)));
      expect(status).toBe(202);
    });
  });

  describe.each(connectors)("connecting %s", (name) => {
    const wrong = `wrong-credential-of-${name}-90210`;

    async function refused(body: unknown): Promise<ErrorAnswer["error"]> {
      const before = (await small.api.connections()).map(({ id }) => id);
      const answer = await small.api.request("POST", "/api/connections", body);
      answers.push(answer.text);
      const { error } = ErrorAnswer.parse(JSON.parse(answer.text));
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(error.message.length).toBeGreaterThan(15);
      expect((await small.api.connections()).map(({ id }) => id)).toEqual(before);
      return error;
    }

    const bodyWith = (changes: Readonly<Record<string, unknown>>) => {
      const { settings } = small.tools[name];
      return { connector: name, name: "Second", settings: { ...settings, ...changes } };
    };

    test("with a wrong credential says so, and names no other fault", async () => {
      const { secretField } = small.tools[name];
      expect(await refused(bodyWith({ [secretField]: wrong }))).toMatchObject({
        code: "connector.unauthorized",
      });
    });

    test("at an address where nobody answers says so", async () => {
      const { secretField } = small.tools[name];
      const baseUrl = `http://127.0.0.1:${await freePort()}`;
      const error = await refused(bodyWith({ baseUrl, [secretField]: wrong }));
      expect(error.code).toBe("connector.unreachable");
    });

    test("without its credential names the field", async () => {
      const { secretField } = small.tools[name];
      const error = await refused(bodyWith({ [secretField]: undefined }));
      expect(error.code).toBe("input.invalid");
      expect(error.issues?.map(({ path }) => path)).toEqual([`settings.${secretField}`]);
    });

    test("with a setting that it does not know names it", async () => {
      const error = await refused(bodyWith({ passwrod: wrong }));
      expect(error.code).toBe("input.invalid");
      expect(JSON.stringify(error.issues)).toContain("passwrod");
    });
  });

  test("connecting what there is no connector for lists those that there are", async () => {
    const body = { connector: "trello", name: "Boards", settings: {} };
    const { status, text } = await small.api.request("POST", "/api/connections", body);
    const { error } = ErrorAnswer.parse(JSON.parse(text));
    expect(status).toBe(400);
    expect(error).toMatchObject({ code: "input.invalid", issues: [{ path: "connector" }] });
    expect(JSON.stringify(error.issues)).toContain("jira");
  });

  test("a body that is no JSON, or lacks everything, is refused by field", async () => {
    const response = await fetch(`${small.hub.url}/api/connections`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{ not json",
    });
    expect(response.status).toBe(400);
    const empty = await small.api.request("POST", "/api/connections", {});
    expect(empty.status).toBe(400);
    const { error } = ErrorAnswer.parse(JSON.parse(empty.text));
    expect(error.issues?.map(({ path }) => path).toSorted()).toEqual([
      "connector",
      "name",
      "settings",
    ]);
  });

  test("the hub still serves, and nothing of it is broken", async () => {
    expect((await small.api.request("GET", "/api/health")).status).toBe(200);
    const functions = Object.entries(await small.api.functions());
    expect(functions.filter(([, { failures }]) => failures > 0)).toEqual([]);
    for (const { health } of await small.api.connections()) expect(health).toBe("healthy");
  });

  test("no secret is in any answer, in the log, or in a file but the one for secrets", async () => {
    for (const { id } of await small.api.connections()) {
      const paths = [`/api/connections/${id}`, `/connections/${id}`, "/api/connections"];
      for (const path of paths) answers.push((await small.api.request("GET", path)).text);
    }
    answers.push((await small.api.request("GET", "/api/coverage")).text);
    const own = small.tools.all.flatMap(({ settings, secretField, webhookSecrets }) => [
      String(settings[secretField]),
      ...webhookSecrets(),
    ]);
    const wrong = connectors.map((name) => `wrong-credential-of-${name}-90210`);
    expect(own.length).toBeGreaterThan(5);
    expect(small.hub.output).toContain('"level":"debug"');
    for (const secret of [...own, ...wrong]) {
      expect(answers.filter((text) => text.includes(secret))).toEqual([]);
      expect(small.hub.output.includes(secret)).toBe(false);
    }
    const files = await contents(small.dataDir);
    // What is stored can be found by this very search.
    expect(files.get("throughline.db")?.includes("Small jira")).toBe(true);
    expect(files.get("secrets.json")?.includes(own[0] ?? "")).toBe(true);
    for (const [name, bytes] of files) {
      const found = [...(name === "secrets.json" ? [] : own), ...wrong].filter((secret) =>
        bytes.includes(secret),
      );
      expect([name, found]).toEqual([name, []]);
    }
  });
});

async function contents(directory: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const read = files.map(async ({ name, parentPath }) => {
    return [name, await readFile(join(parentPath, name))] as const;
  });
  return new Map(await Promise.all(read));
}

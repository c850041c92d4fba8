import { describe, expect, test } from "vitest";
import * as z from "zod";

import { openNotifier, openSource } from "#shared/access/open-source.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { HubError } from "#shared/errors.ts";
import type { Connection } from "#shared/model/connection.ts";
import { connectionId, factId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import type { SecretValues, Secrets } from "#shared/ports/secrets.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import type { Source } from "./connector.ts";
import { defineConnector, secretFields } from "./connector.ts";
import { Registry, secretName, webhookSecrets } from "./registry.ts";

const Settings = z.object({
  site: z.url().meta({ title: "Site", description: "Where" }),
  token: z.string().min(5).meta({ title: "Token", description: "Which", secret: true }),
  goalLevels: z.array(z.string()).default([]).meta({ title: "Levels", description: "Which" }),
});

/** What the factory of the fake was given. */
const opened: unknown[] = [];
const tracker = defineConnector({
  name: "tracker",
  title: "Tracker",
  summary: "For tests",
  settings: Settings,
  collections: [],
  providesGoals: ({ goalLevels }) => Array.isArray(goalLevels) && goalLevels.length > 0,
  recognizeUrl: (url, connection) =>
    url.href.startsWith(String(connection.settings["site"]))
      ? factId("work-item", "tracker", connection.id, url.pathname.slice(1))
      : undefined,
  source: async () => (context) => {
    opened.push(context);
    // Nothing is read through it here.
    return {} as Source;
  },
});
const silent = defineConnector({
  name: "silent",
  title: "Silent",
  summary: "For tests",
  settings: z.object({}),
  collections: [],
  providesGoals: () => false,
});
const registry = new Registry([tracker, silent]);

const now = "2026-03-02T09:00:00.000Z" as Instant;
function connection(name: string, given: Partial<Connection> = {}): Connection {
  return {
    type: "connection",
    id: connectionId(name.padEnd(10, "0")),
    connector: "tracker",
    name,
    settings: { site: `https://${name}.example/` },
    status: "active",
    createdAt: now,
    updatedAt: now,
    revision: 0,
    ...given,
  };
}

function depsWith(values: SecretValues | undefined) {
  const unused = () => Promise.reject(new Error("not for reading"));
  const secrets: Secrets = {
    read: async () => values,
    write: unused,
    merge: unused,
    remove: unused,
  };
  return {
    registry,
    secrets,
    table: createMemoryTable(),
    clock: new ManualClock(now),
    logger: createSilentLogger(),
    random: () => "random",
  };
}

describe("the registry", () => {
  test("names the connectors there are when one is asked for that is not", () => {
    expect(() => registry.get("other")).toThrow("There are: tracker, silent");
    expect(registry.find("other")).toBeUndefined();
  });

  test("knows which connections are sources and which may hold goals", () => {
    expect(registry.isSource(connection("a"))).toBe(true);
    expect(registry.isSource(connection("a", { connector: "silent" }))).toBe(false);
    expect(registry.isSource(connection("a", { connector: "gone" }))).toBe(false);
    expect(registry.providesGoals(connection("a"))).toBe(false);
    const withGoals = connection("a", { settings: { goalLevels: ["Goal"] } });
    expect(registry.providesGoals(withGoals)).toBe(true);
    expect(registry.providesGoals(connection("a", { connector: "gone" }))).toBe(false);
  });

  test("finds the one connection whose entity an address shows", () => {
    const recognize = registry.recognizer([
      connection("silent", { connector: "silent" }),
      connection("a"),
      connection("b"),
    ]);
    expect(recognize("https://b.example/B-1")).toEqual({
      id: "tracker:work-item:conn_b000000000:B-1",
    });
    expect(recognize("https://elsewhere.example/B-1")).toBeUndefined();
    expect(recognize("no address")).toBeUndefined();
  });
});

describe("opening a source", () => {
  const open = (name: string) => ({ connection: connection(name), connections: [] });

  test("hands it its settings whole: stored ones, secrets and defaults", async () => {
    opened.length = 0;
    await openSource(depsWith({ token: "12345", sub_1: "webhook" }), open("a"));
    expect(opened).toMatchObject([
      { settings: { site: "https://a.example/", token: "12345", goalLevels: [] } },
    ]);
    expect(JSON.stringify(opened)).not.toContain("webhook");
  });

  test("with settings that do not fit names the fields and never a value", async () => {
    const bad = connection("a", { settings: { site: "secret-site" } });
    const failure = await openSource(depsWith({ token: "1234" }), {
      connection: bad,
      connections: [],
    }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HubError);
    expect(failure).toMatchObject({ code: "connector.misconfigured" });
    const { message } = failure as HubError;
    expect(message).toContain("site, token");
    expect(JSON.stringify([message, (failure as HubError).details])).not.toMatch(
      /secret-site|1234/u,
    );
  });

  test("with no secrets stored says which are missing", async () => {
    await expect(openSource(depsWith(undefined), open("a"))).rejects.toThrow("(token)");
  });

  test("of a connector that has none is refused, and so is a notifier", async () => {
    const other = connection("a", { connector: "silent" });
    await expect(openSource(depsWith({}), { connection: other, connections: [] })).rejects.toThrow(
      "not a source",
    );
    await expect(openNotifier(depsWith({}), other)).rejects.toThrow("cannot deliver");
  });
});

describe("secrets", () => {
  test("are told apart from other settings by their schema", () => {
    expect(secretFields(tracker)).toEqual(["token"]);
  });

  test("of webhooks are those of subscriptions and the one typed in by hand", () => {
    const values = { token: "t", webhookSecret: "w", sub_abc: "s" };
    expect(webhookSecrets(values)).toEqual(["w", "s"]);
    expect(webhookSecrets(values, "sub_abc")).toEqual(["w", "s"]);
    expect(webhookSecrets({ ...values, "sub_abc.before": "b" }, "sub_abc")).toContain("b");
    expect(webhookSecrets(values, "sub_xyz")).toEqual(["w"]);
    expect(webhookSecrets(undefined)).toEqual([]);
  });

  test("have one name per connection", () => {
    expect(secretName("conn_a000000000")).toBe("connection/conn_a000000000");
  });
});

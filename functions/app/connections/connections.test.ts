import { describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import { dateOf } from "#shared/model/time.ts";
import { quarantine, saveGaps } from "#shared/store/connection-parts.ts";
import { getConnection } from "#shared/store/connections.ts";
import { countDelivery } from "#shared/store/delivery-counts.ts";
import { scanAll } from "#shared/store/list.ts";
import { upserted, workConnection, workItem } from "#shared/testing/facts.ts";

import { AppRig, publicUrl } from "../../../tests/rig/app-rig.ts";
import { ErrorAnswer } from "../http/error-envelope.ts";
import { ConnectionDetail } from "./connection-answers.ts";

const secret = "s3cr3t-token";
const settings = { baseUrl: "https://tool.example", token: secret, projects: ["PAY"] };
const wanted = { connector: "tool", name: "Our tool", settings };

async function connected(rig: AppRig): Promise<string> {
  const { body } = await rig.send("POST", "/api/connections", { json: wanted });
  return ConnectionDetail.parse(body).id;
}

describe("connecting", () => {
  test("stores the connection after a probe, keeps secrets apart, and begins to read", async () => {
    const rig = await AppRig.create();
    rig.probe = async ({ token }) => ({
      identity: token === secret ? "svc on tool.example" : "?",
      gaps: [{ what: "Teams", why: "The plan has none." }],
    });
    const { status, body, text } = await rig.send("POST", "/api/connections", { json: wanted });
    expect(status).toBe(201);
    expect(text).not.toContain(secret);
    const { id, ...answer } = ConnectionDetail.parse(body);
    expect(answer).toMatchObject({
      name: "Our tool",
      status: "active",
      health: "reading",
      percent: 0,
      identity: "svc on tool.example",
      settings: { baseUrl: "https://tool.example", projects: ["PAY"] },
      gaps: [{ what: "Teams" }],
      webhookUrl: `${publicUrl}/webhooks/tool/${id}`,
      collections: [
        { name: "things", mode: "backfill", state: "waiting" },
        { name: "people", mode: "backfill", state: "waiting" },
      ],
    });
    expect(await rig.secrets.read(`connection/${id}`)).toEqual({ token: secret });
    expect(rig.messages).toEqual([
      { kind: "subscribe", connectionId: id },
      { kind: "pull", connectionId: id, collection: "things" },
      { kind: "pull", connectionId: id, collection: "people" },
    ]);
    expect(JSON.stringify(await scanAll(rig.hub.table))).not.toContain(secret);
    expect(JSON.stringify(rig.hub.logs)).not.toContain(secret);
  });

  test("a channel that only delivers is healthy at once and reads nothing", async () => {
    const rig = await AppRig.create();
    const json = {
      connector: "pager",
      name: "Pager",
      settings: { url: "https://pager.example/x" },
    };
    const { body } = await rig.send("POST", "/api/connections", { json });
    expect(body).toMatchObject({ health: "healthy", tells: true, reads: false, settings: {} });
    expect(rig.messages).toEqual([]);
  });

  test("the first source lets the routing's defaults hold; a channel, a draft and what is set leave it", async () => {
    const rig = await AppRig.create();
    const routing = async () => (await rig.get("/api/routing")).body;
    const pager = {
      connector: "pager",
      name: "Pager",
      settings: { url: "https://pager.example/x" },
    };
    await rig.send("POST", "/api/connections", { json: pager });
    await rig.send("POST", "/api/connections", { json: { ...wanted, draft: true } });
    expect(await routing()).toMatchObject({ isDefault: true });
    await connected(rig);
    expect(await routing()).toMatchObject({ isDefault: false, baselineMinutes: 60 });
    const other = await AppRig.create();
    await other.send("PUT", "/api/routing", { json: { baselineMinutes: 5 } });
    await connected(other);
    expect((await other.get("/api/routing")).body).toMatchObject({ baselineMinutes: 5 });
  });

  test.each([
    ["connector.unauthorized", 422],
    ["connector.unreachable", 422],
    ["connector.misconfigured", 422],
    ["connector.unavailable", 503],
    ["connector.drifted", 502],
  ] as const)("a probe that ends in %s stores nothing and says why", async (code, expected) => {
    const rig = await AppRig.create();
    const before = await scanAll(rig.hub.table);
    rig.refuseProbes(code, "The tool said no: make a new token");
    const { status, body } = await rig.send("POST", "/api/connections", { json: wanted });
    expect(status).toBe(expected);
    expect(ErrorAnswer.parse(body).error).toMatchObject({
      code,
      message: "The tool said no: make a new token",
    });
    expect(await scanAll(rig.hub.table)).toEqual(before);
    expect(rig.secrets.values.size).toBe(0);
    expect(rig.messages).toEqual([]);
  });

  test("a tool that never answers is given up in time", async () => {
    const rig = await AppRig.create();
    const never = Promise.withResolvers<never>();
    rig.probe = () => {
      rig.hub.clock.advance(21_000);
      return never.promise;
    };
    const answer = rig.send("POST", "/api/connections", { json: wanted });
    // The wait begins after the probe did, so time must pass once more.
    await new Promise((resolve) => setImmediate(resolve));
    rig.hub.clock.advance(21_000);
    expect(await answer).toMatchObject({
      status: 422,
      body: { error: { code: "connector.unreachable", message: expect.stringContaining("20 s") } },
    });
    expect(rig.secrets.values.size).toBe(0);
  });

  test("wrong and missing settings are named by their path, before anything is tried", async () => {
    const rig = await AppRig.create();
    let probes = 0;
    rig.probe = async () => {
      probes += 1;
      return { identity: "?", gaps: [] };
    };
    const json = { ...wanted, settings: { baseUrl: "not a url", colour: "red" } };
    const { status, body } = await rig.send("POST", "/api/connections", { json });
    const { issues = [] } = ErrorAnswer.parse(body).error;
    expect(status).toBe(400);
    expect(issues.map(({ path }) => path).toSorted()).toEqual([
      "settings.baseUrl",
      "settings.colour",
      "settings.token",
    ]);
    expect(probes).toBe(0);
  });

  test("an unknown connector is answered with those there are", async () => {
    const rig = await AppRig.create();
    const json = { ...wanted, connector: "fax" };
    const { status, body } = await rig.send("POST", "/api/connections", { json });
    expect([status, body]).toMatchObject([
      400,
      { error: { issues: [{ path: "connector", message: "Choose one of: tool, pager, suite" }] } },
    ]);
  });

  test("the same workspace cannot be connected twice", async () => {
    const rig = await AppRig.create();
    await connected(rig);
    const { status, body } = await rig.send("POST", "/api/connections", { json: wanted });
    expect([status, body]).toMatchObject([409, { error: { code: "entity.conflict" } }]);
    expect(rig.secrets.values.size).toBe(1);
  });

  test("when storing fails the secrets are taken back", async () => {
    const rig = await AppRig.create();
    const { table } = rig.hub;
    const down = () => Promise.reject(new HubError("store.unavailable", "The table is away"));
    const failing = await AppRig.create({ table: { ...table, write: down } });
    const { status } = await failing.send("POST", "/api/connections", { json: wanted });
    expect(status).toBe(503);
    expect(failing.secrets.values.size).toBe(0);
  });
});

describe("what a connection tells", () => {
  test("counts, gaps, what was set aside, and deliveries of the last days", async () => {
    const rig = await AppRig.create();
    const { table, clock } = rig.hub;
    await rig.hub.apply(upserted(workItem("a")), upserted(workItem("b")));
    await saveGaps(table, workConnection, clock.now(), [{ what: "Goals", why: "No right." }]);
    const where = { connectionId: workConnection, collection: "things", at: clock.now() };
    await quarantine(table, where, [{ record: "thing 7", reason: "no title" }]);
    await countDelivery(table, workConnection, { accepted: 4, unverified: 1 }, clock.now());
    const { body } = await rig.get(`/api/connections/${workConnection}`);
    expect(body).toMatchObject({
      health: "healthy",
      isReady: true,
      facts: { "work-item": 2 },
      gaps: [{ what: "Goals" }],
      quarantined: 1,
      quarantine: [{ record: "thing 7", reason: "no title" }],
      deliveries: [{ day: dateOf(clock.now()), counts: { accepted: 4, unverified: 1 } }],
    });
  });

  test("a source that has not succeeded for too long is stale, with its age", async () => {
    const rig = await AppRig.create();
    rig.hub.clock.advance(3 * 3600 * 1000);
    const { body } = await rig.get(`/api/connections/${workConnection}`);
    expect(body).toMatchObject({
      health: "stale",
      freshness: { isStale: true, ageSeconds: 10_800 },
    });
  });

  test("an unknown connection is not found, and an id of another form is wrong", async () => {
    const rig = await AppRig.create();
    expect((await rig.get("/api/connections/conn_zzzzzzzzzz")).status).toBe(404);
    expect((await rig.get("/api/connections/17")).status).toBe(400);
  });

  test("connectors are listed with the form of their settings, secrets marked", async () => {
    const rig = await AppRig.create();
    const { body } = await rig.get("/api/connectors");
    expect(body).toMatchObject({
      connectors: [
        {
          name: "tool",
          reads: true,
          settings: {
            required: ["baseUrl", "token"],
            properties: { token: { secret: true, title: "Token" }, baseUrl: { format: "uri" } },
          },
        },
        { name: "pager", tells: true },
        { name: "suite", consent: { isConfigured: false, scopes: rig.oauth.scopes } },
      ],
    });
  });
});

describe("changing a connection", () => {
  test("a new secret is probed with the settings that stand, and replaces only itself", async () => {
    const rig = await AppRig.create();
    const id = await connected(rig);
    await rig.secrets.merge(`connection/${id}`, { sub_0123456789: "of a webhook" });
    const seen: unknown[] = [];
    rig.probe = async (given) => {
      seen.push(given);
      return { identity: "svc", gaps: [] };
    };
    const json = { name: "Renamed", settings: { token: "another-token" } };
    const { status, body } = await rig.send("PATCH", `/api/connections/${id}`, { json });
    expect([status, body]).toMatchObject([200, { name: "Renamed" }]);
    expect(seen).toEqual([{ ...settings, token: "another-token" }]);
    expect(await rig.secrets.read(`connection/${id}`)).toEqual({
      token: "another-token",
      sub_0123456789: "of a webhook",
    });
  });

  test("a change that the tool refuses changes nothing", async () => {
    const rig = await AppRig.create();
    const id = await connected(rig);
    const before = await scanAll(rig.hub.table);
    rig.refuseProbes("connector.unauthorized", "No");
    const json = { name: "Renamed", settings: { token: "wrong-token" } };
    expect((await rig.send("PATCH", `/api/connections/${id}`, { json })).status).toBe(422);
    expect(await scanAll(rig.hub.table)).toEqual(before);
    expect(await rig.secrets.read(`connection/${id}`)).toEqual({ token: secret });
  });

  test("changed settings are read anew from the beginning; a new name alone is not", async () => {
    const rig = await AppRig.create();
    const id = await connected(rig);
    const sent = rig.messages.length;
    await rig.send("PATCH", `/api/connections/${id}`, { json: { name: "Renamed" } });
    expect(rig.messages).toHaveLength(sent);
    const json = { settings: { projects: ["PAY", "OPS"] } };
    const { body } = await rig.send("PATCH", `/api/connections/${id}`, { json });
    expect(body).toMatchObject({ settings: { projects: ["PAY", "OPS"] } });
    expect(rig.messages.slice(sent).map(({ kind }) => kind)).toEqual(["subscribe", "pull", "pull"]);
  });

  test("stored secrets are not sent to another address unless they are typed again", async () => {
    const rig = await AppRig.create();
    const id = await connected(rig);
    const seen: unknown[] = [];
    rig.probe = async (given) => {
      seen.push(given);
      return { identity: "svc", gaps: [] };
    };
    const change = (settings: Record<string, unknown>) =>
      rig.send("PATCH", `/api/connections/${id}`, { json: { settings } });
    for (const elsewhere of ["https://elsewhere.example", "http://tool.example"]) {
      const { status, body } = await change({ baseUrl: elsewhere });
      expect([status, ErrorAnswer.parse(body).error.issues?.map(({ path }) => path)]).toEqual([
        400,
        ["settings.token"],
      ]);
    }
    expect(seen).toEqual([]);
    expect((await change({ baseUrl: "https://tool.example/api" })).status).toBe(200);
    expect((await change({ baseUrl: "https://elsewhere.example", token: secret })).status).toBe(
      200,
    );
  });

  test("null takes a setting away, and a wrong one is named", async () => {
    const rig = await AppRig.create();
    const id = await connected(rig);
    const json = { settings: { projects: null, baseUrl: "x" } };
    const { body } = await rig.send("PATCH", `/api/connections/${id}`, { json });
    expect(ErrorAnswer.parse(body).error.issues).toMatchObject([{ path: "settings.baseUrl" }]);
    const ok = await rig.send("PATCH", `/api/connections/${id}`, {
      json: { settings: { projects: null } },
    });
    expect(ok.body).toMatchObject({ settings: { projects: [] } });
  });
});

describe("verbs", () => {
  const post = (rig: AppRig, id: string, verb: string) =>
    rig.send("POST", `/api/connections/${id}/${verb}`);

  test("reconcile sweeps what can be enumerated and pulls what is always read whole", async () => {
    const rig = await AppRig.create();
    const id = await connected(rig);
    const sent = rig.messages.length;
    expect((await post(rig, id, "reconcile")).status).toBe(202);
    expect(rig.messages.slice(sent)).toEqual([
      { kind: "reconcile", connectionId: id, collection: "things" },
      { kind: "pull", connectionId: id, collection: "people" },
    ]);
  });

  test("backfill begins every collection anew", async () => {
    const rig = await AppRig.create();
    const id = await connected(rig);
    const sent = rig.messages.length;
    const { status, body } = await post(rig, id, "backfill");
    expect([status, body]).toMatchObject([
      202,
      { collections: [{ mode: "backfill", state: "waiting", recordsRead: 0 }, {}] },
    ]);
    expect(rig.messages.slice(sent)).toHaveLength(3);
  });

  test("a paused connection reads nothing until it is resumed", async () => {
    const rig = await AppRig.create();
    const id = await connected(rig);
    expect((await post(rig, id, "pause")).body).toMatchObject({ status: "paused" });
    expect((await post(rig, id, "backfill")).status).toBe(409);
    expect((await post(rig, id, "reconcile")).status).toBe(409);
    const sent = rig.messages.length;
    expect((await post(rig, id, "resume")).body).toMatchObject({ status: "active" });
    expect(rig.messages.length).toBeGreaterThan(sent);
  });

  test("a channel has nothing to read again", async () => {
    const rig = await AppRig.create();
    const json = {
      connector: "pager",
      name: "Pager",
      settings: { url: "https://pager.example/x" },
    };
    const { body } = await rig.send("POST", "/api/connections", { json });
    expect((await post(rig, ConnectionDetail.parse(body).id, "backfill")).status).toBe(409);
  });

  test("removing is begun at once, is final, and may be repeated", async () => {
    const rig = await AppRig.create();
    const id = await connected(rig);
    const remove = () => rig.send("DELETE", `/api/connections/${id}`);
    expect(await remove()).toMatchObject({ status: 202, body: { status: "removing" } });
    expect((await remove()).status).toBe(202);
    expect(rig.messages.at(-1)).toEqual({ kind: "remove", connectionId: id });
    expect((await post(rig, id, "resume")).status).toBe(409);
    expect((await getConnection(rig.hub.table, ConnectionId.parse(id)))?.status).toBe("removing");
  });

  test.each(["pause", "resume"])("%s at the moment of a removal does not undo it", async (verb) => {
    const { hub } = await AppRig.create();
    let beforeNext: (() => Promise<unknown>) | undefined;
    const rig = await AppRig.create({
      table: {
        ...hub.table,
        get: async (key) => {
          const seen = await hub.table.get(key);
          const act = beforeNext;
          beforeNext = undefined;
          await act?.();
          return seen;
        },
      },
    });
    const id = await connected(rig);
    beforeNext = () =>
      rig.app.request(`/api/connections/${id}`, { method: "DELETE" }) as Promise<unknown>;
    await rig.app.request(`/api/connections/${id}/${verb}`, { method: "POST" });
    expect((await getConnection(hub.table, ConnectionId.parse(id)))?.status).toBe("removing");
  });

  test.each(["backfill", "reconcile", "pause", "resume"])(
    "%s of nothing is not found",
    async (verb) => {
      const rig = await AppRig.create();
      expect((await post(rig, "conn_zzzzzzzzzz", verb)).status).toBe(404);
    },
  );
});

import { expect, test } from "vitest";
import * as z from "zod";

import { defineConnector } from "#shared/kit/connector.ts";
import { Registry } from "#shared/kit/registry.ts";
import { scanAll } from "#shared/store/list.ts";
import { findSendingToken } from "#shared/store/sending-tokens.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";

const sender = defineConnector({
  name: "sender",
  title: "Sender",
  summary: "Sends for tests",
  settings: z.strictObject({
    name: z.string().default("x").meta({ title: "Name", description: "Any name" }),
  }),
  collections: [{ name: "users", title: "Users", facts: ["person"], pullEveryMinutes: 60 }],
  providesGoals: () => false,
  sendsTo: "/in",
  source: async () => () => {
    const nothing = async function* nothing() {
      yield* [];
    };
    return {
      probe: async () => ({ identity: "sender", gaps: [] }),
      pull: nothing,
      enumerate: nothing,
      isOf: () => true,
      readByIds: async () => ({ changes: [], rejected: [] }),
      confirm: async () => new Map(),
      interpret: async () => ({ changes: [], rejected: [] }),
    };
  },
});

async function connected() {
  const rig = await AppRig.create({ registry: new Registry([sender]) });
  const made = await rig.send("POST", "/api/connections", {
    json: { connector: "sender", name: "Directory", settings: {}, draft: true },
  });
  const { id } = z.looseObject({ id: z.string() }).parse(made.body);
  return { rig, id };
}

const Made = z.looseObject({ id: z.string(), token: z.string(), url: z.string() });

test("a token is shown once, kept as a digest, and opens until it is revoked", async () => {
  const { rig, id } = await connected();
  const first = Made.parse(
    (await rig.send("POST", `/api/connections/${id}/sending/tokens`, { json: {} })).body,
  );
  const second = Made.parse(
    (await rig.send("POST", `/api/connections/${id}/sending/tokens`, { json: {} })).body,
  );
  expect(first.url).toBe("https://hub.example/in");
  expect(JSON.stringify(await scanAll(rig.hub.table))).not.toContain(first.token);
  expect(await findSendingToken(rig.hub.table, first.token)).toMatchObject({ connectionId: id });
  const shown = await rig.get(`/api/connections/${id}/sending`);
  expect(shown.body).toMatchObject({ tokens: [{ id: first.id }, { id: second.id }] });
  expect(shown.text).not.toContain(first.token);
  const path = `/api/connections/${id}/sending/tokens/${first.id}`;
  expect((await rig.send("DELETE", path, {})).status).toBe(200);
  expect((await rig.send("DELETE", path, {})).status).toBe(404);
  expect(await findSendingToken(rig.hub.table, first.token)).toBeUndefined();
  expect(await findSendingToken(rig.hub.table, second.token)).toBeDefined();
});

test("a draft's page says where to send, and a token made there is on the page of its making only", async () => {
  const { rig, id } = await connected();
  const before = await rig.get(`/connections/${id}/setup`);
  expect(before.text).toContain("https://hub.example/in");
  expect(before.text).toContain("Make a token");
  const made = await rig.send("POST", `/connections/${id}/tokens`, { form: {} });
  const token = /tls_[0-9a-z]+/u.exec(made.text)?.[0];
  expect(token).toMatch(/^tls_/u);
  const after = await rig.get(`/connections/${id}/setup`);
  expect(after.text).not.toContain(token ?? "tls_");
  expect(after.text).toContain("Revoke");
});

test("tokens of one connection do not grow without end", async () => {
  const { rig, id } = await connected();
  const statuses = [];
  for (let index = 0; index < 11; index += 1) {
    statuses.push(
      (await rig.send("POST", `/api/connections/${id}/sending/tokens`, { json: {} })).status,
    );
  }
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 201), 409]);
});

test("the first reading of what was sent is not cancelled, since it is kept nowhere else", async () => {
  const rig = await AppRig.create({ registry: new Registry([sender]) });
  const made = await rig.send("POST", "/api/connections", {
    json: { connector: "sender", name: "Directory", settings: {} },
  });
  const { id } = z.looseObject({ id: z.string() }).parse(made.body);
  const shown = await rig.get(`/api/connections/${id}`);
  expect(shown.body).toMatchObject({ mayCancelFirst: false });
  const refused = await rig.send("POST", `/api/connections/${id}/cancel-backfill`, { json: {} });
  expect([refused.status, refused.text]).toMatchObject([
    409,
    expect.stringContaining("nowhere else"),
  ]);
  expect((await rig.get(`/api/connections/${id}`)).status).toBe(200);
});

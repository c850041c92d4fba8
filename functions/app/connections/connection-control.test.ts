import { describe, expect, test } from "vitest";

import type { Cursor } from "#shared/model/connection.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import { dayMs, instantOf, minuteMs } from "#shared/model/time.ts";
import { takePoints, updateBudget } from "#shared/store/budgets.ts";
import { noteHeard, quarantine, saveSubscription } from "#shared/store/connection-parts.ts";
import { createDocument, updateDocument } from "#shared/store/documents.ts";
import { cursorKey } from "#shared/store/keys.ts";
import { cursorSpec } from "#shared/store/specs.ts";
import { account, upserted } from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";
import { ConnectionDetail } from "./connection-answers.ts";

const settings = { baseUrl: "https://tool.example", token: "s3cr3t-token" };
const html = { accept: "text/html" };

async function connected(rig: AppRig): Promise<ConnectionId> {
  const json = { connector: "tool", name: "Ours", settings };
  const { body } = await rig.send("POST", "/api/connections", { json });
  return ConnectionId.parse(ConnectionDetail.parse(body).id);
}

async function changeCursor(rig: AppRig, id: ConnectionId, change: Partial<Cursor>): Promise<void> {
  const key = cursorKey(id, "things", "pull");
  await updateDocument(rig.hub.table, cursorSpec, key, (cursor) => ({ ...cursor, ...change }));
}

describe("progress", () => {
  test("tells the pace of a run and what is left at it", async () => {
    const rig = await AppRig.create();
    const id = await connected(rig);
    const startedAt = rig.hub.clock.now();
    rig.hub.clock.advance(100_000);
    const updatedAt = rig.hub.clock.now();
    const read = { recordsRead: 500, recordsTotal: 2000, state: "running" } as const;
    await changeCursor(rig, id, { ...read, startedAt, updatedAt });
    const { body } = await rig.get(`/api/connections/${id}`);
    expect(body).toMatchObject({
      collections: [{ recordsPerSecond: 5, secondsLeft: 300, percent: 25 }, {}],
    });
    expect((await rig.get(`/connections/${id}`, html)).text).toContain("about 5 min left");
  });

  test("is silent about pace while there is too little to tell it by", async () => {
    const rig = await AppRig.create();
    const id = await connected(rig);
    const startedAt = rig.hub.clock.now();
    await changeCursor(rig, id, { state: "running", recordsRead: 3, recordsTotal: 9, startedAt });
    const { body } = await rig.get(`/api/connections/${id}`);
    const [things] = ConnectionDetail.parse(body).collections;
    expect(things).not.toHaveProperty("recordsPerSecond");
  });
});

describe("reading everything again", () => {
  test("can be given up, and polling goes on from where it stood", async () => {
    const rig = await AppRig.create();
    const id = await connected(rig);
    const polled = { mode: "poll", state: "idle", position: "p-17" } as const;
    await changeCursor(rig, id, { ...polled, backfilledAt: rig.hub.clock.now() });
    const again = await rig.send("POST", `/api/connections/${id}/backfill`);
    expect(again.body).toMatchObject({ collections: [{ mode: "backfill", mayCancel: true }, {}] });
    await changeCursor(rig, id, { position: "half-way", state: "running" });
    const { status, body } = await rig.send("POST", `/api/connections/${id}/cancel-backfill`);
    expect([status, body]).toMatchObject([
      202,
      { collections: [{ mode: "poll", state: "idle", mayCancel: false }, {}] },
    ]);
    const item = await rig.hub.table.get(cursorKey(id, "things", "pull"));
    expect(item).toMatchObject({ position: "p-17" });
    expect(item).not.toHaveProperty("positionBefore");
  });
});

describe("a credential", () => {
  test("has an age from when it was entered, which other changes leave alone", async () => {
    const rig = await AppRig.create();
    const id = await connected(rig);
    const first = rig.hub.clock.now();
    rig.hub.clock.advance(3 * dayMs);
    const change = (changed: Record<string, unknown>) =>
      rig.send("PATCH", `/api/connections/${id}`, { json: { settings: changed } });
    expect((await change({ projects: ["PAY"] })).body).toMatchObject({
      credential: { kind: "Token", setAt: first, ageDays: 3, warns: false },
    });
    expect((await change({ token: "another-token" })).body).toMatchObject({
      credential: { setAt: rig.hub.clock.now(), ageDays: 0 },
    });
  });

  test.each([
    [31, false, ""],
    [29, true, "ends in 29 days"],
    [-1, true, "ended on"],
  ])("that ends in %d days warns: %s", async (days, warns, words) => {
    const rig = await AppRig.create();
    const expiresAt = instantOf(rig.hub.clock.nowMs() + days * dayMs + minuteMs);
    rig.probe = async () => ({
      identity: "svc",
      gaps: [],
      credential: { kind: "API token", expiresAt },
    });
    const id = await connected(rig);
    expect((await rig.get(`/api/connections/${id}`)).body).toMatchObject({
      credential: { kind: "API token", expiresAt, warns },
    });
    expect((await rig.get("/connections", html)).text).toContain(words);
  });
});

test("the budget tells what was used, what is kept back, what waits and what was refused", async () => {
  const rig = await AppRig.create();
  const id = await connected(rig);
  const { clock, table } = rig.hub;
  const startsAt = clock.now();
  await updateBudget({ table, clock }, id, (budget) => ({
    ...budget,
    quota: {
      limit: 1000,
      windowSeconds: 3600,
      startsAt,
      endsAt: instantOf(clock.nowMs() + 60 * minuteMs),
      remaining: 700,
      seenAt: startsAt,
    },
    blockedUntil: instantOf(clock.nowMs() + 5 * minuteMs),
    blockedReason: "jira-burst-based",
    refusals: { "jira-burst-based": 3 },
  }));
  await takePoints(table, { owner: id, startsAt }, 250);
  const { body } = await rig.get(`/api/connections/${id}`);
  expect(body).toMatchObject({
    budget: {
      quota: { limit: 1000, used: 250, remaining: 700, reserve: 30 },
      blockedReason: "jira-burst-based",
      refusals: [{ reason: "jira-burst-based", count: 3 }],
      isShared: false,
    },
  });
  const { text } = await rig.get(`/connections/${id}`, html);
  expect(text).toContain("Everything waits for another 5 min");
  // In the next window nothing is used yet, and what remained says nothing of it.
  clock.advance(70 * minuteMs);
  const later = ConnectionDetail.parse((await rig.get(`/api/connections/${id}`)).body);
  expect(later.budget?.quota).toMatchObject({ used: 0, endsAt: "2026-03-02T11:00:00.000Z" });
  expect(later.budget?.quota).not.toHaveProperty("remaining");
  expect(later.budget).not.toHaveProperty("blockedUntil");
});

test("subscriptions tell their last sign of life and when they end", async () => {
  const rig = await AppRig.create();
  const id = await connected(rig);
  const at = rig.hub.clock.now();
  await saveSubscription(rig.hub.table, {
    type: "subscription",
    id: "sub_0123456789",
    connectionId: id,
    resource: "*",
    state: "active",
    publicUrl: "https://hub.example",
    createdAt: at,
    expiresAt: at,
  });
  await noteHeard(rig.hub.table, { connectionId: id, id: "sub_0123456789" }, at);
  const { body } = await rig.get(`/api/connections/${id}`);
  expect(body).toMatchObject({ subscriptions: [{ heardAt: at, expiresAt: at }] });
  expect((await rig.get(`/connections/${id}`, html)).text).toContain("Heard 2026-03-02 09:00 UTC");
});

describe("the quarantine", () => {
  test("is tried again as a whole or by collection", async () => {
    const rig = await AppRig.create();
    const id = await connected(rig);
    const where = { connectionId: id, at: rig.hub.clock.now() };
    const one = [{ record: "thing 7", reason: "no title" }];
    await quarantine(rig.hub.table, { ...where, collection: "things" }, one);
    await quarantine(rig.hub.table, { ...where, collection: "people" }, one);
    const { text } = await rig.get(`/connections/${id}`, html);
    expect(text).toContain("Try all again");
    expect(text).toContain("Only Things (1)");
    const sent = rig.messages.length;
    await rig.send("POST", `/api/connections/${id}/quarantine/retry`, { json: {} });
    const form = { collection: "things" };
    const { headers } = await rig.send("POST", `/connections/${id}/retry-quarantined`, { form });
    expect(headers.get("location")).toContain("did=retry-quarantined");
    expect(rig.messages.slice(sent)).toEqual([
      { kind: "retry-quarantined", connectionId: id },
      { kind: "retry-quarantined", connectionId: id, collection: "things" },
    ]);
  });
});

describe("a shrink that was refused", () => {
  async function shrunk(): Promise<{ rig: AppRig; id: ConnectionId }> {
    const rig = await AppRig.create();
    const id = await connected(rig);
    const now = rig.hub.clock.now();
    await createDocument(rig.hub.table, cursorSpec, {
      type: "cursor",
      connectionId: id,
      collection: "things",
      mode: "reconcile",
      state: "failed",
      recordsRead: 0,
      changesApplied: 0,
      recordsRejected: 0,
      updatedAt: now,
      dueAt: now,
      problem: {
        code: "connector.shrunk",
        message: "40 of 60 Things can no longer be seen. That looks like a lost permission",
        since: now,
      },
      revision: 0,
    });
    return { rig, id };
  }

  test("can be accepted, with the words that are needed to decide", async () => {
    const { rig, id } = await shrunk();
    const { text } = await rig.get(`/connections/${id}`, html);
    expect(text).toContain("40 of 60 Things can no longer be seen");
    expect(text).toContain("It truly shrank: accept");
    const form = { collection: "things", acceptsShrink: "on" };
    const { headers } = await rig.send("POST", `/connections/${id}/reconcile`, { form });
    expect(headers.get("location")).toContain("did=shrink-accepted");
    expect(rig.messages.at(-1)).toEqual({
      kind: "reconcile",
      connectionId: id,
      collection: "things",
      acceptsShrink: true,
    });
  });

  test("is accepted for one collection by name, never for all at once", async () => {
    const { rig, id } = await shrunk();
    const to = `/api/connections/${id}/reconcile`;
    const all = await rig.send("POST", to, { json: { acceptsShrink: true } });
    expect([all.status, all.body]).toMatchObject([
      400,
      { error: { issues: [{ path: "collection" }] } },
    ]);
    expect((await rig.send("POST", to, { json: { collection: "nothing" } })).status).toBe(400);
    const one = await rig.send("POST", to, { json: { collection: "things" } });
    expect(one.status).toBe(202);
    expect(rig.messages.at(-1)).not.toHaveProperty("acceptsShrink");
  });
});

test("what a connection may do is asked at the tool when somebody looks", async () => {
  const rig = await AppRig.create();
  const id = await connected(rig);
  await rig.hub.apply(upserted(account("ann")));
  rig.probe = async () => ({
    identity: "svc",
    gaps: [{ what: "Teams", why: "No plan for it." }],
    requirements: [{ name: "read", isHeld: true, neededFor: "All of it", isRequired: true }],
  });
  const { text } = await rig.get(`/connections/${id}/rights`, html);
  expect(text).toContain("All of it");
  expect(text).toContain("No plan for it.");
  rig.refuseProbes("connector.unauthorized", "The token is over");
  const refused = await rig.get(`/connections/${id}/rights`, html);
  expect([refused.status, refused.text]).toEqual([
    422,
    expect.stringContaining("The token is over"),
  ]);
});

import { expect, test } from "vitest";

import { signalId } from "#shared/model/ids.ts";
import { hourMs, minuteMs } from "#shared/model/time.ts";
import { createDocument } from "#shared/store/documents.ts";
import { factKey } from "#shared/store/keys.ts";
import { scanAll } from "#shared/store/list.ts";
import { selfCheckSpec, wantedSelfCheck } from "#shared/store/self-checks.ts";
import {
  blockedBy,
  goal,
  itemId,
  orgUnit,
  person,
  upserted,
  workItem,
} from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";

const html = { accept: "text/html" };

async function company(): Promise<AppRig> {
  const rig = await AppRig.create();
  for (const { name } of rig.deps.rules) await rig.hub.setRule(name);
  await rig.hub.apply(
    upserted(goal("north")),
    upserted(orgUnit("red")),
    upserted(person("ana")),
    upserted(workItem("a"), [blockedBy(itemId("a"), itemId("b"))]),
    upserted(workItem("b")),
  );
  rig.hub.clock.advance(10 * minuteMs);
  return rig;
}

test("before the first run the page says so, and offers to run one", async () => {
  const rig = await company();
  const { text } = await rig.get("/self-check", html);
  expect(text).toContain("No self-check yet");
  expect(text).toContain("Run now");
  expect((await rig.get("/coverage", html)).text).toContain('href="/self-check"');
});

test("a run that somebody asks for is carried out, and its result is told in words", async () => {
  const rig = await company();
  const asked = await rig.send("POST", "/self-check");
  expect([asked.status, asked.headers.get("location")]).toEqual([303, "/self-check?did=checking"]);
  const { text } = await rig.get("/self-check", html);
  expect(text).toMatch(/0 of \d+ findings had to be mended/u);
  expect(text).toContain("What the hub shows is what a fresh look at everything says.");
  expect((await rig.get("/api/self-check")).body).toMatchObject({
    runs: [{ state: "done", startedBy: "person", result: { drift: 0, unreadable: 0 } }],
  });
});

test("no other site's page can start a run", async () => {
  const rig = await company();
  const sent = await rig.send("POST", "/self-check", {
    headers: { origin: "https://elsewhere.example", "sec-fetch-site": "cross-site" },
  });
  expect(sent.status).toBe(403);
  expect((await rig.get("/api/self-check")).body).toEqual({ runs: [] });
});

test("drift is told with its rule and what it was about", async () => {
  const rig = await company();
  const key = factKey(signalId("unlinked-work", itemId("a")));
  await rig.hub.table.write({ kind: "delete", key, condition: [] });
  rig.hub.loseRecords();
  expect((await rig.send("POST", "/api/self-check")).status).toBe(202);
  const { text } = await rig.get("/self-check", html);
  expect(text).toContain("1 of ");
  expect(text).toContain("Work with no strategic parent: 1");
  expect(text).toMatch(/the hub said not open, and it is\s+open/u);
});

test("while one is under way it is the answer; one that never ended stands in nobody's way", async () => {
  const rig = await company();
  const { table, clock } = rig.hub;
  const running = { ...wantedSelfCheck(clock.now(), "schedule"), state: "running" as const };
  await createDocument(table, selfCheckSpec, { ...running, startedAt: clock.now(), attempts: 1 });
  clock.advance(minuteMs);
  expect((await rig.send("POST", "/api/self-check")).body).toMatchObject({ state: "running" });
  expect((await rig.get("/self-check", html)).text).toContain("A self-check is running");
  clock.advance(hourMs);
  expect((await rig.get("/self-check", html)).text).toContain("never came to its end");
  expect((await rig.send("POST", "/api/self-check")).body).toMatchObject({ startedBy: "person" });
  expect((await rig.get("/api/self-check")).body).toMatchObject({
    runs: [{ state: "done" }, { state: "failed", problem: "out-of-time" }],
  });
});

const pages = [
  "/",
  "/work-items",
  "/goals",
  "/connections",
  "/people",
  "/org",
  "/coverage",
  "/rules",
];

test("with one item of every type that cannot be read, every page is served, and the self-check counts them", async () => {
  const rig = await company();
  const { table } = rig.hub;
  const all = await scanAll(table);
  const types = [
    "work-item",
    "goal",
    "person",
    "org-unit",
    "link",
    "dependency",
    "signal",
    "alert",
  ];
  let spoilt = 0;
  for (const type of types) {
    const item = all.find((one) => one["type"] === type);
    if (!item) continue;
    spoilt += 1;
    const shape = { shape: "of another age", hash: "edited" };
    await table.write({ kind: "put", item: { ...item, ...shape }, condition: [] });
  }
  await rig.hub.settle();
  rig.hub.clock.advance(hourMs);
  for (const page of pages) {
    expect([page, (await rig.get(page, html)).status]).toEqual([page, 200]);
  }
  for (const path of ["/api/alerts", "/api/work-items", "/api/coverage", "/api/connections"]) {
    expect([path, (await rig.get(path)).status]).toEqual([path, 200]);
  }
  await rig.send("POST", "/self-check");
  const { text } = await rig.get("/self-check", html);
  expect(spoilt).toBeGreaterThan(5);
  expect(text).toContain(`${spoilt} stored items cannot be read`);
});

test("the page of a work item is served though its alert cannot be read", async () => {
  const rig = await company();
  const { table } = rig.hub;
  const alerts = (await scanAll(table)).filter(({ type }) => type === "alert");
  expect(alerts.length).toBeGreaterThan(0);
  for (const item of alerts) {
    const spoilt = { ...item, shape: "of another age" };
    await table.write({ kind: "put", item: spoilt, condition: [] });
  }
  const path = `/work-items/${encodeURIComponent(itemId("a"))}`;
  expect((await rig.get(path, html)).status).toBe(200);
});

test("work whose links cannot be read is shown as unknown, and never as not linked", async () => {
  const rig = await company();
  const { table } = rig.hub;
  const link = { pk: itemId("b"), sk: "link#somewhere", type: "link", toId: 7 };
  await table.write({ kind: "put", item: link, condition: [] });
  rig.hub.clock.advance(hourMs);
  const unknown = { verdict: { kind: "unknown", reason: "record-unreadable" } };
  const path = `/api/work-items/${encodeURIComponent(itemId("b"))}`;
  expect((await rig.get(path)).body).toMatchObject({ item: unknown });
  const { body } = await rig.get("/api/work-items");
  expect(body).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ id: itemId("b"), ...unknown })]),
  });
});

test("of a run that had no time for everything the page does not say that all was right", async () => {
  const rig = await company();
  const { table, clock } = rig.hub;
  const counts = { subjects: 9, opened: 4, cleared: 0, updated: 0, drift: 0, expected: 4 };
  await createDocument(table, selfCheckSpec, {
    ...wantedSelfCheck(clock.now(), "schedule"),
    state: "done",
    result: {
      ...counts,
      driftByRule: {},
      remaining: 5,
      examples: [],
      unreadable: 0,
      unreadableNamed: [],
    },
  });
  const { text } = await rig.get("/self-check", html);
  expect(text).toContain("5 more findings differed");
  expect(text).not.toContain("What the hub shows is what a fresh look at everything says.");
});

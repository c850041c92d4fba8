import { describe, expect, test, vi } from "vitest";
import * as z from "zod";

import { ManualClock } from "#shared/testing/manual-clock.ts";

import { exampleSeed } from "./example-seed.ts";
import { receiver, simulator } from "./test-simulator.ts";

const workspace = "1100000000000001";
const checkout = "1500000000000001";
const task = "1800000000000001";
const hourMs = 3_600_000;
const start = "2026-11-21T08:00:00.000Z";

const Hook = z.looseObject({ gid: z.string(), active: z.boolean() });

async function watched() {
  const clock = new ManualClock(start);
  const asana = await simulator({ clock });
  const hook = await receiver();
  const made = await asana.call("POST", "/webhooks", { resource: checkout, target: hook.url });
  const { gid } = Hook.parse(made.body.data);
  const shown = async () => (await asana.get(`/webhooks/${gid}`)).body.data;
  return { ...asana, clock, hook, gid, shown };
}

describe("webhooks", () => {
  test("one that fails shows its failures, is retried, and is deleted after 24 hours", async () => {
    const { clock, hook, perform, shown, get, gid } = await watched();
    await vi.waitFor(async () => {
      expect(await shown()).toMatchObject({ last_success_at: start });
    });
    hook.answering.status = 500;
    perform({ kind: "updateTask", gid: task, name: "Unheard" });
    await vi.waitFor(async () => {
      expect(await shown()).toMatchObject({
        last_failure_at: start,
        last_failure_content: "500 Internal Server Error",
        delivery_retry_count: 0,
        next_attempt_after: "2026-11-21T08:01:00.000Z",
        failure_deletion_timestamp: "2026-11-22T08:00:00.000Z",
      });
    });
    clock.advance(60_000);
    await vi.waitFor(async () => {
      expect(await shown()).toMatchObject({ delivery_retry_count: 1 });
    });
    clock.advance(24 * hourMs);
    await vi.waitFor(async () => {
      expect((await get(`/webhooks/${gid}`)).status).toBe(404);
    });
  });

  test("a success in time saves it", async () => {
    const { clock, hook, perform, shown } = await watched();
    hook.answering.status = 500;
    perform({ kind: "updateTask", gid: task, name: "Heard late" });
    await vi.waitFor(async () => {
      expect(await shown()).toHaveProperty("failure_deletion_timestamp");
    });
    hook.answering.status = 200;
    clock.advance(60_000);
    await vi.waitFor(async () => {
      expect(await shown()).toMatchObject({ delivery_retry_count: 0 });
      expect(await shown()).not.toHaveProperty("failure_deletion_timestamp");
    });
  });

  test("a heartbeat comes at once and every eight hours", async () => {
    const { clock, hook } = await watched();
    const heartbeats = () => hook.received.filter(({ body }) => body === '{"events":[]}').length;
    await vi.waitFor(() => expect(heartbeats()).toBe(1));
    clock.advance(8 * hourMs);
    await vi.waitFor(() => expect(heartbeats()).toBe(2));
  });

  test("one whose owner lost the project or every token is silent and inactive", async () => {
    const { hook, perform, shown, settle, state, gid, call } = await watched();
    await settle();
    const count = hook.received.length;
    perform({ kind: "setHidden", gid: checkout, user: exampleSeed.me, hidden: true });
    perform({ kind: "updateTask", gid: task, name: "Secret" });
    perform({ kind: "setHidden", gid: checkout, user: exampleSeed.me, hidden: false });
    expect(await shown()).toMatchObject({ active: true });
    perform({ kind: "addToken", token: "other-token", user: "1200000000000002" });
    perform({ kind: "revokeToken", token: exampleSeed.token });
    perform({ kind: "updateTask", gid: task, name: "Unheard" });
    await settle();
    expect(hook.received).toHaveLength(count);
    expect(state.webhooks.has(gid)).toBe(true);
    // Another user's webhooks are not shown.
    expect((await call("GET", `/webhooks/${gid}`, undefined, "other-token")).status).toBe(404);
  });

  test("higher-level resources need filters without fields, and never hear of tasks", async () => {
    const { call, perform, settle } = await simulator();
    const hook = await receiver();
    const make = (filters?: unknown) =>
      call("POST", "/webhooks", { resource: workspace, target: hook.url, filters });
    expect((await make()).status).toBe(400);
    const fields = ["name"];
    const narrow = [{ resource_type: "project", action: "changed", fields }];
    expect((await make(narrow)).status).toBe(400);
    const made = await make([{ resource_type: "project" }, { resource_type: "task" }]);
    expect(made.status).toBe(201);
    perform({ kind: "updateTask", gid: task, name: "Unheard" });
    perform({ kind: "updateProject", gid: checkout, name: "Heard" });
    await settle();
    const bodies = hook.received.map(({ body }) => body).join("");
    expect(bodies).toMatch(/"resource_type":"project"/u);
    expect(bodies).not.toMatch(/"resource_type":"task"/u);
  });

  test("new filters replace the old ones", async () => {
    const { call, gid, hook, perform, settle } = await watched();
    const filters = [{ resource_type: "task", action: "changed", fields: ["due_on"] }];
    const { body } = await call("PUT", `/webhooks/${gid}`, { filters });
    expect(body.data).toMatchObject({ filters });
    await settle();
    const count = hook.received.length;
    perform({ kind: "updateTask", gid: task, name: "Filtered out" });
    perform({ kind: "updateTask", gid: task, due_on: "2026-12-24" });
    await settle();
    expect(hook.received).toHaveLength(count + 1);
  });

  test("a resource has as many as it may have, and no more", async () => {
    const { call } = await simulator({ webhooksPerResource: 1 });
    const [one, two] = [await receiver(), await receiver()];
    const make = (target: string) => call("POST", "/webhooks", { resource: checkout, target });
    expect((await make(one.url)).status).toBe(201);
    expect((await make(two.url)).status).toBe(403);
  });
});

describe("event streams", () => {
  test("tell at most a hundred at a time and say whether there is more", async () => {
    const { get, perform } = await simulator();
    const { sync = "" } = (await get(`/events?resource=${checkout}`)).body;
    for (let number = 0; number < 120; number += 1) {
      perform({ kind: "updateTask", gid: task, name: `Name ${number}` });
    }
    const first = (await get(`/events?resource=${checkout}&sync=${sync}`)).body;
    expect([z.array(z.unknown()).parse(first.data).length, first.has_more]).toEqual([100, true]);
    const second = (await get(`/events?resource=${checkout}&sync=${first.sync ?? ""}`)).body;
    expect([z.array(z.unknown()).parse(second.data).length, second.has_more]).toEqual([20, false]);
  });

  test("a token is good for a day and for its resource only", async () => {
    const clock = new ManualClock(start);
    const { get } = await simulator({ clock });
    const { sync = "" } = (await get(`/events?resource=${checkout}`)).body;
    const other = await get(`/events?resource=1500000000000002&sync=${sync}`);
    expect([other.status, typeof other.body.sync]).toEqual([412, "string"]);
    expect((await get(`/events?resource=${checkout}&sync=${sync}`)).status).toBe(200);
    clock.advance(24 * hourMs + 1);
    expect((await get(`/events?resource=${checkout}&sync=${sync}`)).status).toBe(412);
  });

  test("goals have one; workspaces only for service accounts", async () => {
    const service = {
      token: "service-token",
      kind: "service-account" as const,
      user: exampleSeed.me,
      workspace,
    };
    const { call, get, perform } = await simulator({ seed: { ...exampleSeed, tokens: [service] } });
    const goal = "1910000000000003";
    const { sync = "" } = (await get(`/events?resource=${goal}`)).body;
    expect((await get(`/workspaces/${workspace}/events`)).status).toBe(403);
    expect((await get(`/events?resource=${workspace}`)).status).toBe(400);
    const all = (token: string) =>
      call("GET", `/workspaces/${workspace}/events?sync=${token}`, undefined, service.token);
    const begun = await all("");
    perform({ kind: "updateGoal", gid: goal, name: "Sharper" });
    perform({ kind: "updateTask", gid: task, name: "Sharper too" });
    const { body } = await get(`/events?resource=${goal}&sync=${sync}`);
    expect(body.data).toMatchObject([{ resource: { gid: goal }, change: { field: "name" } }]);
    expect((await all(begun.body.sync ?? "")).body.data).toHaveLength(2);
  });
});

import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, test } from "vitest";
import * as z from "zod";

import { ManualClock } from "#shared/testing/manual-clock.ts";

import { exampleSeed } from "./example-seed.ts";
import { atEnd, receiver, Rows, simulator } from "./test-simulator.ts";

const workspace = "1100000000000001";
const checkout = "1500000000000001";

describe("reading", () => {
  test("a wrong token is refused in Asana's words", async () => {
    const { call } = await simulator();
    const { status, body } = await call("GET", "/users/me", undefined, "wrong");
    expect([status, body.errors?.[0]?.message]).toEqual([401, "Not Authorized"]);
  });

  test("a list shows no more than the compact form, and with opt_fields only what was asked for", async () => {
    const { get } = await simulator();
    const compact = await get(`/tasks?project=${checkout}&limit=1`);
    expect(compact.body.data).toEqual([
      {
        gid: "1800000000000001",
        name: "Write the new checkout page",
        resource_type: "task",
        resource_subtype: "default_task",
      },
    ]);
    const chosen = await get(
      `/tasks?project=${checkout}&limit=1&opt_fields=assignee.email,dependencies,memberships.section.name,nonsense`,
    );
    expect(chosen.body.data).toEqual([
      {
        gid: "1800000000000001",
        assignee: { gid: "1200000000000002", email: "Dana.Ruiz@acme.example" },
        dependencies: [{ gid: "1800000000000002", resource_type: "task" }],
        memberships: [{ section: { gid: "1600000000000002", name: "In progress" } }],
      },
    ]);
  });

  test("paging shows every task once, also when others leave the list meanwhile", async () => {
    const { get, perform } = await simulator();
    const first = await get(`/tasks?project=${checkout}&limit=1`);
    perform({ kind: "removeFromProject", task: "1800000000000001", project: checkout });
    const offset = first.body.next_page?.offset ?? "";
    const second = await get(`/tasks?project=${checkout}&limit=5&offset=${offset}`);
    expect(Rows.parse(second.body.data).map(({ gid }) => gid)).toEqual([
      "1800000000000002",
      "1800000000000008",
    ]);
    expect(second.body.next_page).toBeNull();
  });

  test("an offset expires, and is good for its own list only", async () => {
    const clock = new ManualClock("2026-11-21T08:00:00.000Z");
    const { get } = await simulator({ clock, offsetLifeMs: 60_000 });
    const first = await get(`/tasks?project=${checkout}&limit=1`);
    const offset = first.body.next_page?.offset ?? "";
    expect((await get(`/tasks?project=1500000000000002&limit=1&offset=${offset}`)).status).toBe(
      400,
    );
    clock.advance(61_000);
    expect((await get(`/tasks?project=${checkout}&limit=1&offset=${offset}`)).status).toBe(400);
  });

  test("a move between projects is seen by modified_since although modified_at stays", async () => {
    const { get, perform } = await simulator();
    perform({ kind: "addToProject", task: "1800000000000002", project: "1500000000000003" });
    const { body } = await get(
      `/tasks?project=1500000000000003&limit=10&modified_since=2026-11-20T00:00:00Z&opt_fields=modified_at`,
    );
    expect(body.data).toEqual([
      { gid: "1800000000000002", modified_at: "2026-11-02T09:30:00.000Z" },
    ]);
  });

  test("hidden is told from gone: 403 and absent from lists, against 404", async () => {
    const { get, perform } = await simulator();
    perform({ kind: "setHidden", gid: "1910000000000003", hidden: true });
    expect((await get("/goals/1910000000000003")).status).toBe(403);
    expect((await get("/goals/77")).status).toBe(404);
    const { body } = await get(`/goals?workspace=${workspace}&limit=100`);
    expect(Rows.parse(body.data)).toHaveLength(3);
  });

  test("what the plan lacks answers 402", async () => {
    const { get, perform } = await simulator();
    perform({ kind: "setFeatures", goals: false, portfolios: false });
    for (const path of [
      `/goals?workspace=${workspace}`,
      "/goals/1910000000000003",
      `/portfolios?workspace=${workspace}&owner=me`,
    ]) {
      expect((await get(path)).status).toBe(402);
    }
  });

  test("fifteen hundred tasks page in well under a second", async () => {
    const tasks = Array.from({ length: 1500 }, (_, index) => ({
      gid: String(1_850_000_000_000_000 + index),
      name: `Task ${index}`,
      assignee: "1200000000000002",
      completed: false,
      created_at: "2026-09-01T08:00:00.000Z",
      modified_at: "2026-09-01T08:00:00.000Z",
      memberships: [{ project: checkout, section: null }],
    }));
    const seed = { ...exampleSeed, tasks: [...exampleSeed.tasks, ...tasks] };
    const { get } = await simulator({ seed });
    const startedMs = performance.now();
    const seen = new Set<string>();
    let offset = "";
    do {
      const { body } = await get(
        `/tasks?project=${checkout}&limit=100&opt_fields=name,assignee.name,memberships.project.name,dependencies,num_subtasks${offset}`,
      );
      for (const { gid } of Rows.parse(body.data)) seen.add(gid);
      offset = body.next_page ? `&offset=${body.next_page.offset}` : "";
    } while (offset !== "");
    expect(seen.size).toBe(1503);
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });
});

describe("events and webhooks", () => {
  test("an event stream begins with 412 and then tells what happened in the project, compact", async () => {
    const { get, perform } = await simulator();
    const first = await get(`/events?resource=${checkout}`);
    expect(first.status).toBe(412);
    perform({ kind: "updateTask", gid: "1800000000000001", name: "Renamed" });
    const next = await get(`/events?resource=${checkout}&sync=${first.body.sync ?? ""}`);
    expect(next.body).toMatchObject({
      has_more: false,
      data: [
        {
          action: "changed",
          change: { field: "name", action: "changed" },
          resource: { gid: "1800000000000001", name: "Renamed" },
        },
      ],
    });
  });

  test("creation fails in Asana's words when the target does not echo the secret", async () => {
    const { call, get } = await simulator();
    const deaf = await receiver({ echoes: false });
    const { status } = await call("POST", "/webhooks", { resource: checkout, target: deaf.url });
    expect(status).toBe(400);
    expect((await get(`/webhooks?workspace=${workspace}`)).body.data).toEqual([]);
  });

  test("the same target twice is refused as a duplicate", async () => {
    const { call } = await simulator();
    const hook = await receiver();
    const wanted = { resource: checkout, target: hook.url };
    expect((await call("POST", "/webhooks", wanted)).status).toBe(201);
    expect((await call("POST", "/webhooks", wanted)).status).toBe(403);
  });

  test("handshake, heartbeat, then signed events that bubble up from a subtask to its project", async () => {
    const { call, perform, settle } = await simulator();
    const hook = await receiver();
    const made = await call("POST", "/webhooks", {
      resource: checkout,
      target: hook.url,
      filters: [{ resource_type: "task" }],
    });
    perform({ kind: "updateTask", gid: "1800000000000006", completed: true });
    perform({ kind: "updateProject", gid: checkout, name: "Filtered out" });
    await settle();
    const [handshake, ...later] = hook.received;
    // Order is not promised.
    const [delivery, heartbeat, ...rest] = later.toSorted((a, b) => b.body.length - a.body.length);
    expect(rest).toEqual([]);
    const secret = String(handshake?.headers["x-hook-secret"]);
    expect(made.body["X-Hook-Secret"]).toBe(secret);
    expect(heartbeat?.body).toBe('{"events":[]}');
    expect(delivery?.headers["x-hook-signature"]).toBe(
      createHmac("sha256", secret)
        .update(delivery?.body ?? "")
        .digest("hex"),
    );
    const { events } = z
      .object({ events: z.array(z.looseObject({ resource: z.unknown(), change: z.unknown() })) })
      .parse(JSON.parse(delivery?.body ?? ""));
    expect(events.map(({ change }) => change)).toEqual([
      { field: "completed", action: "changed" },
      { field: "completed_at", action: "changed" },
    ]);
    expect(events[0]?.resource).toEqual({
      gid: "1800000000000006",
      resource_type: "task",
      resource_subtype: "default_task",
    });
  });

  test("a restart keeps what was changed, and its webhooks", async () => {
    const folder = mkdtempSync(join(tmpdir(), "asana-"));
    atEnd(() => rmSync(folder, { recursive: true }));
    const journalPath = join(folder, "asana.jsonl");
    const hook = await receiver();
    const first = await simulator({ journalPath });
    await first.call("POST", "/webhooks", { resource: checkout, target: hook.url });
    const { gid } = first.perform({
      kind: "createTask",
      name: "New",
      memberships: [{ project: checkout }],
    });
    await first.close();
    const second = await simulator({ journalPath });
    expect((await second.get(`/tasks/${gid}`)).status).toBe(200);
    expect(
      Rows.parse((await second.get(`/webhooks?workspace=${workspace}`)).body.data),
    ).toHaveLength(1);
  });
});

describe("pages", () => {
  test("every permalink opens a page, and its forms change the object", async () => {
    const { get, url, state } = await simulator();
    const { data } = (await get("/tasks/1800000000000008")).body;
    const { permalink_url: permalink } = z.looseObject({ permalink_url: z.string() }).parse(data);
    expect(permalink.startsWith(`${url}/0/`)).toBe(true);
    expect(await (await fetch(permalink)).text()).toContain("Mark complete");
    const submit = (fields: Record<string, string>) =>
      fetch(`${url}/0/operations`, {
        method: "POST",
        body: new URLSearchParams(fields),
        redirect: "manual",
      });
    const blocking = `${url}/0/${checkout}/1800000000000002`;
    const task = "1800000000000008";
    expect((await submit({ kind: "addDependency", task, dependsOn: blocking })).status).toBe(303);
    expect((await submit({ kind: "updateTask", gid: task, completed: "true" })).status).toBe(303);
    expect((await submit({ kind: "addDependency", task, dependsOn: "nothing" })).status).toBe(400);
    expect(state.get("task", task)).toMatchObject({
      completed: true,
      dependencies: ["1800000000000002"],
    });
  });

  test.each([
    "/",
    "/?q=checkout",
    `/0/${checkout}/list`,
    "/0/goals/1910000000000002",
    "/0/goal/1910000000000002",
    "/0/portfolio/1400000000000001/list",
    "/0/0/1800000000000007",
    "/0/my-apps",
  ])("%s is a page without raw markup in it", async (path) => {
    const { url } = await simulator();
    const response = await fetch(url + path);
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(text).not.toMatch(/&lt;(li|a|ul)|\[object|undefined/u);
  });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";

import { exampleSeed } from "#connectors/asana/simulator/example-seed.ts";
import { startAsanaSimulator } from "#connectors/asana/simulator/start-asana-simulator.ts";
import { startJiraSimulator } from "#connectors/jira/simulator/server.ts";
import { smallSite } from "#connectors/jira/simulator/small-site.ts";
import { snapshot } from "#connectors/jira/simulator/snapshot.ts";
import {
  WriteBackDetail,
  WriteBackOverview,
} from "#functions/app/write-back/write-back-answers.ts";
import { wallClock } from "#shared/testing/simulator/wall-clock.ts";

import { HubApi } from "./support/hub-api.ts";
import { HubProcess } from "./support/hub-process.ts";
import { temporaryDir } from "./support/temporary-dir.ts";
import { until } from "./support/until.ts";

const each = 100;
const propertyKey = "throughline.line-of-sight";
const field = { gid: "1700000000000099", name: "Line of sight", type: "text" } as const;
const project = "1500000000000004";
const made = "2026-10-01T08:00:00.000Z";

const issues = Array.from({ length: each }, (_, index) => {
  const id = String(30_000 + index);
  return { ...smallSite.issues[2], id, key: `WRB-${index + 1}`, summary: `To be told ${index}` };
});
const jiraSeed = {
  ...smallSite,
  projects: [
    ...smallSite.projects,
    { ...smallSite.projects[1], id: "20009", key: "WRB", name: "Told" },
  ],
  issues: [...smallSite.issues, ...issues],
};
const asanaSeed = {
  ...exampleSeed,
  custom_fields: [...exampleSeed.custom_fields, field],
  projects: [
    ...exampleSeed.projects,
    {
      gid: project,
      name: "Told",
      team: "1300000000000001",
      owner: null,
      created_at: made,
      modified_at: made,
      custom_field_settings: [field.gid],
    },
  ],
  tasks: [
    ...exampleSeed.tasks,
    ...Array.from({ length: each }, (_, index) => ({
      gid: String(1_850_000_000_000_000 + index),
      name: `To be told ${index}`,
      assignee: null,
      completed: false,
      created_at: made,
      modified_at: made,
      memberships: [{ project, section: null }],
      // Some have a value that somebody typed.
      ...(index % 10 === 0 && { custom_fields: { [field.gid]: `Typed ${index}` } }),
    })),
  ],
};

const Made = z.looseObject({ id: z.string() });
type Tool = "jira" | "asana";
const containers: Readonly<Record<Tool, string>> = { jira: "WRB", asana: project };

/** 100 issues and 100 tasks, in two tools that send webhooks, and a hub that listens to both. */
describe("write-back of 200 items", () => {
  let directory: Awaited<ReturnType<typeof temporaryDir>>;
  let hub: HubProcess;
  let api: HubApi;
  let jira: Awaited<ReturnType<typeof startJiraSimulator>>;
  let asana: Awaited<ReturnType<typeof startAsanaSimulator>>;
  const ids = { jira: "", asana: "" };
  const batches = { jira: "", asana: "" };

  beforeAll(async () => {
    directory = await temporaryDir();
    jira = await startJiraSimulator({ seed: jiraSeed, clock: wallClock, burstFactor: 100 });
    asana = await startAsanaSimulator({ seed: asanaSeed, clock: wallClock });
    hub = HubProcess.spawn({ dataDir: directory.path, args: ["--no-sample"], logLevel: "warn" });
    await hub.ready();
    api = new HubApi(hub.url);
    const [credential] = smallSite.credentials;
    ids.jira = await connect("jira", {
      baseUrl: jira.url,
      email: credential.email,
      apiToken: credential.apiToken,
      goalTypes: ["Objective=objective", "Initiative=initiative"],
    });
    ids.asana = await connect("asana", {
      baseUrl: asana.apiUrl,
      token: exampleSeed.token,
      workspaces: exampleSeed.workspaces.map(({ gid }) => gid),
    });
    await whole();
  }, 180_000);

  afterAll(async () => {
    await hub.end();
    await Promise.all([jira.close(), asana.close()]);
    await directory.remove();
  });

  async function connect(connector: Tool, settings: Readonly<Record<string, unknown>>) {
    const body = { connector, name: `Told ${connector}`, settings };
    return Made.parse(await api.post("/api/connections", body)).id;
  }

  async function whole(): Promise<void> {
    await until(
      "all is read and every webhook registered",
      async () =>
        (await api.connections()).every(
          ({ isReady, subscriptions }) =>
            isReady &&
            subscriptions.length > 0 &&
            subscriptions.every(({ state }) => state === "active"),
        ),
      { withinMs: 60_000, seen: () => api.connections() },
    );
    await api.quiet();
  }

  async function overview(tool: Tool) {
    return WriteBackOverview.parse(await api.json(`/api/write-backs?connection=${ids[tool]}`));
  }

  async function batch(tool: Tool) {
    return WriteBackDetail.parse(await api.json(`/api/write-backs/${batches[tool]}`));
  }

  async function reaches(tool: Tool, state: string): Promise<void> {
    await until(
      `the ${tool} batch is ${state}`,
      async () => (await batch(tool)).batch.state === state,
      { withinMs: 120_000, everyMs: 200, seen: async () => (await batch(tool)).batch },
    );
  }

  async function preview(tool: Tool): Promise<void> {
    const wanted = { connectionId: ids[tool], which: "open", container: containers[tool] };
    // The list of items is a picture that may be some seconds old.
    await until(
      "the items are there",
      async () =>
        (await api.workItems({ connection: ids[tool], text: "To be told" })).length === each,
      { withinMs: 60_000, everyMs: 250 },
    );
    const answer = WriteBackDetail.parse(await api.post("/api/write-backs", wanted));
    batches[tool] = answer.batch.id;
    await reaches(tool, "previewed");
  }

  async function all(verb: "apply" | "undo", state: string): Promise<void> {
    for (const id of Object.values(batches)) {
      await api.post(`/api/write-backs/${id}/${verb}`, { by: "Ana" });
    }
    for (const tool of ["jira", "asana"] as const) await reaches(tool, state);
    await settled();
  }

  /** Nothing is on its way at either end any more. */
  async function settled(): Promise<void> {
    await Promise.all([jira.sender.settle(), asana.settle()]);
    await until(
      "the hub has done what came of it",
      async () => {
        const before = await invocations();
        await wallClock.sleep(700);
        return JSON.stringify(before) === JSON.stringify(await invocations());
      },
      { withinMs: 60_000 },
    );
    await Promise.all([jira.sender.settle(), asana.settle()]);
  }

  async function invocations() {
    const { ingest, detect, pull, receive } = await api.functions();
    return [ingest, detect, pull, receive].map((one) => one?.invocations);
  }

  /** How often anything was written into the tools. */
  function writes(): number {
    const counts = [jira.statistics().byEndpoint, asana.statistics().endpoints];
    return counts
      .flatMap((byEndpoint) => Object.entries(byEndpoint))
      .filter(([endpoint]) => /^(?:PUT|DELETE) .*(?:propert|tasks)/u.test(endpoint))
      .reduce((sum, [, count]) => sum + count, 0);
  }

  /** Without what the vendor itself notes of every change: when, and as a story of the task. */
  function states(): { readonly jira: string; readonly asana: string } {
    const { webhooks: _webhooks, story: _stories, ...kept } = asana.state.toJson();
    const { webhooks: _hooks, ...site } = snapshot(jira.state) as Record<string, unknown>;
    const stamps = new Set(["modified_at", "touchedAt"]);
    return {
      jira: JSON.stringify(site),
      asana: JSON.stringify(kept, (key, value: unknown) => (stamps.has(key) ? undefined : value)),
    };
  }

  let before: ReturnType<typeof states>;

  test("is off until the settings turn it on", async () => {
    for (const tool of ["jira", "asana"] as const) {
      expect(await overview(tool)).toMatchObject({ isPossible: true, isOn: false, standing: 0 });
      const wanted = { connectionId: ids[tool] };
      expect((await api.request("POST", "/api/write-backs", wanted)).status).toBe(409);
    }
    for (const [tool, settings] of [
      ["jira", { writeBack: "entity-property" }],
      ["asana", { writeBackField: field.name }],
    ] as const) {
      const path = `/api/connections/${ids[tool]}`;
      expect((await api.request("PATCH", path, { settings })).status).toBe(200);
    }
    await whole();
    for (const tool of ["jira", "asana"] as const) expect((await overview(tool)).isOn).toBe(true);
    await settled();
  }, 120_000);

  test("a preview shows before and after of each, and writes nothing", async () => {
    before = states();
    await preview("jira");
    await preview("asana");
    expect((await batch("jira")).batch.counts).toMatchObject({ planned: each });
    expect((await batch("asana")).batch.counts).toMatchObject({ planned: each });
    const { items } = await batch("asana");
    expect(items.filter(({ before }) => typeof before === "string")).toHaveLength(each / 10);
    // The project is open work too, and in no portfolio that has the field.
    expect(items.find(({ state }) => state === "skipped")?.reason).toMatch(/^None of its portf/u);
    expect(items.find(({ title }) => title === "To be told 0")).toMatchObject({
      beforeInWords: "Typed 0",
      state: "planned",
    });
    expect((await batch("jira")).items[0]?.sentence).toMatch(/^Serves /u);
    expect([states(), writes()]).toEqual([before, 0]);
  }, 120_000);

  test("applied, it stands in both tools, and no webhook makes the hub write again", async () => {
    const [ingestBefore, detectBefore] = await invocations();
    await all("apply", "applied");
    expect(writes()).toBe(2 * each);
    expect(jira.state.properties.size).toBe(each);
    const told = JSON.stringify(jira.state.properties.get("30000")?.get(propertyKey));
    expect(told).toContain(`${hub.url}/work-items/`);
    const shown = asana.state.find("task", "1850000000000001")?.custom_fields?.[field.gid];
    expect(String(shown)).toContain(`${hub.url}/work-items/`);
    const [ingest, detect] = await invocations();
    // Asana told of every write; none of it was news.
    expect(ingest ?? 0).toBeGreaterThan(ingestBefore ?? 0);
    expect(detect).toBe(detectBefore);
    await wallClock.sleep(2000);
    await settled();
    expect(writes()).toBe(2 * each);
    for (const tool of ["jira", "asana"] as const) {
      const { batches: all, standing, stale } = await overview(tool);
      expect([all.length, standing, stale]).toEqual([1, each, 0]);
    }
  }, 180_000);

  test("undone, both tools are byte for byte as before", async () => {
    await all("undo", "undone");
    expect(states()).toEqual(before);
    expect(writes()).toBe(4 * each);
    for (const tool of ["jira", "asana"] as const) {
      expect((await batch(tool)).batch.counts).toMatchObject({ undone: each });
      expect((await overview(tool)).standing).toBe(0);
    }
  }, 180_000);

  test("what people do meanwhile is neither lost nor overwritten, also when the tools ask to wait", async () => {
    await preview("jira");
    await preview("asana");
    const [first, second] = ["1850000000000003", "1850000000000099"];
    asana.perform({ kind: "updateTask", gid: first, custom_fields: { [field.gid]: "Mine" } });
    // And both tools ask to wait, again and again.
    const often = { on: "request", kind: "status", times: 8, skip: 40 } as const;
    jira.faults.arm({
      ...often,
      status: 429,
      retryAfterSeconds: 3,
      pathPrefix: "/rest/api/3/issue",
    });
    asana.faults.arm({ ...often, status: 503, pathPrefix: "/api/1.0/tasks" });
    const applying = all("apply", "applied");
    asana.perform({ kind: "updateTask", gid: second, name: "To be told by a person" });
    jira.perform({ kind: "updateIssue", key: "WRB-100", summary: "To be told by a person" });
    await applying;
    const conflicts = (await batch("asana")).items.filter(({ state }) => state === "conflict");
    expect(conflicts.map(({ factId }) => factId.endsWith(first ?? ""))).toEqual([true]);
    await until(
      "the hub knows the new names",
      async () => (await api.workItemsOfNow({ text: "To be told by a person" })).length === 2,
      { withinMs: 30_000 },
    );
    await all("undo", "undone");
    const values = [first, second].map((gid) => asana.state.find("task", gid ?? ""));
    expect(values[0]?.custom_fields?.[field.gid]).toBe("Mine");
    expect(values[1]).toMatchObject({ name: "To be told by a person" });
    expect(jira.state.properties.size).toBe(0);
  }, 240_000);
});

import { request } from "node:http";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { HubApi } from "./support/hub-api.ts";
import { freePort, HubProcess, runHub } from "./support/hub-process.ts";
import { childrenOf } from "./support/processes.ts";
import { type SmallTools, startSmallTools } from "./support/small-tools.ts";
import { temporaryDir } from "./support/temporary-dir.ts";
import { until } from "./support/until.ts";

describe("stopping and starting", () => {
  let directory: Awaited<ReturnType<typeof temporaryDir>>;
  let tools: SmallTools;
  let hub: HubProcess;
  let api: HubApi;
  let port: number;

  const start = () => HubProcess.start({ dataDir: directory.path, port, args: ["--no-sample"] });

  beforeAll(async () => {
    directory = await temporaryDir();
    tools = await startSmallTools();
    port = await freePort();
    hub = await start();
    api = new HubApi(hub.url);
  }, 120_000);

  afterAll(async () => {
    await hub.end();
    await tools.close();
    await directory.remove();
  });

  test("the URL stands alone on the standard output, at the port asked for", () => {
    expect(hub.url).toBe(`http://127.0.0.1:${port}`);
    expect(hub.output.split("\n")).toContain(hub.url);
  });

  test("SIGTERM ends it cleanly and soon, and leaves no process behind", async () => {
    const { connector, settings } = tools.jira;
    await api.post("/api/connections", { connector, name: "Work", settings });
    await until("the connection is read", async () => (await api.connection("jira")).isReady, {
      withinMs: 30_000,
    });
    await api.put("/api/rules/unlinked-work", { isEnabled: true, graceMinutes: 0, options: {} });
    await until("an alert", async () => (await api.alerts()).length > 0, { withinMs: 30_000 });

    const children = childrenOf(hub.pid);
    expect(children.length).toBeGreaterThan(0);
    const startedMs = performance.now();
    expect(await hub.stop("SIGTERM")).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    for (const pid of children) expect(isAlive(pid)).toBe(false);
  });

  test("started again it holds what it held, and still receives", async () => {
    hub = await start();
    const connection = await api.connection("jira");
    expect(connection).toMatchObject({ name: "Work", isReady: true, health: "healthy" });
    expect(connection.facts["work-item"]).toBeGreaterThan(5);
    expect((await api.alerts()).length).toBeGreaterThan(0);
    const { rules } = (await api.json("/api/rules")) as { rules: { graceMinutes: number }[] };
    expect(rules.map(({ graceMinutes }) => graceMinutes)).toContain(0);

    const { headers, body } = tools.jira.sign(JSON.stringify(tools.jira.event));
    const url = `${hub.url}/webhooks/jira/${connection.id}`;
    expect((await fetch(url, { method: "POST", headers, body })).status).toBe(202);
  });

  test("Ctrl-C ends it as cleanly", async () => {
    expect(await hub.stop("SIGINT")).toBe(0);
    hub = await start();
  });

  test("a second hub on the same data is refused with a sentence that says why", async () => {
    const run = await runHub(["--data", directory.path, "--port", "0", "--no-sample"]);
    expect(run.code).toBe(1);
    expect(run.stdout).toBe("");
    expect(run.stderr).toMatch(/Another hub \(process \d+\) already uses the data directory/u);
    expect(run.stderr).not.toMatch(/\n\s+at /u);
    expect((await api.request("GET", "/api/health")).status).toBe(200);
  });

  test("a port that is taken is refused with a sentence that says what to do", async () => {
    const other = await temporaryDir();
    const run = await runHub(["--data", other.path, "--port", String(port), "--no-sample"]);
    await other.remove();
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`Port ${port} cannot be used. Choose another one with --port.`);
    expect(run.stderr).not.toMatch(/\n\s+at /u);
  });

  test.each([
    { args: ["--port", "x"], says: /--port takes a whole number from 0 to 65535/u },
    { args: ["--port", "70000"], says: /--port takes a whole number from 0 to 65535/u },
    { args: ["--colour", "blue"], says: /--colour/u },
    { args: ["--pace", "-1"], says: /--pace/u },
  ])("the arguments $args are answered with the usage", async ({ args, says }) => {
    const run = await runHub(args);
    expect(run.code).toBe(2);
    expect(run.stdout).toBe("");
    expect(run.stderr).toMatch(says);
    expect(run.stderr).toContain("Usage: npm start --");
  });

  test("a request under another name is refused: no page elsewhere can reach in", async () => {
    for (const host of ["hub.evil.example", `hub.evil.example:${port}`, "127.0.0.1:1"]) {
      expect(await statusFor(hub.url, host)).toBe(403);
    }
    expect(await statusFor(hub.url, `localhost:${port}`)).toBe(200);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}

/** `fetch` sets the Host header itself; this lets us say another one. */
async function statusFor(url: string, host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const asked = request(`${url}/api/health`, { headers: { host } }, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  });
  asked.once("error", reject);
  asked.end();
  return promise;
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Hono } from "hono";
import { afterEach, describe, expect, test } from "vitest";
import * as z from "zod";

import { controlRoutes, RefusedOperation } from "./control.ts";
import { Faults } from "./faults.ts";
import { Journal } from "./journal.ts";
import { Operations } from "./operations.ts";
import { requestFaults } from "./request-faults.ts";
import { type ServedSimulator, serveSimulator } from "./serve.ts";
import { wallClock } from "./wall-clock.ts";
import { type RetryPlan, WebhookSender } from "./webhook-sender.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function serve(app: Hono): Promise<ServedSimulator> {
  const served = await serveSimulator({ app });
  cleanups.push(() => served.close());
  return served;
}

const retry: RetryPlan = {
  delayMs: (count) => (count <= 2 ? 60_000 : undefined),
  isRetried: (status) => status === undefined || status >= 500,
  headers: (count) => ({ "X-Retry": String(count) }),
  timeoutMs: 2000,
};

/** A receiver that keeps what it got and answers with the statuses in turn, then with 200. */
async function receiver(statuses: number[] = []) {
  const bodies: string[] = [];
  const headers: Record<string, string>[] = [];
  const app = new Hono();
  app.post("/hook", async (c) => {
    bodies.push(await c.req.text());
    headers.push(c.req.header());
    return new Response(null, { status: statuses.shift() ?? 200 });
  });
  const { url } = await serve(app);
  return { url: `${url}/hook`, bodies, headers };
}

function senderWith(faults = new Faults()) {
  const sender = new WebhookSender({
    clock: wallClock,
    faults,
    retry,
    signatureHeader: "X-Sign",
    timeScale: 0.0001,
  });
  cleanups.push(() => sender.stop());
  const send = (url: string, body: string) =>
    sender.send({ id: body, event: `thing.${body}`, url, headers: { "X-Sign": "abc0" }, body });
  return { sender, send };
}

describe("webhook sender", () => {
  test("a failing receiver gets the delivery again, marked as a retry", async () => {
    const { url, bodies, headers } = await receiver([500]);
    const { sender, send } = senderWith();
    send(url, "a");
    await sender.settle();
    expect(bodies).toEqual(["a", "a"]);
    expect(headers.map((each) => each["x-retry"])).toEqual([undefined, "1"]);
    expect(sender.deliveries()).toMatchObject([
      { state: "delivered", attempts: [{ status: 500 }, { status: 200 }] },
    ]);
  });

  test("a receiver that is away is given up after the last retry, and one that refuses at once", async () => {
    const { url } = await receiver([401]);
    const { sender, send } = senderWith();
    send("http://127.0.0.1:1/hook", "away");
    send(url, "refused");
    await sender.settle();
    expect(sender.deliveries()).toMatchObject([
      { id: "away", state: "given-up", attempts: [{}, {}, {}] },
      { id: "refused", state: "refused", attempts: [{ status: 401 }] },
    ]);
  });

  test("each webhook fault does what its name says, once", async () => {
    const { url, bodies, headers } = await receiver();
    const faults = new Faults();
    const { sender, send } = senderWith(faults);
    const run = async (
      kind: "drop" | "duplicate" | "reorder" | "truncate" | "corrupt-signature",
    ) => {
      bodies.length = 0;
      headers.length = 0;
      faults.arm({ on: "webhook", kind, times: 1 });
      send(url, "first");
      send(url, "then");
      await sender.settle();
      return bodies.join();
    };
    expect(await run("drop")).toBe("then");
    expect(await run("duplicate")).toBe("first,first,then");
    expect(await run("reorder")).toBe("then,first");
    expect(await run("truncate")).toBe("fi,then");
    expect(await run("corrupt-signature")).toBe("first,then");
    expect(headers.map((each) => each["x-sign"])).toEqual(["abc1", "abc0"]);
  });
});

describe("request faults", () => {
  async function simulator() {
    const faults = new Faults();
    const app = new Hono();
    const { sender } = senderWith(faults);
    app.route(
      "/",
      controlRoutes({
        faults,
        sender,
        state: () => ({ issues: 1 }),
        perform: (input) => {
          const { kind } = z.strictObject({ kind: z.string() }).parse(input);
          if (kind === "impossible") throw new RefusedOperation("there is no such issue");
          return { done: kind };
        },
      }),
    );
    app.use(
      requestFaults({
        faults,
        clock: wallClock,
        renderStatus: (status) => ({ body: { status }, headers: { "x-limit": "1" } }),
      }),
    );
    app.get("/things", (c) => c.json({ things: "x".repeat(5000) }));
    const { url } = await serve(app);
    return { url, arm: (fault: unknown) => post(`${url}/__control/faults`, fault) };
  }
  const post = (url: string, body: unknown) =>
    fetch(url, { method: "POST", body: JSON.stringify(body) });

  test("a status fault hits after its skip, as often as told, with vendor headers and Retry-After", async () => {
    const { url, arm } = await simulator();
    await arm({
      on: "request",
      kind: "status",
      status: 429,
      retryAfterSeconds: 7,
      skip: 1,
      times: 1,
      pathPrefix: "/things",
    });
    expect((await fetch(`${url}/things`)).status).toBe(200);
    const hit = await fetch(`${url}/things`);
    expect([hit.status, hit.headers.get("retry-after"), hit.headers.get("x-limit")]).toEqual([
      429,
      "7",
      "1",
    ]);
    expect(await hit.json()).toEqual({ status: 429 });
    expect((await fetch(`${url}/things`)).status).toBe(200);
  });

  test("a truncated answer and a reset connection fail in the client instead of ending early", async () => {
    const { url, arm } = await simulator();
    await arm({ on: "request", kind: "truncate", times: 1 });
    await expect(fetch(`${url}/things`).then((response) => response.text())).rejects.toThrow(
      "terminated",
    );
    await arm({ on: "request", kind: "reset", times: 1 });
    await expect(fetch(`${url}/things`)).rejects.toThrow("fetch failed");
    expect((await fetch(`${url}/things`)).status).toBe(200);
  });

  test("the control API refuses what it does not know and shows what is armed", async () => {
    const { url, arm } = await simulator();
    expect((await arm({ on: "request", kind: "explode" })).status).toBe(400);
    await arm({ on: "request", kind: "slow", delayMs: 1 });
    const { faults } = (await (await fetch(`${url}/__control/faults`)).json()) as {
      faults: unknown[];
    };
    expect(faults).toHaveLength(1);
    expect((await post(`${url}/__control/operations`, { kind: "impossible" })).status).toBe(409);
    expect((await post(`${url}/__control/operations`, {})).status).toBe(400);
    expect(await (await post(`${url}/__control/operations`, { kind: "tick" })).json()).toEqual({
      result: { done: "tick" },
    });
    expect(await (await fetch(`${url}/__control/state`)).json()).toEqual({ issues: 1 });
  });
});

describe("journal", () => {
  test("a restarted simulator has the state it had, a torn last line aside", () => {
    const folder = mkdtempSync(join(tmpdir(), "journal-"));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "deep", "journal.jsonl");
    const start = () => {
      const added: string[] = [];
      const emitted: string[] = [];
      const operations = new Operations({
        schema: z.strictObject({ add: z.string() }),
        clock: wallClock,
        journal: new Journal(path),
        apply: ({ add }, at) => {
          if (add === "refuse") throw new RefusedOperation("no");
          added.push(`${add}@${at}`);
          return add;
        },
        emit: (add) => emitted.push(add),
      });
      return { added, emitted, operations, replayed: operations.replay() };
    };
    const first = start();
    first.operations.perform({ add: "a" });
    first.operations.perform({ add: "b" });
    expect(() => first.operations.perform({ add: "refuse" })).toThrow(RefusedOperation);
    writeFileSync(path, `${readFileSync(path, "utf8")}{"at":"2026-`);
    const second = start();
    expect(second).toMatchObject({ replayed: 2, added: first.added, emitted: [] });
    second.operations.perform({ add: "c" });
    expect(start().added).toHaveLength(3);
  });
});

import { createServer } from "node:http";

import { afterEach, describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import type { PulledPage, Source, SubscriptionRequest } from "#shared/kit/connector.ts";
import type { Change } from "#shared/model/change.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import type { FactId } from "#shared/model/ids.ts";
import { Instant } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { bambooPersonId } from "./normalize.ts";
import { BambooSettings } from "./settings.ts";
import type { BambooSeedInput } from "./simulator/seed.ts";
import { startBambooSimulator } from "./simulator/start-bamboohr-simulator.ts";
import { createBambooSource } from "./source.ts";
import { bambooWebhook } from "./webhook.ts";

const connectionId = ConnectionId.parse("conn_0123456789");
const apiKey = "key-of-the-simulator";
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function seedOf(size: number): BambooSeedInput {
  return {
    companyDomain: "acme",
    apiKey,
    customFields: [{ id: "4321", name: "Team", alias: "customTeam" }],
    employees: Array.from({ length: size }, (_, at) => ({
      id: String(at + 1),
      employeeNumber: `E${at}`,
      firstName: "Person",
      lastName: `Number ${at + 1}`,
      workEmail: `p${at + 1}@acme.example`,
      division: at === 0 ? null : "Product",
      department: at < 2 ? null : "Engineering",
      custom: { customTeam: at < 3 ? null : `Team ${at % 4}` },
      supervisorEId: at === 0 ? null : "1",
      lastChanged: Instant.parse("2026-11-01T08:00:00.000Z"),
    })),
  };
}

async function connect(size: number, settings: Partial<BambooSettings> = {}) {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const simulator = await startBambooSimulator({ seed: seedOf(size), clock, timeScale: 0.0001 });
  closers.push(() => simulator.close());
  const context = sourceContext<BambooSettings>({
    connectionId,
    settings: BambooSettings.parse({
      companyDomain: "acme",
      apiKey,
      baseUrl: simulator.apiUrl,
      orgLevels: ["division", "department", "customTeam"],
      ...settings,
    }),
    clock,
  });
  return { clock, simulator, source: createBambooSource(context) };
}

async function everything<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of from) all.push(each);
  return all;
}

async function pull(source: Source, position?: string): Promise<PulledPage[]> {
  return everything(source.pull("employees", position));
}

function idsOf(pages: readonly { readonly changes: readonly Change[] }[], type: string) {
  return pages
    .flatMap((page) => page.changes)
    .flatMap((c) => (c.kind === "upserted" && c.record.type === type ? [c.record.id] : []));
}

function caught(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("pull", () => {
  test("a backfill reads everybody page by page, with progress, and their units", async () => {
    const { source } = await connect(120);
    const pages = await pull(source);
    expect(pages.map((page) => page.recordsRead)).toEqual([50, 50, 20]);
    expect(pages.every((page) => page.recordsTotal === 120)).toBe(true);
    expect(pages.map((page) => page.isLast)).toEqual([false, false, true]);
    expect(new Set(idsOf(pages, "person")).size).toBe(120);
    expect(new Set(idsOf(pages, "org-unit")).size).toBe(7);
    expect(pages.flatMap((page) => page.rejected)).toEqual([]);
  });

  test("an interrupted backfill resumes after the last stored page", async () => {
    const { source } = await connect(120);
    const [first] = await pull(source);
    const rest = await pull(source, first?.position);
    expect(rest.map((page) => page.recordsRead)).toEqual([50, 20]);
    const all = [...idsOf(first ? [first] : [], "person"), ...idsOf(rest, "person")];
    expect(new Set(all).size).toBe(120);
    expect(all).toHaveLength(120);
  });

  test("the next run reads what changed, deletions included, and begins before the last one", async () => {
    const { source, simulator, clock } = await connect(10);
    clock.advance(60_000);
    // Happens while the backfill runs, which begins at the same moment.
    const first = await pull(source);
    simulator.perform({ kind: "rename", id: "4", lastName: "Sommer" });
    simulator.perform({ kind: "delete", id: "5" });
    clock.advance(600_000);
    const second = await pull(source, first.at(-1)?.position);
    expect(idsOf(second, "person")).toEqual([bambooPersonId(connectionId, "4")]);
    expect(second.flatMap((page) => page.changes).filter((c) => c.kind === "removed")).toEqual([
      expect.objectContaining({ id: bambooPersonId(connectionId, "5") }),
    ]);
    clock.advance(600_000);
    const third = await pull(source, second.at(-1)?.position);
    expect(third).toHaveLength(1);
    expect(third[0]).toMatchObject({ changes: [], isLast: true, recordsRead: 0 });
  });

  test("many changes come in pages, and an interrupted run goes on behind the last one", async () => {
    const { source, simulator, clock } = await connect(130);
    const start = (await pull(source)).at(-1)?.position;
    clock.advance(1000);
    for (let id = 1; id <= 120; id += 1) {
      if (id % 10 === 0) clock.advance(1000);
      simulator.perform({ kind: "move", id: String(id), location: "Osaka" });
    }
    const [first] = await pull(source, start);
    const rest = await pull(source, first?.position);
    expect([first, ...rest].map((page) => page?.recordsRead)).toEqual([50, 50, 20]);
    const all = [...idsOf(first ? [first] : [], "person"), ...idsOf(rest, "person")];
    expect(new Set(all).size).toBe(120);
  });

  test("a cursor whose employee is gone, or nonsense, asks for a new start", async () => {
    const { source, simulator } = await connect(60);
    const [first] = await pull(source);
    simulator.perform({ kind: "delete", id: "50" });
    const expired = expect.objectContaining({ code: "connector.cursor-expired" });
    expect(await caught(pull(source, first?.position))).toEqual(expired);
    expect(await caught(pull(source, "{"))).toEqual(expired);
    expect(await caught(pull(source, '{"phase":"other"}'))).toEqual(expired);
  });

  test("one employee that may not be seen is rejected, the others are read", async () => {
    const { source, simulator } = await connect(8);
    simulator.perform({ kind: "hide", employees: ["6"] });
    const [page] = await pull(source);
    // By that id somebody may have it read again, once it is shown.
    const id = bambooPersonId(connectionId, "6");
    expect(page?.rejected).toEqual([
      { record: "employee 6", reason: expect.stringContaining("does not show") as string, id },
    ]);
    expect(idsOf(page ? [page] : [], "person")).toHaveLength(7);
  });
});

describe("failures", () => {
  test.each([
    [{ status: 503, retryAfterSeconds: 7 }, "connector.rate-limited", 7000],
    [{ status: 429, retryAfterSeconds: 3 }, "connector.rate-limited", 3000],
    [{ status: 500 }, "connector.unavailable", undefined],
    [{ status: 403 }, "connector.forbidden", undefined],
  ])("%o is %s", async (fault, code, retryAfterMs) => {
    const { source, simulator } = await connect(3);
    simulator.faults.arm({ on: "request", kind: "status", ...fault, times: 1 });
    expect(await caught(source.probe())).toMatchObject({ code, retryAfterMs });
  });

  test("a connection cut in the middle of an answer is unreachable, never half a page", async () => {
    const { source, simulator } = await connect(3);
    simulator.faults.arm({ on: "request", kind: "truncate", times: 1 });
    expect(await caught(pull(source))).toMatchObject({ code: "connector.unreachable" });
    simulator.faults.arm({ on: "request", kind: "reset", times: 1 });
    expect(await caught(pull(source))).toMatchObject({ code: "connector.unreachable" });
  });

  test("a body that is not JSON is drift, and its text is in no message", async () => {
    const { source, simulator } = await connect(3);
    const body = "<html>canary</html>";
    simulator.faults.arm({ on: "request", kind: "status", status: 300, body, times: 1 });
    const refused = await caught(source.probe());
    expect(refused).toBeInstanceOf(HubError);
    expect(String(refused)).not.toContain("canary");
  });

  test("a wrong key and a host that is not there say what to do", async () => {
    const wrong = await connect(2, { apiKey: "not-the-key" });
    expect(await caught(wrong.source.probe())).toMatchObject({ code: "connector.unauthorized" });
    const away = await connect(2, { baseUrl: "http://127.0.0.1:9/api" });
    expect(await caught(away.source.probe())).toMatchObject({ code: "connector.unreachable" });
  });
});

describe("probe", () => {
  test("it names the company and its size", async () => {
    const { source } = await connect(12);
    const { identity, gaps } = await source.probe();
    expect(identity).toBe("12 employees of acme");
    // Its teams are a field of the company's own, which no table has.
    expect(gaps.map((gap) => gap.what)).toEqual(["Moves ahead"]);
  });

  test("it tells of a level that does not exist and of fields that the key cannot see", async () => {
    const { source, simulator } = await connect(4, { orgLevels: ["division", "customSquad"] });
    simulator.perform({ kind: "hide", fields: ["workEmail"] });
    const { gaps } = await source.probe();
    expect(gaps.map((gap) => gap.what)).toEqual([
      "Org level customSquad",
      "Field workEmail",
      "Moves ahead",
    ]);
  });
});

describe("reconcile", () => {
  test("enumeration shows people and the units that somebody is in", async () => {
    const { source, simulator } = await connect(9);
    const ids = new Set((await everything(source.enumerate("employees"))).flat());
    const people = [...ids].filter((id) => id.includes(":person:"));
    expect(people).toHaveLength(9);
    expect(ids.size).toBe(9 + 7);
    for (const id of ["4", "8"])
      simulator.perform({ kind: "move", id, custom: { customTeam: "Team 1" } });
    const later = new Set((await everything(source.enumerate("employees"))).flat());
    const dissolved = [...ids].find((id) => !later.has(id));
    const presence = await source.confirm("employees", [
      dissolved as FactId,
      bambooPersonId(connectionId, "4"),
      bambooPersonId(connectionId, "99"),
    ]);
    expect(presence.get(dissolved as FactId)).toBe("gone");
    expect(presence.get(bambooPersonId(connectionId, "4"))).toBe("present");
    expect(presence.get(bambooPersonId(connectionId, "99"))).toBe("gone");
  });

  test("with somebody hidden, no unit is called gone", async () => {
    const { source, simulator } = await connect(5);
    const all = (await everything(source.enumerate("employees"))).flat();
    simulator.perform({ kind: "hide", employees: ["4"] });
    const unit = all.find((id) => id.includes("Team%203"));
    const presence = await source.confirm("employees", [
      unit as FactId,
      bambooPersonId(connectionId, "4"),
    ]);
    expect([...presence.values()]).toEqual(["hidden", "hidden"]);
  });

  test("records are read by id, people and units alike", async () => {
    const { source } = await connect(5);
    const all = (await everything(source.enumerate("employees"))).flat();
    const reading = await source.readByIds("employees", all);
    const read = new Set(idsOf([reading], "person").concat(idsOf([reading], "org-unit")));
    expect(read).toEqual(new Set(all));
  });
});

describe("webhooks", () => {
  async function receiver() {
    const received: { headers: Record<string, string>; body: Buffer }[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const headers = request.headers as Record<string, string>;
        received.push({ headers, body: Buffer.concat(chunks) });
        response.writeHead(202).end();
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    closers.push(() => new Promise((resolve) => server.close(() => resolve())));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const url = `http://127.0.0.1:${address.port}/webhooks/bamboohr/c?subscription=s`;
    return { url, received };
  }

  async function subscribe(
    source: Source,
    request: SubscriptionRequest,
  ): Promise<{ nativeId: string; secret: string }> {
    const made = await source.subscribe?.(request);
    if (made?.secret === undefined) throw new Error("nothing was registered");
    return { nativeId: made.nativeId, secret: made.secret };
  }

  test("registered once for a target, verified on arrival, and read again from the source", async () => {
    const { source, simulator, clock } = await connect(6);
    const { url, received } = await receiver();
    const request = { id: "sub_0123456789", targetUrl: url, resource: "employees" };
    await subscribe(source, request);
    const { nativeId, secret } = await subscribe(source, request);
    expect(simulator.state.webhooks.size).toBe(1);
    simulator.perform({ kind: "move", id: "5", custom: { customTeam: "Team 9" } });
    simulator.perform({ kind: "delete", id: "6" });
    await simulator.settle();
    expect(received).toHaveLength(2);
    const outcomes = [];
    for (const { headers, body } of received) {
      const delivery = { headers, body, query: {}, receivedAt: clock.now() };
      const verdict = bambooWebhook.verify(delivery, [secret], clock.nowMs());
      expect(verdict.outcome).toBe("accepted");
      outcomes.push(await source.interpret(delivery));
    }
    expect(JSON.stringify(outcomes[0]?.changes)).toContain("Team 9");
    expect(outcomes[1]?.changes).toEqual([
      expect.objectContaining({ kind: "removed", id: bambooPersonId(connectionId, "6") }),
    ]);
    await source.unsubscribe?.(nativeId);
    await source.unsubscribe?.(nativeId);
    expect(simulator.state.webhooks.size).toBe(0);
  });
});

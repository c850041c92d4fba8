import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

import { afterEach, describe, expect, test } from "vitest";

import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { effectivePerson } from "#shared/graph/effective.ts";
import type { Reading, Source } from "#shared/kit/connector.ts";
import type { Person } from "#shared/model/facts.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import { dayMs, Instant, minuteMs } from "#shared/model/time.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import { scanAll } from "#shared/store/list.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { fieldsFor } from "./fields.ts";
import { bambooPersonId } from "./normalize.ts";
import { BambooSettings } from "./settings.ts";
import { startBambooSimulator } from "./simulator/start-bamboohr-simulator.ts";
import { createBambooSource } from "./source.ts";

const connectionId = ConnectionId.parse("conn_0123456789");
const apiKey = "key-of-the-simulator";
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Asked {
  readonly path: string;
  readonly query: URLSearchParams;
}

/** A company between which and the source everything that is asked is written down. */
async function connect(size: number, settings: Partial<BambooSettings> = {}) {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const lastChanged = Instant.parse("2026-11-01T08:00:00.000Z");
  const simulator = await startBambooSimulator({
    seed: {
      companyDomain: "acme",
      apiKey,
      apiKeyOf: "2",
      otherApiKeys: ["key-of-somebody-else"],
      customFields: [{ id: "4321", name: "Team", alias: "customTeam" }],
      employees: Array.from({ length: size }, (_, at) => ({
        id: String(at + 1),
        employeeNumber: `E${at}`,
        firstName: "Person",
        lastName: `Number ${at + 1}`,
        jobTitle: "canary title",
        workEmail: `p${at + 1}@acme.example`,
        division: at === 0 ? null : "Product",
        department: at === 0 ? null : "Payments",
        supervisorEId: at === 0 ? null : "1",
        hireDate: "2024-01-08" as Person["startOn"] & string,
        employmentHistoryStatus: "Full-Time",
        lastChanged,
      })),
    },
    clock,
  });
  closers.push(() => simulator.close());
  const asked: Asked[] = [];
  const relay = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", simulator.url);
    asked.push({ path: `${request.method} ${pathname}`, query: searchParams });
    const { authorization = "", "content-type": type } = request.headers;
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const answer = await fetch(`${simulator.url}${request.url}`, {
        method: request.method ?? "GET",
        headers: { authorization, ...(type !== undefined && { "content-type": type }) },
        ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
      });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(await answer.text());
    })();
  });
  await new Promise<void>((resolve) => {
    relay.listen(0, "127.0.0.1", resolve);
  });
  closers.push(() => new Promise((resolve) => relay.close(() => resolve())));
  const address = relay.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const open = (changed: Partial<BambooSettings> = {}) =>
    createBambooSource(
      sourceContext<BambooSettings>({
        connectionId,
        settings: BambooSettings.parse({
          companyDomain: "acme",
          apiKey,
          baseUrl: `http://127.0.0.1:${address.port}/api`,
          ...settings,
          ...changed,
        }),
        clock,
      }),
    );
  return { clock, simulator, asked, open, source: open() };
}

async function pull(source: Source, position?: string) {
  const pages = [];
  for await (const page of source.pull("employees", position)) pages.push(page);
  return pages;
}

function personIn(readings: readonly Reading[], id: string): Person {
  const wanted = bambooPersonId(connectionId, id);
  const found = readings
    .flatMap(({ changes }) => changes)
    .findLast((change) => change.kind === "upserted" && change.record.id === wanted);
  if (found?.kind !== "upserted" || found.record.type !== "person") throw new Error("not read");
  return found.record;
}

function pathsOf(asked: readonly Asked[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { path } of asked) counts.set(path, (counts.get(path) ?? 0) + 1);
  return counts;
}

describe("a move ahead", () => {
  test("is known when it is entered, and is the team from its day on", async () => {
    const { source, simulator, clock } = await connect(6);
    const first = await pull(source);
    clock.advance(20 * minuteMs);
    const on = "2026-12-01";
    simulator.perform({ kind: "move", id: "4", on, department: "Ledger" });
    const changed = await pull(source, first.at(-1)?.position);
    const units = changed.flatMap(({ changes }) =>
      changes.flatMap((one) =>
        one.kind === "upserted" && one.record.type === "org-unit" ? [one.record.name] : [],
      ),
    );
    expect(units).toContain("Ledger");
    const held = effectivePerson(personIn(first, "4"), undefined, clock.now());
    const told = effectivePerson(personIn(changed, "4"), held, clock.now());
    expect(told.unitId).toBe(held.unitId);
    clock.advance(9 * dayMs + 16 * 60 * minuteMs);
    expect(clock.now().slice(0, 10)).toBe(on);
    const turned = effectivePerson(told, told, clock.now());
    expect(turned.unitId).toMatch(/Ledger$/u);
    expect(turned.managerId).toBe(bambooPersonId(connectionId, "1"));
    // BambooHR turns its own day and says the same: nothing is left to write.
    const after = await pull(source, changed.at(-1)?.position);
    const said = effectivePerson(personIn(after, "4"), turned, clock.now());
    expect(said).toEqual({ ...turned, readAt: said.readAt, sourceVersion: said.sourceVersion });
  });

  test("that is taken back is as if it had never been", async () => {
    const { source, simulator, clock } = await connect(4);
    const before = personIn(await pull(source), "3");
    clock.advance(minuteMs);
    simulator.perform({ kind: "move", id: "3", on: "2026-12-01", department: "Ledger" });
    const told = personIn([await source.readByIds("employees", [before.id])], "3");
    expect(told.placements).toHaveLength(2);
    simulator.perform({ kind: "dropJobRow", id: "3", on: "2026-12-01" });
    const after = personIn([await source.readByIds("employees", [before.id])], "3");
    expect(after.placements).toEqual(before.placements);
  });

  test("keeps its unit when everything is reconciled, though nobody is in it yet", async () => {
    const { source, simulator } = await connect(4);
    simulator.perform({ kind: "move", id: "3", on: "2026-12-01", department: "Ledger" });
    const ids = [];
    for await (const some of source.enumerate("employees")) ids.push(...some);
    const ledger = ids.find((id) => id.endsWith("Ledger"));
    if (ledger === undefined) throw new Error("the unit is not there");
    expect((await source.confirm("employees", [ledger])).get(ledger)).toBe("present");
    const reading = await source.readByIds("employees", [ledger]);
    expect(reading.changes).toHaveLength(1);
    simulator.perform({ kind: "dropJobRow", id: "3", on: "2026-12-01" });
    expect((await source.confirm("employees", [ledger])).get(ledger)).toBe("gone");
  });
});

describe("leaving", () => {
  test("is known ahead, and coming back is no end any more", async () => {
    const { source, simulator, clock } = await connect(4);
    const first = await pull(source);
    clock.advance(minuteMs);
    simulator.perform({ kind: "terminate", id: "3", on: "2026-11-30" });
    const second = await pull(source, first.at(-1)?.position);
    const leaving = personIn(second, "3");
    expect([leaving.employmentStatus, leaving.endOn]).toEqual(["active", "2026-11-30"]);
    clock.advance(14 * dayMs);
    const third = await pull(source, second.at(-1)?.position);
    expect(personIn(third, "3").employmentStatus).toBe("inactive");
    simulator.perform({ kind: "rehire", id: "3", on: "2026-12-05" });
    const back = personIn(await pull(source, third.at(-1)?.position), "3");
    expect([back.employmentStatus, back.endOn]).toEqual(["active", undefined]);
    expect(back.placements?.map(({ validFrom, validTo }) => [validFrom, validTo])).toEqual([
      ["2024-01-08", "2026-12-01"],
      ["2026-12-05", undefined],
    ]);
  });
});

describe("what is asked", () => {
  test("tables are one request each, however many people there are", async () => {
    const { source, simulator, clock, asked } = await connect(60);
    const pages = await pull(source);
    expect(pathsOf(asked).get("GET /api/v1/employees/all/tables/jobInfo")).toBe(1);
    expect(pathsOf(asked).get("GET /api/v1/employees/all/tables/employmentStatus")).toBe(1);
    expect(asked).toHaveLength(60 + 2 + 2);
    clock.advance(10 * minuteMs);
    for (let id = 1; id <= 55; id += 1) {
      simulator.perform({ kind: "move", id: String(id), location: "Osaka" });
    }
    asked.length = 0;
    await pull(source, pages.at(-1)?.position);
    expect(pathsOf(asked).get("GET /api/v1/employees/changed/tables/jobInfo")).toBe(1);
    expect(asked).toHaveLength(55 + 1 + 2);
    asked.length = 0;
    clock.advance(10 * minuteMs);
    const quiet = await pull(source, (await pull(source, pages.at(-1)?.position)).at(-1)?.position);
    expect(quiet[0]?.recordsRead).toBe(0);
  });

  test("only allow-listed fields are, and of tables nothing where the settings say so", async () => {
    const { source, asked } = await connect(3, { datedTables: [] });
    await pull(source);
    const fields = asked.flatMap(({ query }) => query.get("fields")?.split(",") ?? []);
    expect(new Set(fields)).toEqual(new Set(fieldsFor(["division", "department"])));
    expect(fields).not.toContain("jobTitle");
    expect(asked.filter(({ path }) => path.includes("tables"))).toEqual([]);
  });

  test("what BambooHR sends beside it is stored nowhere", async () => {
    const file = join(import.meta.dirname, "fixtures", "employee-with-40-fields.json");
    const { payload } = JSON.parse(readFileSync(file, "utf8")) as { payload: object };
    expect(Object.keys(payload).length).toBeGreaterThanOrEqual(40);
    const { simulator, clock } = await connect(3);
    // A BambooHR that answers with every field, whatever it is asked for.
    const generous = createServer((request, response) => {
      void (async () => {
        const { authorization = "" } = request.headers;
        const answer = await fetch(`${simulator.url}${request.url}`, {
          headers: { authorization },
        });
        const isOne = /\/employees\/\d+\?/u.test(request.url ?? "");
        const body = (await answer.json()) as object;
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify(isOne ? { ...payload, ...body } : body));
      })();
    });
    await new Promise<void>((resolve) => {
      generous.listen(0, "127.0.0.1", resolve);
    });
    closers.push(() => new Promise((resolve) => generous.close(() => resolve())));
    const address = generous.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    simulator.perform({ kind: "terminate", id: "3", on: "2026-12-24" });
    const source = createBambooSource(
      sourceContext<BambooSettings>({
        connectionId,
        settings: BambooSettings.parse({
          companyDomain: "acme",
          apiKey,
          baseUrl: `http://127.0.0.1:${address.port}/api`,
        }),
        clock,
      }),
    );
    const table = createMemoryTable();
    for (const { changes } of await pull(source)) await applyChanges({ table, clock }, changes);
    const stored = JSON.stringify(await scanAll(table));
    expect(stored).toContain("p2@acme.example");
    expect(stored).toContain("2026-12-24");
    // Titles and comments come with the rows of tables, the other canaries with the record.
    expect(stored).not.toMatch(/canary|Between us/u);
  });
});

describe("what is not shown", () => {
  test("of some people only is counted, and no guess stands in for it", async () => {
    const { source, simulator } = await connect(8);
    simulator.perform({ kind: "hideOf", employees: ["3", "4"], fields: ["department"] });
    simulator.perform({ kind: "hideOf", employees: ["5"], fields: ["supervisorEId", "reportsTo"] });
    const pages = await pull(source);
    expect(
      pages.at(-1)?.gaps?.map(({ what, why }) => [what, /\d+ of the \d+/u.exec(why)?.[0]]),
    ).toEqual([
      ["Field department", "2 of the 8"],
      ["Field supervisorEId", "1 of the 8"],
    ]);
    const third = personIn(pages, "3");
    expect(third).not.toHaveProperty("unitId");
    expect(third).not.toHaveProperty("placements");
    expect(third.managerId).toBe(bambooPersonId(connectionId, "1"));
    expect(personIn(pages, "5").unitId).toMatch(/Payments$/u);
    // Empty is no gap: the chief has no manager and no unit of their own.
    expect(personIn(pages, "1")).not.toHaveProperty("managerId");
  });

  test("a table that is not shown is a gap, and only today is known", async () => {
    const { source, simulator } = await connect(4);
    simulator.perform({ kind: "hide", tables: ["jobInfo"] });
    const [page] = await pull(source);
    expect(page?.gaps?.map(({ what }) => what)).toEqual(["Table jobInfo"]);
    expect(personIn(page ? [page] : [], "3")).not.toHaveProperty("placements");
    const { gaps } = await source.probe();
    expect(gaps.map(({ what }) => what)).toEqual(["Table jobInfo"]);
  });
});

describe("limits", () => {
  test.each([503, 429])(
    "a refusal with %i is told to all who share the budget, once",
    async (status) => {
      const { simulator, clock } = await connect(9);
      const refusals: unknown[] = [];
      const source = createBambooSource(
        sourceContext<BambooSettings>({
          connectionId,
          settings: BambooSettings.parse({
            companyDomain: "acme",
            apiKey,
            baseUrl: simulator.apiUrl,
          }),
          clock,
          budget: {
            admit: () => Promise.resolve(),
            observe: async (_request, { refusal }) => {
              if (refusal) refusals.push(refusal);
            },
          },
        }),
      );
      const first = await pull(source);
      expect(refusals).toEqual([]);
      simulator.faults.arm({
        on: "request",
        kind: "status",
        status,
        retryAfterSeconds: 7,
        times: 9,
      });
      await expect(pull(source)).rejects.toMatchObject({
        code: "connector.rate-limited",
        retryAfterMs: 7000,
      });
      const ids = first.flatMap(({ changes }) =>
        changes.flatMap((one) =>
          one.kind === "upserted" && one.record.type === "person" ? [one.record.id] : [],
        ),
      );
      await expect(source.readByIds("employees", ids)).rejects.toThrow(/slow down/u);
      expect(refusals).toEqual([
        { reason: `bamboohr-${status}`, scope: "tenant", retryAfterMs: 7000 },
      ]);
    },
  );
});

describe("webhooks", () => {
  const targetUrl = "http://127.0.0.1:9/webhooks/bamboohr/c?subscription=s";
  const request = { id: "sub_0123456789", targetUrl, resource: "employees" };

  test("that work are said to, and strays of the connection are named", async () => {
    const { source, simulator } = await connect(3);
    const made = await source.subscribe?.(request);
    const stray = simulator.perform({
      kind: "registerWebhook",
      name: "Throughline",
      url: targetUrl.replace("=s", "=older"),
      events: ["employee.updated"],
      monitorFields: ["status"],
      postFields: {},
      format: "json",
    });
    simulator.perform({
      kind: "registerWebhook",
      name: "Payroll",
      url: "https://payroll.example/hook",
      events: ["employee.updated"],
      monitorFields: ["status"],
      postFields: {},
      format: "json",
    });
    const report = await source.inspectSubscriptions?.([request]);
    expect(report?.strays).toEqual([stray.id]);
    expect(report?.found.get(request.id)).toEqual({ nativeId: made?.nativeId, isWorking: true });
  });

  test("that somebody changed, or whose account sees less by now, do not work", async () => {
    const { source, simulator } = await connect(3);
    const made = await source.subscribe?.(request);
    const id = made?.nativeId;
    const inspect = async () =>
      (await source.inspectSubscriptions?.([request]))?.found.get(request.id);
    simulator.perform({ kind: "alterWebhook", id, monitorFields: ["status"] });
    expect((await inspect())?.problem).toContain("does not watch");
    // By ids, as the document leaves open; and in a form that nobody knows, where nothing is concluded.
    const ids = ["1", "2", "3", "4", "18", "47", "149", "1349", "1350", "1355", "1936"];
    for (const monitorFields of [ids, ["First Name"]]) {
      simulator.perform({ kind: "alterWebhook", id, monitorFields });
      expect(await inspect()).toMatchObject({ isWorking: true });
    }
    simulator.perform({ kind: "alterWebhook", id, events: ["employee.deleted"] });
    expect((await inspect())?.problem).toContain("events");
    const again = await source.subscribe?.(request);
    expect(await inspect()).toEqual({ nativeId: again?.nativeId, isWorking: true });
    simulator.perform({ kind: "hide", fields: ["workEmail"] });
    expect((await inspect())?.problem).toContain("no longer see");
    await source.subscribe?.(request);
    expect(await inspect()).toMatchObject({ isWorking: true });
  });

  test("of an account that may not have any are not asked for", async () => {
    const { source, simulator } = await connect(3);
    expect(await source.subscriptionResources?.()).toEqual(["employees"]);
    simulator.faults.arm({ on: "request", kind: "status", status: 403, times: 1 });
    expect(await source.subscriptionResources?.()).toEqual([]);
  });

  test("and the key end with their account, which is said before", async () => {
    const { source, simulator, clock } = await connect(3);
    expect((await source.probe()).gaps).toEqual([]);
    simulator.perform({ kind: "terminate", id: "2", on: "2026-12-31" });
    clock.advance(minuteMs);
    expect((await source.probe()).gaps.map(({ what }) => what)).toEqual([
      "The account that we act for",
    ]);
  });

  test("of an account that left are gone for its successor, who makes its own", async () => {
    const { open, simulator } = await connect(3);
    const first = await open().subscribe?.(request);
    simulator.perform({ kind: "dismissAccount", apiKey });
    await expect(open().inspectSubscriptions?.([request])).rejects.toMatchObject({
      code: "connector.unauthorized",
    });
    const successor = open({ apiKey: "key-of-somebody-else" });
    const report = await successor.inspectSubscriptions?.([request]);
    expect([report?.found.size, report?.strays]).toEqual([0, []]);
    // Out of reach is as good as removed: nothing must wait for it.
    await successor.unsubscribe?.(first?.nativeId ?? "");
    const made = await successor.subscribe?.(request);
    expect(made?.secret).not.toBe(first?.secret);
  });
});

import { afterEach, describe, expect, test } from "vitest";
import * as z from "zod";

import type { PulledPage, Source } from "#shared/kit/connector.ts";
import type { LimitObservation } from "#shared/kit/request-budget.ts";
import type { Person } from "#shared/model/facts.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import { dayMs } from "#shared/model/time.ts";
import { startRelay } from "#shared/testing/connector-contract/relay.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { personFields } from "./fields.ts";
import { hibobPersonId } from "./normalize.ts";
import { HibobSettings } from "./settings.ts";
import type { HibobSeedInput } from "./simulator/seed.ts";
import { startHibobSimulator } from "./simulator/start-hibob-simulator.ts";
import { createHibobSource } from "./source.ts";
import { hibobWebhook } from "./webhook.ts";

const connectionId = ConnectionId.parse("conn_0123456789");
const access = { serviceUserId: "SERVICE-1", serviceUserToken: "token-of-the-simulator" };
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

function seedOf(size: number, rowsEach = 1): HibobSeedInput {
  return {
    ...access,
    departments: [
      { id: "501", value: "Product" },
      { id: "502", value: "Sales" },
    ],
    employees: Array.from({ length: size }, (_, at) => ({
      id: String(1000 + at),
      firstName: "Person",
      surname: `Number ${at}`,
      email: `p${at}@acme.example`,
      startDate: "2020-01-01",
      work: Array.from({ length: rowsEach }, (_row, row) => ({
        effectiveDate: `${2020 + row}-01-01`,
        department: row % 2 === 0 ? "501" : "502",
        reportsTo: at === 0 ? null : "1000",
      })),
      secrets: { "payroll.salary.payment": "90000" },
    })),
  };
}

async function connect(seed: HibobSeedInput, settings: Partial<HibobSettings> = {}) {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const simulator = await startHibobSimulator({ seed, clock, timeScale: 0.0001 });
  closers.push(() => simulator.close());
  const relay = await startRelay(simulator.url);
  closers.push(() => relay.close());
  const observed: LimitObservation[] = [];
  const context = sourceContext<HibobSettings>({
    connectionId,
    settings: HibobSettings.parse({
      ...access,
      webhookSecret: "secret-of-some-webhook",
      baseUrl: relay.url,
      ...settings,
    }),
    clock,
    budget: {
      admit: async () => undefined,
      observe: async (_request, observation) => void observed.push(observation),
    },
  });
  return { clock, simulator, relay, observed, source: () => createHibobSource(context) };
}

async function pull(source: Source, position?: string): Promise<readonly PulledPage[]> {
  const pages: PulledPage[] = [];
  for await (const page of source.pull("people", position)) pages.push(page);
  return pages;
}

function peopleIn(pages: readonly Pick<PulledPage, "changes">[]): ReadonlyMap<string, Person> {
  const people = pages
    .flatMap(({ changes }) => changes)
    .flatMap((change) =>
      change.kind === "upserted" && change.record.type === "person" ? [change.record] : [],
    );
  return new Map(people.map((person) => [person.id, person]));
}

const idOf = (number: number) => hibobPersonId(connectionId, String(1000 + number));
const unitOf = (way: string) => `hibob:org-unit:conn_0123456789:${way}`;

describe("what is asked for", () => {
  test("no search names a field outside of the allow-list and the org levels", async () => {
    const { relay, source } = await connect(seedOf(3));
    await source().probe();
    await pull(source());
    const Body = z.looseObject({ fields: z.array(z.string()) });
    const asked = relay.exchanges
      .filter(({ target }) => target === "/v1/people/search")
      .flatMap(({ requestBody }) => Body.parse(JSON.parse(requestBody)).fields);
    expect([...new Set(asked)].toSorted()).toEqual(
      [...personFields, "root.id", "work.department"].toSorted(),
    );
  });

  test.each(["payroll.salary.payment", "work.title", "home.custom.field_1", "root.email"])(
    "%s is no org level",
    (level) => {
      const settings = { ...access, orgLevels: [level] };
      expect(HibobSettings.safeParse(settings).success).toBe(false);
    },
  );

  test("the budget hears what is left of a minute, and a refusal until the next one", async () => {
    const { clock, observed, source } = await connect(seedOf(3));
    await pull(source());
    expect(observed.find(({ quota }) => quota)).toMatchObject({
      quota: { limit: 50, remaining: 49, windowSeconds: 60, resetAtMs: clock.nowMs() + 60_000 },
    });
    const searches = Array.from({ length: 60 }, async () => pull(source()));
    expect((await Promise.allSettled(searches)).map(({ status }) => status)).toContain("rejected");
    expect(observed.find(({ refusal }) => refusal)?.refusal).toEqual({
      reason: "hibob-429",
      scope: "endpoint",
      retryAfterMs: 60_000,
    });
  });
});

describe("moves", () => {
  test("a move ahead is a placement at once, and the unit of today only on its day", async () => {
    const { clock, simulator, source } = await connect(seedOf(3));
    simulator.perform({
      kind: "move",
      id: "1002",
      row: { effectiveDate: "2026-12-01", department: "502" },
    });
    const before = peopleIn(await pull(source())).get(idOf(2));
    expect(before?.unitId).toBe(unitOf("/501"));
    expect(before?.placements).toMatchObject([
      { validFrom: "2020-01-01", validTo: "2026-12-01", unitId: unitOf("/501") },
      { validFrom: "2026-12-01", unitId: unitOf("/502") },
    ]);
    clock.advance(10 * dayMs);
    expect(peopleIn(await pull(source())).get(idOf(2))?.unitId).toBe(unitOf("/502"));
  });

  test("rows on several pages of the table all count", async () => {
    // 30 people with 9 rows each: 270 rows, and somebody's rows are on both pages.
    const { source } = await connect(seedOf(30, 9));
    const people = peopleIn(await pull(source()));
    expect(new Set([...people.values()].map(({ placements }) => placements?.length))).toEqual(
      new Set([9]),
    );
  });

  test("without the table only today is known, and the admin is told", async () => {
    const { simulator, source } = await connect(seedOf(3));
    simulator.perform({ kind: "hide", workTable: true });
    const pages = await pull(source());
    expect(peopleIn(pages).get(idOf(1))?.placements).toBeUndefined();
    expect(peopleIn(pages).get(idOf(1))?.unitId).toBe(unitOf("/501"));
    expect(pages.flatMap(({ gaps = [] }) => gaps.map(({ what }) => what))).toEqual(["Work table"]);
  });

  test("one person with a row that cannot be understood is set aside, the others go on", async () => {
    const { relay, source } = await connect(seedOf(3));
    relay.meddle(({ path }, body) => {
      if (path !== "/v1/bulk/people/work") return body;
      return JSON.parse(JSON.stringify(body).replace("2020-01-01", "soon")) as unknown;
    });
    const pages = await pull(source());
    expect(peopleIn(pages).size).toBe(2);
    const [rejected] = pages.flatMap((page) => page.rejected);
    expect(rejected).toMatchObject({ record: "employee 1000", id: idOf(0) });
    expect(rejected?.reason).toMatch(/^work\.0\.effectiveDate/u);
    expect(rejected?.reason).not.toContain("soon");
  });
});

describe("the probe", () => {
  test("names each missing permission where HiBob's own pages list it", async () => {
    const { simulator, source } = await connect(seedOf(3));
    simulator.perform({ kind: "hide", fields: ["work.department", "root.email"], workTable: true });
    const { gaps, requirements = [] } = await source().probe();
    expect(gaps.map(({ what }) => what)).toEqual([
      "Field root.email",
      "Field work.department",
      "Work table",
    ]);
    expect(gaps[0]?.why).toContain("People's data > Basic info > Email");
    expect(requirements.filter(({ isHeld }) => !isHeld).map(({ name }) => name)).toEqual([
      "View People's data > Basic info > Email",
      "View People's data > Work > Department",
      "View People's data > Work > Work section histories",
    ]);
  });

  test("tells an org level that does not exist, and a pull with it concludes nothing", async () => {
    const levels = { orgLevels: ["work.department", "work.customColumns.column_1"] };
    const { source } = await connect(seedOf(3), levels);
    expect((await source().probe()).gaps.map(({ what }) => what)).toContain(
      "Org level work.customColumns.column_1",
    );
    await expect(pull(source())).rejects.toMatchObject({ code: "connector.misconfigured" });
  });

  test("tells that the table shows the row of today alone", async () => {
    const { simulator, source } = await connect(seedOf(3, 3));
    expect((await source().probe()).gaps).toEqual([]);
    simulator.perform({ kind: "hide", histories: true });
    expect((await source().probe()).gaps.map(({ what }) => what)).toEqual([
      "Histories of the work table",
    ]);
  });

  test("tells that webhooks are not set up", async () => {
    const { source } = await connect(seedOf(3), { webhookSecret: undefined });
    expect((await source().probe()).gaps.map(({ what }) => what)).toEqual(["Webhooks"]);
  });
});

test("a service user who may see nobody any more calls nobody gone", async () => {
  const { simulator, source } = await connect(seedOf(3));
  simulator.perform({ kind: "hide", employees: ["1000", "1001", "1002"] });
  const forbidden = { code: "connector.forbidden" };
  await expect(source().probe()).rejects.toMatchObject(forbidden);
  await expect(pull(source())).rejects.toMatchObject(forbidden);
  await expect(source().confirm("people", [idOf(0)])).rejects.toMatchObject(forbidden);
});

describe("webhooks", () => {
  test("a webhook is added only where the test is answered, and tells of moves ahead", async () => {
    const { simulator, source, clock } = await connect(seedOf(3));
    await expect(simulator.addWebhook("http://127.0.0.1:9/hook")).rejects.toThrow("200");
    const body = JSON.stringify({
      type: "table.entry.created",
      data: { employeeId: "1001", tableId: "work", effectiveDate: "2026-12-01" },
    });
    simulator.perform({
      kind: "move",
      id: "1001",
      row: { effectiveDate: "2026-12-01", department: "502" },
    });
    const delivery = { headers: {}, query: {}, body: Buffer.from(body), receivedAt: clock.now() };
    expect(hibobWebhook.verify(delivery, []).outcome).toBe("unverified");
    const reading = await source().interpret(delivery);
    expect(peopleIn([reading]).get(idOf(1))?.placements).toHaveLength(2);
  });

  test("an event about somebody who is gone removes them; a hidden one stays", async () => {
    const { simulator, source, clock } = await connect(seedOf(3));
    simulator.perform({ kind: "delete", id: "1001" });
    simulator.perform({ kind: "hide", employees: ["1002"] });
    const about = (employeeId: string) => ({
      headers: {},
      query: {},
      body: Buffer.from(JSON.stringify({ type: "employee.deleted", data: { employeeId } })),
      receivedAt: clock.now(),
    });
    expect((await source().interpret(about("1001"))).changes).toMatchObject([
      { kind: "removed", id: idOf(1) },
    ]);
    const hidden = await source().interpret(about("1002"));
    expect([hidden.changes, hidden.rejected.length]).toEqual([[], 1]);
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, describe, expect, test } from "vitest";

import { dayMs, Instant } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { OpenApiValidator } from "#shared/testing/openapi-validator.ts";
import { specsPath } from "#shared/testing/specs.ts";

import type { BambooSeedInput } from "./seed.ts";
import { startBambooSimulator } from "./start-bamboohr-simulator.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const lastChanged = Instant.parse("2026-11-01T08:00:00.000Z");
const seed: BambooSeedInput = {
  companyDomain: "acme",
  apiKey: "key-of-the-simulator",
  customFields: [{ id: "4321", name: "Team", alias: "customTeam" }],
  employees: ["11", "12", "13"].map((id) => ({
    id,
    employeeNumber: `E${id}`,
    firstName: "Ana",
    lastName: `Silva ${id}`,
    workEmail: `ana${id}@acme.example`,
    supervisorEId: id === "11" ? null : "11",
    lastChanged,
  })),
};

async function start(journalPath?: string) {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const simulator = await startBambooSimulator({
    seed,
    clock,
    ...(journalPath !== undefined && { journalPath }),
  });
  closers.push(() => simulator.close());
  const ask = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${simulator.url}${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${seed.apiKey}:x`).toString("base64")}`,
        "content-type": "application/json",
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text };
  };
  return { simulator, ask, clock };
}

const document = specsPath("openapi", "bamboohr-public.yaml");

describe.skipIf(document === undefined)("against BambooHR's own document", () => {
  test("every answer of the simulator conforms", async () => {
    const { ask, simulator } = await start();
    const validator = new OpenApiValidator(document ?? "");
    simulator.perform({ kind: "delete", id: "13" });
    simulator.perform({ kind: "hide", fields: ["jobTitle"] });
    const webhook = {
      name: "Hub",
      url: "https://hub.example/hook",
      format: "json",
      events: ["employee.created", "employee.updated", "employee.deleted"],
      monitorFields: ["firstName"],
    };
    const calls: readonly (readonly [string, string, unknown?])[] = [
      ["GET", "/api/v1/employees?page[limit]=1&fields=workEmail,divisionName"],
      ["GET", "/api/v1/employees?page[limit]=1&page[after]=11"],
      ["GET", "/api/v1/employees?page[after]=999"],
      ["GET", "/api/v1/employees/changed?since=2026-10-01T00:00:00Z"],
      ["GET", "/api/v1/employees/changed?since=yesterday"],
      ["GET", "/api/v1/employees/changed/tables/jobInfo?since=2026-10-01T00:00:00Z"],
      ["GET", "/api/v1/employees/changed/tables/nonsense?since=2026-10-01T00:00:00Z"],
      ["GET", "/api/v1/employees/changed/tables/jobInfo"],
      ["GET", "/api/v1/employees/all/tables/employmentStatus"],
      ["GET", "/api/v1/employees/12/tables/jobInfo"],
      ["GET", "/api/v1/employees/13/tables/jobInfo"],
      ["GET", "/api/v1/meta/tables"],
      ["GET", "/api/v1/company_information"],
      ["GET", "/api/v1/employees/directory"],
      ["GET", "/api/v1/employees/12?fields=firstName,workEmail,customTeam,supervisorEId,hireDate"],
      ["GET", "/api/v1/employees/13"],
      ["GET", "/api/v1/meta/fields"],
      ["GET", "/api/v1/webhooks/monitor_fields"],
      ["POST", "/api/v1/webhooks", webhook],
      ["POST", "/api/v1/webhooks", { ...webhook, monitorFields: [] }],
      ["GET", "/api/v1/webhooks"],
      ["GET", "/api/v1/webhooks/101"],
      ["GET", "/api/v1/webhooks/999"],
      ["DELETE", "/api/v1/webhooks/101"],
    ];
    for (const [method, path, body] of calls) {
      const answer = await ask(method, path, body);
      const bare = path.split("?")[0] ?? path;
      expect(
        validator.validateResponse(method, bare, answer.status, answer.body),
        `${method} ${path} ${answer.status}`,
      ).toEqual([]);
      expect(answer.status, `${method} ${path}`).toBeLessThan(500);
    }
  });
});

describe("startBambooSimulator", () => {
  test("supervisorId is an employee number and supervisorEId an id, as in the real product", async () => {
    const { ask } = await start();
    const { body } = await ask("GET", "/api/v1/employees/12?fields=supervisorId,supervisorEId");
    expect(body).toEqual({ id: "12", supervisorId: "E11", supervisorEId: "11" });
  });

  test("a hidden field is missing, an empty one is null, an unknown one is left out", async () => {
    const { ask, simulator } = await start();
    simulator.perform({ kind: "hide", fields: ["workEmail"] });
    const { body } = await ask("GET", "/api/v1/employees/12?fields=workEmail,division,nonsense");
    expect(body).toEqual({ id: "12", division: null });
  });

  test("a row ahead shows in the table, and in the fields from its day on", async () => {
    const { ask, simulator, clock } = await start();
    const fields = "/api/v1/employees/12?fields=department,supervisorEId,terminationDate,status";
    simulator.perform({ kind: "move", id: "12", on: "2026-11-23", department: "Ledger" });
    simulator.perform({ kind: "terminate", id: "12", on: "2026-11-24" });
    const rows = await ask("GET", "/api/v1/employees/12/tables/jobInfo");
    expect(rows.body).toEqual([
      expect.objectContaining({
        date: "2026-11-23",
        department: "Ledger",
        reportsTo: "Ana Silva 11",
      }),
      expect.objectContaining({ department: null }),
    ]);
    const shown = async () => (await ask("GET", fields)).body;
    const unset = { status: "Active", terminationDate: "0000-00-00" };
    expect(await shown()).toMatchObject({ ...unset, department: null });
    clock.advance(2 * dayMs);
    expect(await shown()).toMatchObject({ ...unset, department: "Ledger" });
    clock.advance(dayMs);
    expect(await shown()).toMatchObject({ status: "Inactive", terminationDate: "2026-11-24" });
  });

  test("webhooks of both kinds tell of a row on its day, and not before", async () => {
    const { ask, simulator, clock } = await start();
    const webhook = { name: "Hub", format: "json", monitorFields: ["department"] };
    const events = ["employee.updated"];
    const url = "http://127.0.0.1:9/thin";
    await ask("POST", "/api/v1/webhooks", { ...webhook, url, events });
    const fat = { ...webhook, url: "http://127.0.0.1:9/fat", postFields: { department: "Dept" } };
    await ask("POST", "/api/v1/webhooks", fat);
    simulator.perform({ kind: "move", id: "12", on: "2026-11-23", department: "Ledger" });
    expect(simulator.deliveries()).toEqual([]);
    clock.advance(2 * dayMs);
    simulator.turnDay();
    expect(simulator.deliveries().map(({ event }) => event)).toEqual([
      "employee.updated",
      "employee_with_fields.updated",
    ]);
  });

  test("without the key nothing is answered", async () => {
    const { simulator } = await start();
    const response = await fetch(`${simulator.apiUrl}/v1/employees`);
    expect(response.status).toBe(401);
  });

  test("a restart from its journal has the same people, webhooks and keys", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bamboohr-"));
    closers.push(async () => rmSync(folder, { recursive: true }));
    const path = join(folder, "journal.ndjson");
    const first = await start(path);
    const made = await first.ask("POST", "/api/v1/webhooks", {
      name: "Hub",
      url: "http://127.0.0.1:9/hook",
      format: "json",
      monitorFields: ["firstName"],
    });
    expect(made.status).toBe(201);
    const hired = first.simulator.perform({
      kind: "hire",
      employee: { firstName: "Neu", lastName: "Person", supervisorEId: "11" },
    });
    first.simulator.perform({ kind: "terminate", id: "12", on: "2026-11-30" });
    const second = await start(path);
    expect(second.simulator.state.toJson()).toEqual(first.simulator.state.toJson());
    expect([...second.simulator.state.webhooks]).toEqual([...first.simulator.state.webhooks]);
    expect(second.simulator.state.employees.get(hired.id)?.firstName).toBe("Neu");
  });

  test("a person can look at the staff and move somebody by hand", async () => {
    const { simulator } = await start();
    expect(await (await fetch(simulator.url)).text()).toContain("Ana Silva 12");
    const form = new URLSearchParams({ kind: "move", division: "Sales", supervisorEId: "11" });
    const response = await fetch(`${simulator.url}/people/12`, { method: "POST", body: form });
    expect(await response.text()).toContain("Sales");
    expect(simulator.state.employees.get("12")).toMatchObject({ division: "Sales" });
    const wrong = new URLSearchParams({ kind: "move", supervisorEId: "nobody" });
    const refused = await fetch(`${simulator.url}/people/12`, { method: "POST", body: wrong });
    expect(refused.status).toBe(400);
  });
});

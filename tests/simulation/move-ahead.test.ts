import { expect, test } from "vitest";

import { BambooSettings } from "#connectors/bamboohr/settings.ts";
import { startBambooSimulator } from "#connectors/bamboohr/simulator/start-bamboohr-simulator.ts";
import { createBambooSource } from "#connectors/bamboohr/source.ts";
import { turnOfDay } from "#functions/sweep/turn-of-day.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { ConnectionId, factId } from "#shared/model/ids.ts";
import { dayMs, Instant, minuteMs } from "#shared/model/time.ts";
import type { ItemChange } from "#shared/ports/table.ts";
import { applyChanges } from "#shared/store/apply-changes.ts";
import { readFactItem } from "#shared/store/facts.ts";
import { factKey } from "#shared/store/keys.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

const connectionId = ConnectionId.parse("conn_0123456789");
const id = factId("person", "bamboohr", connectionId, "3");
const apiKey = "key-of-the-simulator";

/** BambooHR, a store, and what becomes of one person in it over the days. */
async function start() {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const lastChanged = Instant.parse("2026-11-01T08:00:00.000Z");
  const simulator = await startBambooSimulator({
    seed: {
      companyDomain: "acme",
      apiKey,
      employees: ["1", "2", "3"].map((number) => ({
        id: number,
        employeeNumber: `E${number}`,
        firstName: "Person",
        lastName: number,
        division: "Product",
        department: "Payments",
        supervisorEId: number === "1" ? null : "1",
        employmentHistoryStatus: "Full-Time",
        lastChanged,
      })),
    },
    clock,
  });
  const writes: ItemChange[] = [];
  const table = createMemoryTable({ onRecord: (record) => writes.push(record) });
  const settings = BambooSettings.parse({
    companyDomain: "acme",
    apiKey,
    baseUrl: simulator.apiUrl,
  });
  const source = createBambooSource(
    sourceContext<BambooSettings>({ connectionId, settings, clock }),
  );
  let position: string | undefined;
  const poll = async () => {
    for await (const page of source.pull("employees", position)) {
      await applyChanges({ table, clock }, page.changes);
      ({ position } = page);
    }
  };
  const turn = () => turnOfDay({ table, clock, logger: createSilentLogger() });
  const stored = async () => {
    const item = await table.get(factKey(id));
    const read = item && readFactItem(item);
    if (!read || read.isRemoved || read.fact.type !== "person") throw new Error("not there");
    return read.fact;
  };
  /** How often the person's record was written since the last look. */
  const writesOfPerson = () =>
    writes.splice(0).filter(({ after }) => after?.pk === factKey(id).pk).length;
  return { clock, simulator, poll, turn, stored, writesOfPerson };
}

test("a move entered ahead in BambooHR is one write when it is told and one on its day", async () => {
  const { clock, simulator, poll, turn, stored, writesOfPerson } = await start();
  try {
    await poll();
    await turn();
    clock.advance(20 * minuteMs);
    simulator.perform({ kind: "move", id: "3", on: "2026-11-24", department: "Ledger" });
    writesOfPerson();
    await poll();
    expect(writesOfPerson()).toBe(1);
    for (const day of ["2026-11-22", "2026-11-23"]) {
      clock.advance(dayMs);
      expect(clock.now()).toContain(day);
      await turn();
      expect((await stored()).unitId).toMatch(/\/Payments$/u);
    }
    expect(writesOfPerson()).toBe(0);
    clock.advance(dayMs);
    await turn();
    const moved = await stored();
    expect(moved.unitId).toMatch(/\/Ledger$/u);
    expect(moved.managerId).toBe(factId("person", "bamboohr", connectionId, "1"));
    expect(writesOfPerson()).toBe(1);
    // BambooHR's own day turns, and it tells the same once more.
    await poll();
    expect((await stored()).placements).toEqual(moved.placements);
    const again = writesOfPerson();
    clock.advance(dayMs);
    await poll();
    await turn();
    expect([(await stored()).unitId, writesOfPerson()]).toEqual([moved.unitId, 0]);
    // What was said changed, what is so did not: at most the note of what was said is written.
    expect(again).toBeLessThanOrEqual(1);
  } finally {
    await simulator.close();
  }
});

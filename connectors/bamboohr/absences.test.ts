import { expect, onTestFinished, test } from "vitest";

import { isAwayOn } from "#shared/model/absence.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import { CalendarDate, Instant } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { absencesOf } from "./absences.ts";
import { bambooPersonId } from "./normalize.ts";
import { BambooSettings } from "./settings.ts";
import type { BambooSeedInput } from "./simulator/seed.ts";
import { startBambooSimulator } from "./simulator/start-bamboohr-simulator.ts";
import { createBambooSource } from "./source.ts";

const connectionId = ConnectionId.parse("conn_0123456789");
const apiKey = "key-of-the-simulator";
const day = (text: string) => CalendarDate.parse(text);
const personId = (id: string) => bambooPersonId(connectionId, id);

async function sourceOf(given: Partial<BambooSeedInput>) {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const employees = ["1", "2"].map((id) => ({
    id,
    employeeNumber: `E${id}`,
    firstName: "Person",
    lastName: id,
    lastChanged: Instant.parse("2026-11-01T08:00:00.000Z"),
  }));
  const seed = { companyDomain: "acme", apiKey, employees, ...given };
  const simulator = await startBambooSimulator({ seed, clock, timeScale: 0.0001 });
  onTestFinished(() => simulator.close());
  const settings = BambooSettings.parse({
    companyDomain: "acme",
    apiKey,
    baseUrl: simulator.apiUrl,
  });
  return createBambooSource(sourceContext<BambooSettings>({ connectionId, settings, clock }));
}

test("who is out is known by days alone, the nearest first, and holidays are nobody's", async () => {
  const source = await sourceOf({
    timeOff: [
      { employeeId: "2", start: day("2026-12-21"), end: day("2026-12-31") },
      { employeeId: "2", start: day("2026-11-20"), end: day("2026-11-24") },
      { employeeId: "1", start: day("2026-10-01"), end: day("2026-10-05") },
      { start: day("2026-12-25"), end: day("2026-12-25") },
    ],
  });
  const absences = await source.readAbsences?.(day("2026-11-21"), day("2027-01-20"));
  const away = [
    { from: "2026-11-20", to: "2026-11-24" },
    { from: "2026-12-21", to: "2026-12-31" },
  ];
  expect(absences).toEqual(new Map([[personId("2"), away]]));
  const days = absences?.get(personId("2")) ?? [];
  expect(["2026-11-24", "2026-11-25"].map((on) => isAwayOn(days, day(on)))).toEqual([true, false]);
});

test("where the company does not show who is out, nothing is known, and nothing fails", async () => {
  const source = await sourceOf({ showsWhosOut: false });
  expect(await source.readAbsences?.(day("2026-11-21"), day("2027-01-20"))).toBeUndefined();
});

test("an entry without whole days, or that ends before it begins, is left out alone", () => {
  const entries = [
    { type: "timeOff", employeeId: 1, start: "2026-11-20", end: undefined },
    { type: "timeOff", employeeId: 1, start: "2026-11-20", end: "2026-11-19" },
    { type: "timeOff", employeeId: "1", start: "2026-11-21", end: "2026-11-21" },
    { type: "something", employeeId: 1, start: "2026-11-21", end: "2026-11-21" },
  ];
  const days = [{ from: "2026-11-21", to: "2026-11-21" }];
  expect(absencesOf(entries, connectionId)).toEqual(new Map([[personId("1"), days]]));
});

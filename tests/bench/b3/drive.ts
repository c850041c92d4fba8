import { setTimeout as pause } from "node:timers/promises";

import type { BenchEvent } from "../workload/event-maker.ts";
import type { Flight, FlightLog } from "./flight-log.ts";
import type { HttpLanes } from "./http-lanes.ts";
import { machineMs } from "./messages.ts";

/** Sends at a fixed rate whatever happens, as a tool that has something to tell does. Ends when all has landed. */
export async function atRate(
  lanes: HttpLanes,
  log: FlightLog,
  events: readonly BenchEvent[],
  perSecond: number,
): Promise<readonly Flight[]> {
  const startMs = machineMs();
  const sending: Promise<Flight>[] = [];
  for (const [at, event] of events.entries()) {
    const dueMs = startMs + (at * 1000) / perSecond;
    while (machineMs() < dueMs) await pause(1);
    const sent = deliver(lanes, log, event);
    // Seen by `Promise.all` below; until then a failure must not end the process.
    sent.catch(() => undefined);
    sending.push(sent);
  }
  const flights = await Promise.all(sending);
  await log.landed();
  return flights;
}

/** Sends as fast as answers come, then waits for the rest: events a second, backlog included. */
export async function saturated(
  lanes: HttpLanes,
  log: FlightLog,
  events: readonly BenchEvent[],
): Promise<{ readonly flights: readonly Flight[]; readonly perSecond: number }> {
  const startMs = machineMs();
  const flights = await Promise.all(events.map((event) => deliver(lanes, log, event)));
  await log.landed();
  return { flights, perSecond: (events.length / (machineMs() - startMs)) * 1000 };
}

/** One after the other, each when the one before has landed. */
export async function oneByOne(
  lanes: HttpLanes,
  log: FlightLog,
  events: readonly BenchEvent[],
): Promise<readonly Flight[]> {
  const flights: Flight[] = [];
  for (const event of events) {
    flights.push(await deliver(lanes, log, event));
    await log.landed();
  }
  return flights;
}

async function deliver(lanes: HttpLanes, log: FlightLog, event: BenchEvent): Promise<Flight> {
  let flight: Flight | undefined;
  const status = await lanes.send(event, () => {
    flight = log.sent(event);
  });
  if (!flight || status >= 300) throw new Error(`A delivery was answered with ${status}`);
  log.answered(flight);
  return flight;
}

import { setTimeout as pause } from "node:timers/promises";

import type { BenchEvent } from "../workload/event-maker.ts";
import type { Ingested } from "./messages.ts";
import { machineMs } from "./messages.ts";

/** What became of one delivery, in milliseconds of the machine's clock. */
export interface Flight {
  readonly event: BenchEvent;
  sentMs: number;
  answeredMs?: number;
  /** It is in the graph, or changed nothing there. */
  ingestedMs?: number;
  /** The message about the alert that it opened or resolved has arrived at the channel. */
  toldMs?: number;
}

/** Follows deliveries from the first byte sent to the last thing that they lead to. */
export class FlightLog {
  readonly #byId = new Map<string, Flight>();
  readonly #byAlert = new Map<string, Flight>();
  #unexpected = 0;
  #open = 0;

  /** Messages that nothing expected: an alert told twice, or one that should not be. */
  get unexpected(): number {
    return this.#unexpected;
  }

  sent(event: BenchEvent): Flight {
    const flight: Flight = { event, sentMs: machineMs() };
    this.#byId.set(event.id, flight);
    if (event.alert !== undefined) this.#byAlert.set(event.alert, flight);
    this.#open += endsOf(event);
    return flight;
  }

  /** Comment events end with their answer: the receiver has nothing to hand on. */
  answered(flight: Flight): void {
    flight.answeredMs = machineMs();
  }

  ingested({ ids, atMs }: Ingested): void {
    for (const id of ids) {
      const flight = this.#byId.get(id);
      if (!flight || flight.ingestedMs !== undefined) continue;
      flight.ingestedMs = atMs;
      this.#open -= 1;
      this.#byId.delete(id);
    }
  }

  told(alert: string): void {
    const flight = this.#byAlert.get(alert);
    if (!flight) {
      this.#unexpected += 1;
      return;
    }
    flight.toldMs = machineMs();
    this.#byAlert.delete(alert);
    this.#open -= 1;
  }

  /** Resolves when everything that was sent has led to all it should; throws after a minute without. */
  async landed(): Promise<void> {
    const untilMs = machineMs() + 60_000;
    while (this.#open > 0) {
      if (machineMs() > untilMs) throw new Error(`${this.#open} things never happened`);
      await pause(2);
    }
  }
}

function endsOf({ kind, alert }: BenchEvent): number {
  return (kind === "comment-event" ? 0 : 1) + (alert === undefined ? 0 : 1);
}

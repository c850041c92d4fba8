import { setTimeout as pause } from "node:timers/promises";

import type { Seen } from "../vendors.ts";
import type { BenchEvent } from "../workload/event-maker.ts";
import type { Ingested, OnRecord } from "./messages.ts";
import { machineMs } from "./messages.ts";
import { Tellings } from "./tellings.ts";
import type { Transition } from "./tellings.ts";

/** What became of one delivery, in milliseconds of the machine's clock. */
export interface Flight extends Transition {
  readonly event: BenchEvent;
  sentMs: number;
  answeredMs?: number;
  /** It is in the graph, or changed nothing there. */
  ingestedMs?: number;
}

/**
 * Longer than anything may take that the hub finds by its clock alone: a minute between two looks, and
 * three quarters of one that a mailbox stays locked whose holder died.
 */
const waitMsMax = 150_000;

/** Follows deliveries from the first byte sent to the last thing that they lead to. */
export class FlightLog {
  readonly tellings = new Tellings();
  readonly #byId = new Map<string, Flight>();
  readonly #lookUp: (alerts: readonly string[]) => Promise<readonly OnRecord[]>;
  #toIngest = 0;

  constructor(lookUp: (alerts: readonly string[]) => Promise<readonly OnRecord[]>) {
    this.#lookUp = lookUp;
  }

  sent(event: BenchEvent): Flight {
    const flight: Flight = { event, sentMs: machineMs() };
    // Comment events end with their answer: the receiver has nothing to hand on.
    if (event.kind !== "comment-event") {
      this.#byId.set(event.id, flight);
      this.#toIngest += 1;
    }
    this.tellings.changed(flight);
    return flight;
  }

  answered(flight: Flight): void {
    flight.answeredMs = machineMs();
  }

  ingested({ ids, atMs }: Ingested): void {
    for (const id of ids) {
      const flight = this.#byId.get(id);
      if (!flight) continue;
      flight.ingestedMs = atMs;
      this.#toIngest -= 1;
      this.#byId.delete(id);
    }
  }

  heard(seen: Seen): void {
    this.tellings.heard(seen, machineMs());
  }

  /**
   * Resolves when everything that was sent has led to all it should, and each alert's message is known.
   * Throws after two and a half minutes without, or when what was told does not add up.
   */
  async landed(): Promise<void> {
    const untilMs = machineMs() + waitMsMax;
    while (this.#toIngest > 0 || this.tellings.open > 0) {
      if (machineMs() > untilMs) throw new Error(this.#missing());
      await pause(2);
    }
    await this.tellings.findCounted(this.#lookUp);
  }

  #missing(): string {
    const { open } = this.tellings;
    const named = this.tellings.missing().join(", ");
    return `${this.#toIngest} deliveries never arrived, ${open} things were never told: ${named} …`;
  }
}

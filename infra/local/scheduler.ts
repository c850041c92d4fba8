import { randomUUID } from "node:crypto";

import type { EventBridgeEvent } from "aws-lambda";

import { minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

import { accountId, region } from "./environment.ts";
import { Waker } from "./waker.ts";

export interface ScheduleOptions {
  readonly functionName: string;
  readonly everyMinutes: number;
  readonly clock: Clock;
  /** Runs the function. Must not throw. */
  invoke(event: EventBridgeEvent<"Scheduled Event", Record<string, never>>): Promise<unknown>;
}

/**
 * Runs a function at the start and then every so many minutes. Ticks that were missed, because the
 * machine slept or the last run took too long, become one.
 */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #waker: Waker;
  #isStopped = false;
  #isTicking = false;
  #run: Promise<void> | undefined;

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.#waker = new Waker(options.clock);
  }

  start(): void {
    this.#run ??= this.#tickOnAndOn();
  }

  isIdle(): boolean {
    return !this.#isTicking;
  }

  /** Ends after the run that is in flight. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#waker.wake();
    await this.#run;
  }

  async #tickOnAndOn(): Promise<void> {
    const { clock, everyMinutes } = this.#options;
    const everyMs = everyMinutes * minuteMs;
    for (let dueMs = clock.nowMs(); !this.#isStopped;) {
      const nowMs = clock.nowMs();
      if (nowMs < dueMs) {
        await this.#waker.wait(dueMs - nowMs);
        continue;
      }
      dueMs += everyMs * (1 + Math.floor((nowMs - dueMs) / everyMs));
      this.#isTicking = true;
      await this.#options.invoke(this.#event());
      this.#isTicking = false;
    }
  }

  /** The event of a scheduled EventBridge rule. */
  #event(): EventBridgeEvent<"Scheduled Event", Record<string, never>> {
    const { clock, functionName } = this.#options;
    return {
      version: "0",
      id: randomUUID(),
      "detail-type": "Scheduled Event",
      source: "aws.events",
      account: accountId,
      time: `${clock.now().slice(0, 19)}Z`,
      region,
      resources: [`arn:aws:events:${region}:${accountId}:rule/${functionName}`],
      detail: {},
    };
  }
}

import type { Clock } from "#shared/ports/clock.ts";

/** A time by which several things must be done, whatever each of them takes. */
export class Deadline {
  readonly #time: Promise<"time">;
  readonly #aborter = new AbortController();

  constructor(clock: Clock, ms: number) {
    this.#time = clock.sleep(ms, this.#aborter.signal).then(() => "time" as const);
    // Ended when all was done sooner; nobody waits for it any more then.
    this.#time.catch(() => undefined);
  }

  /** What comes first. What loses is not waited for. */
  async race<T>(work: Promise<T>): Promise<T | "time"> {
    // Whatever it ends in after the time is nobody's matter any more.
    work.catch(() => undefined);
    return Promise.race([work, this.#time]);
  }

  end(): void {
    this.#aborter.abort();
  }
}

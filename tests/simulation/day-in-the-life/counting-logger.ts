import type { Logger } from "#shared/ports/logger.ts";

/** Counts the lines of each event, and adds up their numbers: a day has too many lines to keep. */
export class CountingLogger implements Logger {
  readonly counts = new Map<string, number>();

  readonly debug: Logger["debug"] = (event, fields = {}) => {
    this.#add(event, 1);
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === "number") this.#add(`${event} ${name}`, value);
    }
  };
  readonly info = this.debug;
  readonly warn = this.debug;
  readonly error = this.debug;

  with(): Logger {
    return this;
  }

  of(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  #add(name: string, count: number): void {
    this.counts.set(name, this.of(name) + count);
  }
}

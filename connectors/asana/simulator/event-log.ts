import type { AsanaEvent } from "./asana-event.ts";

const tokenLifeMs = 24 * 3_600_000;
const eventsKeptMax = 20_000;

/** What happened lately, numbered, for `GET /events`. Asana keeps sync tokens for 24 hours. */
export class EventLog {
  #events: AsanaEvent[] = [];
  #firstNumber = 0;

  append(events: readonly AsanaEvent[]): void {
    this.#events.push(...events);
    const surplus = this.#events.length - eventsKeptMax;
    if (surplus <= 0) return;
    this.#events = this.#events.slice(surplus);
    this.#firstNumber += surplus;
  }

  token(atMs: number, number = this.#firstNumber + this.#events.length): string {
    return Buffer.from(`${number}:${atMs}`).toString("base64url");
  }

  /** Events of a resource after a token, at most `limit`; undefined when the token is too old or none. */
  after(
    token: string,
    watched: { readonly resource: string; readonly nowMs: number; readonly limit: number },
  ):
    | { readonly events: readonly AsanaEvent[]; readonly sync: string; readonly hasMore: boolean }
    | undefined {
    const match = /^(\d+):(\d+)$/u.exec(Buffer.from(token, "base64url").toString());
    if (!match) return undefined;
    const [number, issuedMs] = [Number(match[1]), Number(match[2])];
    if (number < this.#firstNumber || watched.nowMs - issuedMs > tokenLifeMs) return undefined;
    const events: AsanaEvent[] = [];
    let at = number - this.#firstNumber;
    for (; at < this.#events.length && events.length < watched.limit; at += 1) {
      const event = this.#events[at];
      if (event?.watchedAs.has(watched.resource)) events.push(event);
    }
    const rest = this.#events.slice(at);
    return {
      events,
      sync: this.token(watched.nowMs, this.#firstNumber + at),
      hasMore: rest.some((event) => event.watchedAs.has(watched.resource)),
    };
  }
}

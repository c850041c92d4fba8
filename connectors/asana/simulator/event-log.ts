import type { AsanaEvent } from "./asana-event.ts";

const tokenLifeMs = 24 * 3_600_000;
const eventsKeptMax = 20_000;

interface Stream {
  readonly resource: string;
  readonly nowMs: number;
}

/** What happened lately, numbered, for event streams. Asana keeps sync tokens for 24 hours. */
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

  /** No token given so far is good any longer. */
  forget(): void {
    this.#firstNumber += this.#events.length + 1;
    this.#events = [];
  }

  /** Good for one resource, from here on or from a number. */
  token(stream: Stream, number = this.#firstNumber + this.#events.length): string {
    return Buffer.from(`${number}:${stream.nowMs}:${stream.resource}`).toString("base64url");
  }

  /** Events of a resource after a token, at most `limit`; undefined when the token is too old or none. */
  after(
    token: string,
    stream: Stream & { readonly limit: number },
  ):
    | { readonly events: readonly AsanaEvent[]; readonly sync: string; readonly hasMore: boolean }
    | undefined {
    const match = /^(\d+):(\d+):(\d+)$/u.exec(Buffer.from(token, "base64url").toString());
    if (!match || match[3] !== stream.resource) return undefined;
    const [number, issuedMs] = [Number(match[1]), Number(match[2])];
    const isOld = number < this.#firstNumber || stream.nowMs - issuedMs > tokenLifeMs;
    // A number beyond the last one was given before a restart without a journal.
    if (isOld || number > this.#firstNumber + this.#events.length) return undefined;
    const events: AsanaEvent[] = [];
    let at = number - this.#firstNumber;
    for (; at < this.#events.length && events.length < stream.limit; at += 1) {
      const event = this.#events[at];
      if (event?.watchedAs.has(stream.resource)) events.push(event);
    }
    const rest = this.#events.slice(at);
    return {
      events,
      sync: this.token(stream, this.#firstNumber + at),
      hasMore: rest.some((event) => event.watchedAs.has(stream.resource)),
    };
  }
}

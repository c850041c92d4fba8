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
  /** The last number of an event of a resource that is no longer kept. */
  readonly #lost = new Map<string, number>();
  readonly #met = { expired: 0, withLoss: 0 };
  /** Called with every use of a token, before it is judged: a fault may end all of them just then. */
  beforeUse: () => void = () => undefined;

  /** How often a reader came with a token that was too old, and how often events were lost to it so. */
  get met(): { readonly expired: number; readonly withLoss: number } {
    return { ...this.#met };
  }

  append(events: readonly AsanaEvent[]): void {
    this.#events.push(...events);
    const surplus = this.#events.length - eventsKeptMax;
    if (surplus <= 0) return;
    this.#drop(surplus);
  }

  /** No token given so far is good any longer. */
  forget(): void {
    this.#drop(this.#events.length);
    this.#firstNumber += 1;
  }

  #drop(count: number): void {
    for (const [at, { watchedAs }] of this.#events.slice(0, count).entries()) {
      for (const resource of watchedAs) this.#lost.set(resource, this.#firstNumber + at);
    }
    this.#events = this.#events.slice(count);
    this.#firstNumber += count;
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
    this.beforeUse();
    const [number, issuedMs] = [Number(match[1]), Number(match[2])];
    const isOld = number < this.#firstNumber || stream.nowMs - issuedMs > tokenLifeMs;
    // A number beyond the last one was given before a restart without a journal.
    if (isOld || number > this.#firstNumber + this.#events.length) {
      this.#met.expired += 1;
      if (this.#hasLost(stream.resource, number)) this.#met.withLoss += 1;
      return undefined;
    }
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

  /** Whether something happened to a resource from a number on that a token too old keeps from the reader. */
  #hasLost(resource: string, from: number): boolean {
    if ((this.#lost.get(resource) ?? -1) >= from) return true;
    const kept = this.#events.slice(Math.max(0, from - this.#firstNumber));
    return kept.some(({ watchedAs }) => watchedAs.has(resource));
  }
}

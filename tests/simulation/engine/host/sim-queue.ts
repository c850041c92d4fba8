import type { Clock } from "#shared/ports/clock.ts";
import type { Queue, SendOptions } from "#shared/ports/queue.ts";

export interface SimMessage {
  readonly id: string;
  readonly body: string;
  dueMs: number;
  receives: number;
}

export interface SimQueueSpec {
  readonly visibilityTimeoutSeconds: number;
  readonly maxReceiveCount: number;
  /** Waits after each failure, where they are not the visibility timeout. */
  readonly retryDelaysSeconds?: readonly number[];
}

/** A queue on the run's clock: at least once, hidden while it is worked on, dead after too many tries. */
export class SimQueue implements Queue {
  readonly name: string;
  readonly dead: SimMessage[] = [];
  /** Messages that were handed out and not given back. */
  finished = 0;
  sent = 0;
  receives = 0;
  #waiting: SimMessage[] = [];
  readonly #inHand = new Set<SimMessage>();
  readonly #clock: Clock;
  readonly #spec: SimQueueSpec;
  /** Told of each message that is durable. */
  onSent: (message: SimMessage) => void = () => undefined;

  constructor(name: string, spec: SimQueueSpec, clock: Clock) {
    this.name = name;
    this.#spec = spec;
    this.#clock = clock;
  }

  async send(body: string, { delaySeconds = 0 }: SendOptions = {}): Promise<void> {
    this.put(body, delaySeconds * 1000);
  }

  put(body: string, delayMs = 0): void {
    this.sent += 1;
    const id = `${this.name}-${this.sent}`;
    const message = { id, body, dueMs: this.#clock.nowMs() + delayMs, receives: 0 };
    this.#waiting.push(message);
    this.onSent(message);
  }

  take(max: number): readonly SimMessage[] {
    const nowMs = this.#clock.nowMs();
    const due = this.#waiting.filter(({ dueMs }) => dueMs <= nowMs).slice(0, max);
    if (due.length === 0) return due;
    const taken = new Set(due);
    this.#waiting = this.#waiting.filter((message) => !taken.has(message));
    for (const message of due) {
      message.receives += 1;
      this.receives += 1;
      this.#inHand.add(message);
    }
    return due;
  }

  done(message: SimMessage): void {
    this.finished += 1;
    this.#inHand.delete(message);
  }

  failed(message: SimMessage): void {
    this.#inHand.delete(message);
    if (message.receives >= this.#spec.maxReceiveCount) {
      this.dead.push(message);
      return;
    }
    const { retryDelaysSeconds, visibilityTimeoutSeconds } = this.#spec;
    const waitSeconds = retryDelaysSeconds?.[message.receives - 1] ?? visibilityTimeoutSeconds;
    message.dueMs = this.#clock.nowMs() + waitSeconds * 1000;
    this.#waiting.push(message);
  }

  /** An operator sends the dead back. */
  redrive(): number {
    const back = this.dead.splice(0);
    for (const { body } of back) this.put(body);
    return back.length;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get nextDueMs(): number {
    return Math.min(...this.#waiting.map(({ dueMs }) => dueMs));
  }

  bodies(): readonly string[] {
    return [...this.#waiting, ...this.#inHand, ...this.dead].map(({ body }) => body);
  }
}

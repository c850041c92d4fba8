import { HubError } from "#shared/errors.ts";
import { dayMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { DeadLetter, Queue, QueueAdmin, SendOptions } from "#shared/ports/queue.ts";

import type { Journal } from "./journal.ts";
import { QueueStore, type NewMessage, type ReceivedMessage } from "./queue-store.ts";

export interface LocalQueueSpec {
  readonly visibilityTimeoutSeconds: number;
  readonly maxReceiveCount: number;
  readonly retentionDays: number;
  /**
   * Waits before the second, third … attempt, instead of the rest of the visibility timeout. Queues
   * of the topology have none, as on SQS; deliveries of the bus do. An attempt that the end of the
   * process cut short counts as any other: what it has begun may need the wait to be given up.
   */
  readonly retryDelaysSeconds?: readonly number[];
}

/** Limits of SQS: DelaySeconds, and the message size since 2025-08. */
const delaySecondsMax = 900;
const bodyBytesMax = 1_048_576;
/** SQS keeps nothing longer, dead letters included. */
const retentionDaysMax = 14;

/**
 * Durable queues with the behaviour of SQS standard queues: at least once, roughly in order, hidden
 * while in flight, dead after too many receives. Unlike SQS, a message dies as soon as its last
 * attempt failed, and all that was in flight when the process ended is visible at the next start, or
 * after the wait that its queue has between two attempts.
 */
export class LocalQueues implements QueueAdmin {
  readonly #store: QueueStore;
  readonly #clock: Clock;
  readonly #specs: ReadonlyMap<string, LocalQueueSpec>;
  readonly #listeners = new Map<string, () => void>();

  private constructor(
    store: QueueStore,
    clock: Clock,
    specs: Readonly<Record<string, LocalQueueSpec>>,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#specs = new Map(Object.entries(specs));
  }

  /** Opens the queues and gives back what was in flight. One process may hold the file. */
  static async open(
    journal: Journal,
    clock: Clock,
    specs: Readonly<Record<string, LocalQueueSpec>>,
  ): Promise<LocalQueues> {
    const queues = new LocalQueues(new QueueStore(journal), clock, specs);
    await queues.#releaseAll();
    await queues.expire();
    return queues;
  }

  /** The sending side of one queue. */
  queue(name: string): Queue {
    this.#spec(name);
    return {
      send: (body, options = {}) => this.sendAll([{ queue: name, body, ...options }]),
    };
  }

  /** Sends to any queues in one commit: all are durable, or none is. */
  async sendAll(
    messages: readonly ({ readonly queue: string; readonly body: string } & SendOptions)[],
  ): Promise<void> {
    if (messages.length === 0) return;
    const nowMs = this.#clock.nowMs();
    const rows = messages.map((message) => this.#checked(message, nowMs));
    await this.#store.add(rows, nowMs);
    for (const queue of new Set(rows.map((row) => row.queue))) this.#listeners.get(queue)?.();
  }

  /** Calls back, once committed, whenever a message may have become visible. One per queue. */
  onMessage(queue: string, listener: () => void): void {
    this.#listeners.set(queue, listener);
  }

  /** Takes visible messages; those received too often already go to the dead letters instead. */
  async receive(queue: string, limit: number): Promise<readonly ReceivedMessage[]> {
    const spec = this.#spec(queue);
    const nowMs = this.#clock.nowMs();
    const hiddenUntilMs = nowMs + spec.visibilityTimeoutSeconds * 1_000;
    const messages = await this.#store.take(queue, limit, nowMs, hiddenUntilMs);
    const spent = messages.filter((message) => message.receiveCount > spec.maxReceiveCount);
    if (spent.length === 0) return messages;
    await Promise.all(spent.map(({ id }) => this.#store.kill(id, undefined, nowMs)));
    return messages.filter((message) => message.receiveCount <= spec.maxReceiveCount);
  }

  async complete(messages: readonly ReceivedMessage[]): Promise<void> {
    if (messages.length > 0) await this.#store.remove(messages.map(({ id }) => id));
  }

  /** The attempt failed: the message comes back later, or dies if this was its last attempt. */
  async fail(queue: string, message: ReceivedMessage, reason: string): Promise<"waits" | "died"> {
    const spec = this.#spec(queue);
    const nowMs = this.#clock.nowMs();
    if (message.receiveCount >= spec.maxReceiveCount) {
      await this.#store.kill(message.id, reason, nowMs);
      return "died";
    }
    const delays = spec.retryDelaysSeconds;
    const delay = delays?.[Math.min(message.receiveCount, delays.length) - 1];
    const visibleAtMs = delay === undefined ? undefined : nowMs + delay * 1_000;
    await this.#store.postpone(message.id, reason, visibleAtMs);
    return "waits";
  }

  /** Keeps what a stream gave up on; a redrive delivers it through the queue of that name. */
  async bury(
    letter: Pick<DeadLetter, "queue" | "body" | "reason" | "receiveCount">,
  ): Promise<void> {
    this.#spec(letter.queue);
    await this.#store.addDeadLetter(letter, this.#clock.nowMs());
  }

  /** When to look again if nobody calls back before; undefined if the queue is empty. */
  nextVisibleAtMs(queue: string): number | undefined {
    return this.#store.nextVisibleAtMs(queue);
  }

  visibleCount(queue: string): number {
    return this.#store.visibleCount(queue, this.#clock.nowMs());
  }

  depths(): ReturnType<QueueAdmin["depths"]> {
    const names = [...this.#specs.keys()];
    return Promise.resolve(
      Object.fromEntries(names.map((name) => [name, this.#store.counts(name)])),
    );
  }

  deadLetters(queue: string, limit: number): Promise<readonly DeadLetter[]> {
    this.#spec(queue);
    return Promise.resolve(this.#store.deadLetters(queue, limit));
  }

  async redrive(queue: string): Promise<number> {
    this.#spec(queue);
    const count = await this.#store.redrive(queue, this.#clock.nowMs());
    if (count > 0) this.#listeners.get(queue)?.();
    return count;
  }

  /** Drops what its queue no longer retains. Call it now and then. */
  async expire(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    await Promise.all(
      [...this.#specs].map(([name, { retentionDays }]) =>
        this.#store.expire(name, {
          sentBeforeMs: nowMs - retentionDays * dayMs,
          diedBeforeMs: nowMs - retentionDaysMax * dayMs,
        }),
      ),
    );
  }

  async #releaseAll(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    await Promise.all(
      [...this.#specs].map(([name, { retryDelaysSeconds = [0] }]) =>
        this.#store.release(
          name,
          retryDelaysSeconds.map((seconds) => seconds * 1_000),
          nowMs,
        ),
      ),
    );
  }

  #checked(
    message: { readonly queue: string; readonly body: string } & SendOptions,
    nowMs: number,
  ) {
    this.#spec(message.queue);
    const delaySeconds = message.delaySeconds ?? 0;
    if (!(delaySeconds >= 0 && delaySeconds <= delaySecondsMax)) {
      const problem = `must be from 0 to ${delaySecondsMax}`;
      throw new HubError("input.invalid", `The delay of a message ${problem} seconds.`, {
        issues: [{ path: "delaySeconds", message: problem }],
      });
    }
    const bytes = Buffer.byteLength(message.body);
    if (bytes > bodyBytesMax) {
      throw new HubError("input.too-large", `A message holds at most ${bodyBytesMax} bytes.`, {
        details: { bytes, queue: message.queue },
      });
    }
    const row: NewMessage = {
      queue: message.queue,
      body: message.body,
      visibleAtMs: nowMs + delaySeconds * 1_000,
    };
    return row;
  }

  #spec(queue: string): LocalQueueSpec {
    const spec = this.#specs.get(queue);
    if (spec === undefined) {
      throw new HubError("entity.not-found", `There is no queue "${queue}".`, {
        details: { queue },
      });
    }
    return spec;
  }
}

import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";

import { failureReason } from "./failure-reason.ts";
import type { ReceivedMessage } from "./queue-store.ts";
import type { LocalQueues } from "./queues.ts";
import { Waker } from "./waker.ts";

/** Why each failed message failed, by message id. What is not named here succeeded. */
export type Failures = ReadonlyMap<number, string>;

export interface QueueConsumerOptions {
  readonly queue: string;
  readonly batchSize: number;
  /** How long a batch that is not full may wait for more. */
  readonly batchWindowSeconds: number;
  readonly maxConcurrency: number;
  readonly queues: LocalQueues;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Hands one batch to the function. Must not throw. */
  deliver(messages: readonly ReceivedMessage[]): Promise<Failures>;
}

/** The longest wait between two looks at a queue in which nothing becomes visible. */
const idleMs = 60_000;
/** The pause after the queue file could not be read or written. */
const troubleMs = 1_000;

/** Feeds one queue to one function, as a Lambda event source mapping does. */
export class QueueConsumer {
  readonly #options: QueueConsumerOptions;
  readonly #waker: Waker;
  readonly #batches = new Set<Promise<void>>();
  #fillingSinceMs: number | undefined;
  #isLooking = false;
  #isStopped = false;
  #loop: Promise<void> | undefined;

  constructor(options: QueueConsumerOptions) {
    this.#options = options;
    this.#waker = new Waker(options.clock);
  }

  start(): void {
    this.#options.queues.onMessage(this.#options.queue, () => this.#waker.wake());
    this.#loop ??= this.#run();
  }

  /** Takes no more messages; resolves when those in flight are done. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#waker.wake();
    await this.#loop;
    await Promise.all(this.#batches);
  }

  /** Nothing in flight and nothing visible. Delayed and postponed messages do not count. */
  isIdle(): boolean {
    const { queues, queue } = this.#options;
    return !this.#isLooking && this.#batches.size === 0 && queues.visibleCount(queue) === 0;
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      let waitMs = troubleMs;
      this.#isLooking = true;
      try {
        waitMs = await this.#takeAll();
      } catch (error) {
        this.#options.logger.error("queue.receive-failed", {
          queue: this.#options.queue,
          reason: failureReason(error),
        });
      }
      this.#isLooking = false;
      if (!this.#isStopped) await this.#waker.wait(waitMs);
    }
  }

  /** Starts as many batches as may run; returns how long to wait unless something happens. */
  async #takeAll(): Promise<number> {
    const { queue, queues, batchSize, maxConcurrency } = this.#options;
    for (;;) {
      const free = maxConcurrency - this.#batches.size;
      if (free <= 0 || this.#isStopped) return idleMs;
      const fillMs = this.#fillMs();
      if (fillMs > 0) return fillMs;
      const messages = await queues.receive(queue, free * batchSize);
      if (messages.length === 0) return this.#untilNextMs();
      this.#fillingSinceMs = undefined;
      for (let start = 0; start < messages.length; start += batchSize) {
        this.#startBatch(messages.slice(start, start + batchSize));
      }
    }
  }

  /** How much longer the batching window stays open for what is there; 0 if it is time to take. */
  #fillMs(): number {
    const { queue, queues, batchSize, batchWindowSeconds, clock } = this.#options;
    if (batchWindowSeconds === 0) return 0;
    const visible = queues.visibleCount(queue);
    if (visible === 0 || visible >= batchSize) return 0;
    this.#fillingSinceMs ??= clock.nowMs();
    return this.#fillingSinceMs + batchWindowSeconds * 1_000 - clock.nowMs();
  }

  #untilNextMs(): number {
    const { queue, queues, clock } = this.#options;
    const nextAtMs = queues.nextVisibleAtMs(queue);
    if (nextAtMs === undefined) return idleMs;
    return Math.min(idleMs, Math.max(1, nextAtMs - clock.nowMs()));
  }

  #startBatch(messages: readonly ReceivedMessage[]): void {
    const batch = this.#deliver(messages).finally(() => {
      this.#batches.delete(batch);
      this.#waker.wake();
    });
    this.#batches.add(batch);
  }

  async #deliver(messages: readonly ReceivedMessage[]): Promise<void> {
    const { queue, queues, logger } = this.#options;
    try {
      const failures = await this.#options.deliver(messages);
      await Promise.all([
        queues.complete(messages.filter(({ id }) => !failures.has(id))),
        ...messages.map((message) => this.#fail(message, failures.get(message.id))),
      ]);
    } catch (error) {
      // The messages come back after the visibility timeout, as when SQS cannot be reached.
      logger.error("queue.settle-failed", { queue, reason: failureReason(error) });
    }
  }

  async #fail(message: ReceivedMessage, reason: string | undefined): Promise<void> {
    if (reason === undefined) return;
    const { queue, queues, logger } = this.#options;
    const fate = await queues.fail(queue, message, reason);
    const fields = { queue, messageId: message.id, receiveCount: message.receiveCount, reason };
    if (fate === "died") logger.error("queue.message-died", fields);
    else logger.warn("queue.message-failed", fields);
  }
}

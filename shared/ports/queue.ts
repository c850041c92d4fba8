export interface SendOptions {
  /** At most 900, the limit of SQS DelaySeconds. */
  readonly delaySeconds?: number;
}

/** The sending side of a queue. Resolves only when the message is durable. */
export interface Queue {
  /** `body` is text of at most 1 MiB (SQS, since 2025-08). */
  send(body: string, options?: SendOptions): Promise<void>;
}

export interface DeadLetter {
  readonly id: string;
  readonly queue: string;
  readonly body: string;
  readonly reason: string;
  readonly receiveCount: number;
  readonly diedAt: string;
}

/** The operator's side of the queues: what is waiting, what died, and the way back. */
export interface QueueAdmin {
  depths(): Promise<Readonly<Record<string, { readonly waiting: number; readonly dead: number }>>>;
  deadLetters(queue: string, limit: number): Promise<readonly DeadLetter[]>;
  /** Moves all dead letters of the queue back; returns how many (AWS: at least how many were seen). */
  redrive(queue: string): Promise<number>;
}

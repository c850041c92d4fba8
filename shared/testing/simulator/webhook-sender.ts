import type { Instant } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

import { type Attempt, type Posted, attemptPost } from "./attempt-post.ts";
import type { Faults, WebhookFault } from "./faults.ts";

/** One webhook to send: complete and signed. Header names as the vendor writes them. */
export interface OutgoingWebhook {
  /** The vendor's id of the delivery, the same on each retry. */
  readonly id: string;
  /** What faults are matched by, such as `jira:issue_updated`. */
  readonly event: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Made anew for each try: tokens that age. `corrupt-signature` spoils all of them. */
  readonly freshHeaders?: () => Promise<Readonly<Record<string, string>>>;
  readonly body: string;
}

/** How the vendor retries. */
export interface RetryPlan {
  /** Milliseconds to wait before the given retry (1 is the first); undefined gives up. */
  delayMs(retry: number): number | undefined;
  /** Whether this answer is retried; status undefined means no answer came. */
  isRetried(status: number | undefined): boolean;
  /** What the vendor adds to a retried request. */
  headers?(retry: number): Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** What became of a webhook. */
export interface DeliveryRecord {
  readonly id: string;
  readonly event: string;
  readonly url: string;
  readonly at: Instant;
  state: "waiting" | "delivered" | "refused" | "given-up" | "dropped";
  readonly attempts: Attempt[];
}

interface SenderOptions {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly retry: RetryPlan;
  /** The header that `corrupt-signature` spoils. */
  readonly signatureHeader: string;
  /** Multiplies the waits between retries: 0.001 turns minutes into tens of milliseconds. Default 1. */
  readonly timeScale?: number;
  /** Deliveries under way at once. Default 1: they arrive in order unless a fault says otherwise. */
  readonly concurrency?: number;
  /** Told when a delivery ends undelivered: vendors disable or delete webhooks that keep failing. */
  readonly onGivenUp?: (record: DeliveryRecord) => void;
  /** Told how each attempt went; `retry` 0 is the first. */
  readonly onAttempt?: (webhook: OutgoingWebhook, attempt: Attempt, retry: number) => void;
  /** Asked before each retry: a receiver that the vendor has given up is not called again. */
  readonly isWanted?: (webhook: OutgoingWebhook) => boolean;
}

const recordsKeptMax = 2000;

/**
 * Sends webhooks as a vendor would: in the background, with its retries, never holding up the
 * simulator. Waiting deliveries live in memory only, so a killed simulator loses them, like a vendor's
 * outage; that is what polling and reconciling are for.
 */
export class WebhookSender {
  readonly #options: SenderOptions;
  readonly #records: DeliveryRecord[] = [];
  readonly #ready: (() => Promise<void>)[] = [];
  readonly #held = new Map<string, (() => void)[]>();
  readonly #stopping = new AbortController();
  #running = 0;
  #pending = 0;
  #idle: (() => void)[] = [];

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Takes a webhook for sending and returns at once. Ignored after `stop`. */
  send(webhook: OutgoingWebhook): void {
    if (this.#stopping.signal.aborted) return;
    const fault = this.#options.faults.takeForWebhook(webhook.event);
    if (fault?.kind === "drop") {
      this.#record(webhook, "dropped");
    } else if (fault?.kind === "reorder") {
      const held = this.#held.get(webhook.url) ?? [];
      this.#held.set(webhook.url, [...held, () => this.#enqueue(webhook)]);
      return;
    } else {
      const sent = fault ? spoil(webhook, fault, this.#options.signatureHeader) : webhook;
      this.#enqueue(sent, fault?.kind === "delay" ? fault.delayMs : 0);
      if (fault?.kind === "duplicate") this.#enqueue(sent);
    }
    this.#release(webhook.url);
  }

  /** One request outside of the stream of deliveries, such as a handshake: no faults, no retries. */
  async call(webhook: OutgoingWebhook): Promise<Posted> {
    const record = this.#record(webhook, "waiting");
    const posted = await this.#post(webhook, record, 0);
    record.state = posted.status !== undefined && posted.status < 300 ? "delivered" : "refused";
    return posted;
  }

  /** Newest last. */
  deliveries(): readonly DeliveryRecord[] {
    return this.#records.map((record) => ({ ...record, attempts: [...record.attempts] }));
  }

  /** Resolves when nothing is waiting or under way, retries included. Held back ones are let go first. */
  async settle(): Promise<void> {
    for (const url of this.#held.keys()) this.#release(url);
    if (this.#pending === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
    });
  }

  /** Forgets what waits and resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#held.clear();
    await this.settle();
  }

  #release(url: string): void {
    const held = this.#held.get(url) ?? [];
    this.#held.delete(url);
    for (const enqueue of held) enqueue();
  }

  #record(webhook: OutgoingWebhook, state: DeliveryRecord["state"]): DeliveryRecord {
    const { id, event, url } = webhook;
    const at = this.#options.clock.now();
    const record: DeliveryRecord = { id, event, url, at, state, attempts: [] };
    this.#records.push(record);
    if (this.#records.length > recordsKeptMax) this.#records.shift();
    return record;
  }

  #enqueue(webhook: OutgoingWebhook, delayMs = 0): void {
    const record = this.#record(webhook, "waiting");
    this.#pending += 1;
    this.#schedule(delayMs, () => this.#attempt(webhook, record, 0));
  }

  /** Puts a task into the queue, now or later; a wait does not occupy a place of `concurrency`. */
  #schedule(delayMs: number, task: () => Promise<void>): void {
    if (delayMs <= 0) {
      this.#ready.push(task);
      void this.#work();
      return;
    }
    this.#options.clock.sleep(delayMs, this.#stopping.signal).then(
      () => this.#schedule(0, task),
      () => this.#finish(),
    );
  }

  async #work(): Promise<void> {
    if (this.#running >= (this.#options.concurrency ?? 1)) return;
    this.#running += 1;
    for (let task = this.#ready.shift(); task; task = this.#ready.shift()) {
      if (this.#stopping.signal.aborted) this.#finish();
      else await task();
    }
    this.#running -= 1;
  }

  async #attempt(webhook: OutgoingWebhook, record: DeliveryRecord, retry: number): Promise<void> {
    if (retry > 0 && this.#options.isWanted?.(webhook) === false) {
      record.state = "dropped";
      this.#finish();
      return;
    }
    const { status } = await this.#post(webhook, record, retry);
    const plan = this.#options.retry;
    if (status !== undefined && status >= 200 && status < 300) record.state = "delivered";
    else if (!plan.isRetried(status)) this.#giveUp(record, "refused");
    else {
      const delayMs = plan.delayMs(retry + 1);
      if (delayMs !== undefined) {
        const scaledMs = Math.max(1, delayMs * (this.#options.timeScale ?? 1));
        this.#schedule(scaledMs, () => this.#attempt(webhook, record, retry + 1));
        return;
      }
      this.#giveUp(record, "given-up");
    }
    this.#finish();
  }

  async #post(webhook: OutgoingWebhook, record: DeliveryRecord, retry: number): Promise<Posted> {
    const { clock, retry: plan } = this.#options;
    const extra = retry > 0 ? plan.headers?.(retry) : undefined;
    const fresh = await webhook.freshHeaders?.();
    const posted = await attemptPost(
      { ...webhook, headers: { ...webhook.headers, ...fresh, ...extra } },
      plan.timeoutMs,
      clock,
    );
    record.attempts.push(posted.attempt);
    this.#options.onAttempt?.(webhook, posted.attempt, retry);
    return posted;
  }

  #giveUp(record: DeliveryRecord, state: "refused" | "given-up"): void {
    record.state = state;
    this.#options.onGivenUp?.(record);
  }

  #finish(): void {
    this.#pending -= 1;
    if (this.#pending > 0) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }
}

function spoil(
  webhook: OutgoingWebhook,
  fault: WebhookFault,
  signatureHeader: string,
): OutgoingWebhook {
  if (fault.kind === "truncate") {
    return { ...webhook, body: webhook.body.slice(0, Math.floor(webhook.body.length / 2)) };
  }
  if (fault.kind !== "corrupt-signature") return webhook;
  const { freshHeaders } = webhook;
  if (freshHeaders) return { ...webhook, freshHeaders: async () => corrupt(await freshHeaders()) };
  const signature = webhook.headers[signatureHeader];
  if (!signature) return webhook;
  const corrupted = signature.slice(0, -1) + (signature.endsWith("0") ? "1" : "0");
  return { ...webhook, headers: { ...webhook.headers, [signatureHeader]: corrupted } };
}

/** The last characters may carry padding that no check looks at; one further in counts in full. */
function corrupt(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).map(([name, value]) => {
    const other = value.at(-8) === "A" ? "B" : "A";
    return [name, value.slice(0, -8) + other + value.slice(-7)];
  });
  return Object.fromEntries(entries);
}

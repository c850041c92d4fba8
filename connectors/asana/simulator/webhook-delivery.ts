import { createHmac } from "node:crypto";

import { hourMs, type Instant, minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Faults } from "#shared/testing/simulator/faults.ts";
import { type DeliveryRecord, WebhookSender } from "#shared/testing/simulator/webhook-sender.ts";

import { type AsanaEvent, publicEvent } from "./asana-event.ts";
import type { AsanaState } from "./state.ts";
import { hears, type Webhook } from "./webhook-registry.ts";

/** Asana waits this long for an answer, and deletes a webhook that failed this long (guide, 2026-11-21). */
const answerTimeoutMs = 10_000;
const failureLifeMs = 24 * hourMs;
const heartbeatEveryMs = 8 * hourMs;
const firstRetryMs = minuteMs;

interface WebhookHistory {
  last_success_at: Instant | null;
  last_failure_at: Instant | null;
  last_failure_content: string;
}

interface DeliveryOptions {
  readonly state: AsanaState;
  readonly clock: Clock;
  readonly faults: Faults;
  /** Multiplies the waits between retries. */
  readonly timeScale: number;
  /** Told to forget a webhook whose deliveries failed for 24 hours. */
  readonly onDead: (webhook: string) => void;
}

/**
 * Sends what webhooks are told: the handshake, heartbeats (no events) and events, signed with
 * HMAC-SHA256 of the body in `X-Hook-Signature`. At most once: a delivery that is given up is lost.
 */
export class WebhookDelivery {
  readonly sender: WebhookSender;
  readonly #options: DeliveryOptions;
  #number = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.sender = new WebhookSender({
      clock: options.clock,
      faults: options.faults,
      signatureHeader: "X-Hook-Signature",
      timeScale: options.timeScale,
      // One slow receiver must not hold up another project's webhook.
      concurrency: 4,
      onGivenUp: (record) => this.#giveUp(record),
      retry: {
        timeoutMs: answerTimeoutMs,
        // 1, 2, 4, … minutes, until the sum passes 24 hours.
        delayMs: (retry) =>
          firstRetryMs * (2 ** retry - 1) > failureLifeMs
            ? undefined
            : firstRetryMs * 2 ** (retry - 1),
        isRetried: () => true,
      },
    });
  }

  /** Introduces a secret to a target; answers what the target echoed. */
  async handshake(target: string, secret: string): Promise<string | undefined> {
    const posted = await this.sender.call({
      id: this.#nextId(),
      event: "handshake",
      url: target,
      headers: { "X-Hook-Secret": secret, "Content-Type": "application/json" },
      body: "{}",
    });
    const isAccepted = posted.status === 200 || posted.status === 204;
    return isAccepted ? posted.headers["x-hook-secret"] : undefined;
  }

  /** Tells every webhook that watches what happened; one delivery each, however many events. */
  events(events: readonly AsanaEvent[]): void {
    for (const webhook of this.#options.state.webhooks.values()) {
      const heard = events.filter((event) => hears(webhook, event));
      if (heard.length === 0) continue;
      const first = heard[0];
      const name = `${first?.resource.resource_type ?? ""}.${first?.action ?? ""}`;
      this.#send(webhook, name, heard.map(publicEvent));
    }
  }

  heartbeat(webhook: Webhook): void {
    this.#send(webhook, "heartbeat", []);
  }

  /** Sends heartbeats until stopped; an entry of `signal` ends it. */
  async beat(signal: AbortSignal): Promise<void> {
    const { clock, state } = this.#options;
    while (!signal.aborted) {
      const isOver = await clock.sleep(heartbeatEveryMs, signal).then(
        () => false,
        () => true,
      );
      if (isOver) return;
      for (const webhook of state.webhooks.values()) this.heartbeat(webhook);
    }
  }

  #send(webhook: Webhook, event: string, events: readonly unknown[]): void {
    const body = JSON.stringify({ events });
    this.sender.send({
      id: this.#nextId(),
      event,
      url: webhook.target,
      headers: {
        "Content-Type": "application/json",
        "X-Hook-Signature": createHmac("sha256", webhook.secret).update(body).digest("hex"),
      },
      body,
    });
  }

  /** How the last deliveries to a webhook went, as Asana shows it. */
  history(webhook: Webhook): WebhookHistory {
    const history: WebhookHistory = {
      last_success_at: null,
      last_failure_at: null,
      last_failure_content: "",
    };
    for (const record of this.sender.deliveries()) {
      if (record.url !== webhook.target) continue;
      for (const attempt of record.attempts) {
        if (attempt.status !== undefined && attempt.status < 300) {
          history.last_success_at = attempt.at;
        } else {
          history.last_failure_at = attempt.at;
          history.last_failure_content = String(attempt.status ?? attempt.failure ?? "");
        }
      }
    }
    return history;
  }

  #giveUp(record: DeliveryRecord): void {
    for (const webhook of this.#options.state.webhooks.values()) {
      if (webhook.target === record.url) this.#options.onDead(webhook.gid);
    }
  }

  #nextId(): string {
    this.#number += 1;
    return `delivery-${this.#number}`;
  }
}

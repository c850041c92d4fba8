import { createHmac } from "node:crypto";

import { hourMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Attempt } from "#shared/testing/simulator/attempt-post.ts";
import type { Faults } from "#shared/testing/simulator/faults.ts";
import { type OutgoingWebhook, WebhookSender } from "#shared/testing/simulator/webhook-sender.ts";

import { type AsanaEvent, publicEvent } from "./asana-event.ts";
import type { AsanaState } from "./state.ts";
import {
  afterAttempt,
  isDead,
  retryDelayMs,
  untried,
  type WebhookHealth,
} from "./webhook-health.ts";
import { hears, isActive, type Webhook } from "./webhook-registry.ts";

/** Asana waits this long for an answer (guide, read 2026-11-21). */
const answerTimeoutMs = 10_000;
const heartbeatEveryMs = 8 * hourMs;

interface DeliveryOptions {
  readonly state: AsanaState;
  readonly clock: Clock;
  readonly faults: Faults;
  /** Multiplies the waits between retries, and the life of a webhook that fails. */
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
  readonly #health = new Map<string, WebhookHealth>();
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
      onAttempt: (outgoing, attempt, retry) => this.#note(outgoing, attempt, retry),
      isWanted: (outgoing) => options.state.webhooks.has(webhookOf(outgoing.id)),
      onGivenUp: ({ id }) => this.#bury(webhookOf(id)),
      retry: { timeoutMs: answerTimeoutMs, delayMs: retryDelayMs, isRetried: () => true },
    });
  }

  /** Introduces a secret to a target; answers what the target echoed. */
  async handshake(target: string, secret: string): Promise<string | undefined> {
    const posted = await this.sender.call({
      id: this.#nextId("handshake"),
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
    if (events.length === 0) return;
    const { state, clock } = this.#options;
    for (const webhook of state.webhooks.values()) {
      const heard = events.filter((event) => hears(webhook, event));
      if (heard.length === 0 || !isActive(state, webhook, clock.nowMs())) continue;
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
      for (const webhook of state.webhooks.values()) {
        if (isActive(state, webhook, clock.nowMs())) this.heartbeat(webhook);
      }
    }
  }

  #send(webhook: Webhook, event: string, events: readonly unknown[]): void {
    const body = JSON.stringify({ events });
    this.sender.send({
      id: this.#nextId(webhook.gid),
      event,
      url: webhook.target,
      headers: {
        "Content-Type": "application/json",
        "X-Hook-Signature": createHmac("sha256", webhook.secret).update(body).digest("hex"),
      },
      body,
    });
  }

  /** How the deliveries to a webhook go. */
  health(webhook: string): WebhookHealth {
    return this.#health.get(webhook) ?? untried;
  }

  #note(outgoing: OutgoingWebhook, attempt: Attempt, retry: number): void {
    const gid = webhookOf(outgoing.id);
    if (!this.#options.state.webhooks.has(gid)) return;
    const { timeScale, clock } = this.#options;
    const health = afterAttempt(this.health(gid), { attempt, retry, timeScale });
    this.#health.set(gid, health);
    if (isDead(health, clock.now())) this.#bury(gid);
  }

  #bury(webhook: string): void {
    this.#health.delete(webhook);
    if (this.#options.state.webhooks.has(webhook)) this.#options.onDead(webhook);
  }

  #nextId(webhook: string): string {
    this.#number += 1;
    return `${webhook}-${this.#number}`;
  }
}

/** The webhook that a delivery is for; its id begins with it. */
function webhookOf(deliveryId: string): string {
  return deliveryId.slice(0, deliveryId.lastIndexOf("-"));
}

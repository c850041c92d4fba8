import { createHmac } from "node:crypto";

import type { Verdict, WebhookVerifier } from "#shared/kit/webhook-verifier.ts";
import type { Delivery } from "#shared/model/delivery.ts";

import type { Fields, ToolHappening } from "./tool.ts";

export interface WireEvent {
  readonly id: string;
  readonly collection: string;
  readonly action: "changed" | "deleted";
  /** The tool's own time of it. */
  readonly at: number;
  readonly version: number;
  /** Absent in thin events. */
  readonly record?: Fields;
}

/** What a tool sends of one happening. */
export function bodyOf({ tool, action, record, at }: ToolHappening, deliveryId: string): string {
  const { id, collection, version } = record;
  const isFat = tool.spec.webhooks === "fat" && action === "changed";
  const event: WireEvent = {
    id,
    collection,
    action,
    at,
    version,
    ...(isFat && { record: tool.wireOf(record) }),
  };
  return JSON.stringify({ deliveryId, events: [event] });
}

/** Undefined for a body that is verified, and still nothing that we understand. */
export function readEvents(body: Uint8Array): readonly WireEvent[] | undefined {
  const parsed: unknown = JSON.parse(Buffer.from(body).toString("utf8"));
  if (typeof parsed !== "object" || parsed === null || !("events" in parsed)) return undefined;
  const { events } = parsed;
  return Array.isArray(events) && events.every(isEvent) ? events : undefined;
}

function isEvent(value: unknown): value is WireEvent {
  if (typeof value !== "object" || value === null) return false;
  return "id" in value && typeof value.id === "string" && "action" in value && "at" in value;
}

export function sign(body: Uint8Array | string, secret: string): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}

export const verifier: WebhookVerifier = {
  verify(delivery: Delivery, secrets: readonly string[]): Verdict {
    const introduced = delivery.headers["x-introduce"];
    if (introduced !== undefined) {
      return {
        outcome: "handshake",
        secret: introduced,
        responseHeaders: { "x-introduce": introduced },
      };
    }
    const signature = delivery.headers["x-signature"];
    if (!secrets.some((secret) => sign(delivery.body, secret) === signature)) {
      return { outcome: "unverified", reason: "signature" };
    }
    const text = Buffer.from(delivery.body).toString();
    if (!text.startsWith("{") || !text.endsWith("}")) {
      return { outcome: "malformed", reason: "not-json" };
    }
    return { outcome: "accepted", deliveryId: delivery.headers["x-delivery"] ?? "" };
  },
};

import type { Delivery } from "#shared/model/delivery.ts";

/** What a delivery proved to be. */
export type Verdict =
  /** `keep`: what of the body is to be kept, where the whole tells more than anybody here may know. */
  | { readonly outcome: "accepted"; readonly deliveryId: string; readonly keep?: Uint8Array }
  /** Verified, but nothing to do: a heartbeat, a ping. Answer 200. */
  | { readonly outcome: "ignored"; readonly reason: string }
  /** The source introduces a secret; echo the headers. Only a pending subscription may accept it. */
  | {
      readonly outcome: "handshake";
      readonly secret: string;
      readonly responseHeaders: Readonly<Record<string, string>>;
    }
  | { readonly outcome: "unverified"; readonly reason: string }
  | { readonly outcome: "malformed"; readonly reason: string };

/**
 * The receiving side, apart from `Source` so that the receiver loads no vendor SDK. Pure.
 * `secrets` are all that may be valid now (rotation, several subscriptions); empty means refuse.
 */
export interface WebhookVerifier {
  verify(delivery: Delivery, secrets: readonly string[], nowMs: number): Verdict | Promise<Verdict>;
}

import type { EvidenceNode, NotificationReason, Severity } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";

/** The one message every notifier renders. Text is plain; each channel escapes it in its own way. */
export interface Message {
  /** Stable per (alert, generation, reason); a channel that takes one shows the message of a key once. */
  readonly idempotencyKey: string;
  readonly reason: NotificationReason;
  readonly severity: Severity;
  readonly title: string;
  /** The evidence in one sentence. */
  readonly sentence: string;
  readonly path: readonly EvidenceNode[];
  readonly why: string;
  readonly nextStep: string;
  /** The alert's page in the hub. */
  readonly url: string;
  readonly at: Instant;
}

/** How one attempt ended; exceptions are bugs. */
export type SendOutcome =
  | { readonly outcome: "sent" }
  /** The channel has certainly not taken it. */
  | { readonly outcome: "retry"; readonly afterMs: number; readonly reason: string }
  /** The request went out and its answer was lost: it may have been shown, or not. */
  | { readonly outcome: "uncertain"; readonly reason: string }
  /** Final: the target is gone or will never take this message. */
  | { readonly outcome: "refused"; readonly reason: string };

export interface Notifier {
  /** The channel itself drops a second message of one `idempotencyKey`: what is uncertain is sent again. */
  readonly dropsRepeats?: true;
  send(message: Message): Promise<SendOutcome>;
  /** Checks the target without bothering anybody, where that is possible. */
  probe(): Promise<{ readonly identity: string }>;
}

import type { SubjectId } from "#shared/model/ids.ts";
import type { DispatchId, DispatchKind, NotificationReason } from "#shared/model/notification.ts";
import type { EvidenceNode, Severity } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";

/** A line of a message that tells of many alerts. */
export interface MessageLine {
  readonly text: string;
  readonly url?: string | undefined;
}

export interface MessageSection {
  readonly title: string;
  readonly lines: readonly MessageLine[];
  /** Lines that there was no room for. */
  readonly more?: number | undefined;
}

/** The one message every notifier renders. Text is plain; each channel escapes it in its own way. */
export interface Message {
  /** Stable per dispatch and showing; a channel that takes one shows the message of a key once. */
  readonly idempotencyKey: string;
  /** Absent: `alert`. `digest`, `brief` and `baseline` tell of many, by sections. */
  readonly kind?: DispatchKind;
  /** `resolved`, of a new message or an update: nothing that it tells of stands, and nothing is left to press. */
  readonly reason: NotificationReason;
  readonly severity: Severity;
  readonly title: string;
  /** The evidence in one sentence. */
  readonly sentence: string;
  readonly path: readonly EvidenceNode[];
  readonly why: string;
  readonly nextStep: string;
  /** The alert's page in the hub, or the page that shows what the message tells of. */
  readonly url: string;
  readonly at: Instant;
  readonly sections?: readonly MessageSection[];
  /** What it is about, where it tells of one alert. */
  readonly subjectId?: SubjectId;
  /** Which rule found it, by its title. */
  readonly ruleTitle?: string;
  /** Why this recipient is told: "Lead of Payments". */
  readonly because?: string;
  /** Whose it is: the names of the teams. */
  readonly owner?: string;
  /** How fresh the sources are that it rests on: "Jira as of 3 minutes ago". */
  readonly freshness?: string;
  /** What the hub cannot see that bears on it. */
  readonly blindSpots?: readonly string[];
  /** By which a pressed button finds its way back; absent: there is nothing to press. */
  readonly dispatchId?: DispatchId;
  /** How it stands now, where the message is the update of one shown before: "Resolved: linked". */
  readonly standing?: string;
  /** Where whoever does not want such messages says so. */
  readonly unsubscribeUrl?: string;
}

/** For whom a message is: whoever reads the channel, or one person. */
export type MessageTarget =
  | { readonly kind: "channel" }
  | { readonly kind: "person"; readonly name: string; readonly workEmail: string };

/** How one attempt ended; exceptions are bugs. */
export type SendOutcome =
  /** `receipt`: by which the channel finds again what it showed. */
  | { readonly outcome: "sent"; readonly receipt?: string | undefined }
  /** The channel has certainly not taken it. */
  | { readonly outcome: "retry"; readonly afterMs: number; readonly reason: string }
  /** The request went out and its answer was lost: it may have been shown, or not. */
  | { readonly outcome: "uncertain"; readonly reason: string }
  /** Final: the target is gone or will never take this message. `isGone`: nor any other. */
  | { readonly outcome: "refused"; readonly reason: string; readonly isGone?: boolean };

/**
 * What a channel can do. `reaches`: whoever reads it, people by their work address, or whoever looks at an
 * item of its own, of which alone it tells, each alert by itself. `system`: a program listens, which has no
 * quiet hours, no budget, and is told of every alert by itself.
 */
export interface NotifierTraits {
  readonly reaches: readonly ("channel" | "person" | "item")[];
  readonly isSystem?: boolean;
  /** What becomes of a message whose alerts are over: changed in place, answered by another, left alone. */
  readonly end: "update" | "message" | "nothing";
}

export interface Notifier {
  /** The channel itself drops a second message of one `idempotencyKey`: what is uncertain is sent again. */
  readonly dropsRepeats?: true;
  /** Absent `target`: the channel. */
  send(message: Message, target?: MessageTarget): Promise<SendOutcome>;
  /** Shows the message in place of what the receipt names; harmless to repeat. Where `end` is `update`. */
  update?(receipt: string, message: Message, target?: MessageTarget): Promise<SendOutcome>;
  /** Checks the target without bothering anybody, where that is possible. */
  probe(): Promise<{ readonly identity: string }>;
}

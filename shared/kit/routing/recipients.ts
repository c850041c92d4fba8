import type { NotifierTraits } from "#shared/kit/notifier.ts";
import type { ConnectionId, OrgUnitId, PersonId } from "#shared/model/ids.ts";
import type { RecipientId } from "#shared/model/notification.ts";

/** A connection that tells people, and what it can do. */
export interface Channel {
  readonly id: ConnectionId;
  readonly name: string;
  readonly traits: NotifierTraits;
}

/** Somebody who is told, and why. */
export interface Recipient {
  readonly recipient: RecipientId;
  readonly connectionId: ConnectionId;
  readonly because: string;
}

/** Somebody who would have been told. */
export interface Skipped {
  readonly id: PersonId | OrgUnitId | ConnectionId;
  readonly name: string;
  readonly because:
    | "away today"
    | "left"
    | "no work address"
    | "not known"
    | "not connected any more"
    | "told before";
}

/** One step of the ladder. */
export interface RouteStep {
  readonly recipients: readonly Recipient[];
  readonly skipped: readonly Skipped[];
  /** Whether there is anybody above. */
  readonly hasNext: boolean;
}

/** As long as a `because` may be. */
export function becauseOf(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 198).toWellFormed()}…`;
}

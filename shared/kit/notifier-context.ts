import type { Clock } from "#shared/ports/clock.ts";
import type { CloudMail } from "#shared/ports/cloud-mail.ts";
import type { Outbound } from "#shared/ports/outbound.ts";

/** What everything of a notifier may use. */
export interface NotifierContext {
  readonly clock: Clock;
  /** The only way to an address that somebody typed in. */
  readonly outbound: Outbound;
  /** Absent where the hub does not run in a cloud that has one. */
  readonly cloudMail?: CloudMail;
}

/** What a host gives to notifiers besides its clock. */
export interface NotifierPorts {
  /** Absent: notifiers of this host may call nobody. */
  readonly outbound?: Outbound;
  readonly cloudMail?: CloudMail;
}

const closed: Outbound = {
  post: async () => ({ outcome: "forbidden", reason: "This host lets no channel call out" }),
};

export function notifierContext(deps: NotifierPorts & { readonly clock: Clock }): NotifierContext {
  const { clock, outbound = closed, cloudMail } = deps;
  return { clock, outbound, ...(cloudMail && { cloudMail }) };
}

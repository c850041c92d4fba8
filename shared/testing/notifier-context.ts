import { createOutbound } from "#shared/adapters/outbound/outbound.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";
import type { NotifierContext } from "#shared/kit/notifier-context.ts";

/** What notifiers get of a host that is tried out on the machine where its simulated tools run too. */
export const testNotifierContext: NotifierContext = {
  clock: systemClock,
  outbound: createOutbound({ allowsThisMachine: true }),
};

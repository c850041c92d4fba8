import { openNotifier } from "#shared/access/open-source.ts";
import { HubError } from "#shared/errors.ts";
import type { Notifier, NotifierTraits } from "#shared/kit/notifier.ts";
import type { KnownChannel } from "#shared/kit/routing/channels-of.ts";
import { isOfItems } from "#shared/kit/routing/channels-of.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import { ConnectionId as ConnectionIdSchema } from "#shared/model/ids.ts";

import { openItemChannel } from "./item-channel.ts";
import type { Round } from "./round.ts";

/** A channel to send by, or why there is none for now. */
export type Opened =
  | {
      readonly kind: "opened";
      readonly connectionId: ConnectionId;
      readonly notifier: Notifier;
      readonly traits: NotifierTraits;
    }
  | { readonly kind: "closed"; readonly connectionId: ConnectionId; readonly why: string };

const nowhere = ConnectionIdSchema.parse("conn_0000000000");

/** Opens it. Settings that do not fit are an admin's to mend, and no reason to lose a message. */
export async function openChannel(
  round: Round,
  channel: KnownChannel | undefined,
): Promise<Opened> {
  if (!channel) {
    return { kind: "closed", connectionId: nowhere, why: "The channel is not connected" };
  }
  const connectionId = channel.id;
  try {
    const notifier = isOfItems(channel)
      ? await openItemChannel(round, channel)
      : await openNotifier(round.deps, channel.connection);
    return { kind: "opened", connectionId, notifier, traits: channel.traits };
  } catch (error) {
    if (!(error instanceof HubError) || error.code === "store.unavailable") throw error;
    round.deps.logger.error("notify.closed", { connectionId, code: error.code });
    return { kind: "closed", connectionId, why: error.message };
  }
}

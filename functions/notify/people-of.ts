import type { Recipient } from "#shared/kit/routing/recipients.ts";
import { channelRecipient } from "#shared/model/notification.ts";

import { withoutComments } from "./item-channel.ts";
import type { Round } from "./round.ts";

/** Those that somebody reads: no comments on items, and no programs. */
export async function peopleOf<T extends Pick<Recipient, "recipient">>(
  round: Round,
  all: readonly T[],
): Promise<readonly T[]> {
  const { connections } = await round.policy();
  const systems = new Set(
    connections
      .filter(({ connector, settings }) => {
        const traits = round.deps.registry.find(connector)?.notifierTraits?.(settings);
        return traits?.isSystem === true;
      })
      .map(({ id }) => channelRecipient(id)),
  );
  return (await withoutComments(round, all)).filter(({ recipient }) => !systems.has(recipient));
}

import { openSource } from "#shared/access/open-source.ts";
import { HubError } from "#shared/errors.ts";
import { commentNotifier } from "#shared/kit/item-comments.ts";
import type { Message, Notifier } from "#shared/kit/notifier.ts";
import type { KnownChannel } from "#shared/kit/routing/channels-of.ts";
import { isIdOf } from "#shared/model/ids.ts";
import type { RecipientId } from "#shared/model/notification.ts";
import { channelRecipient } from "#shared/model/notification.ts";
import { noteOwnTouch } from "#shared/store/own-touches.ts";

import type { Round } from "./round.ts";

/**
 * Opens a connection that reads for the comments that it may put on its items. Before each of them it is
 * noted that the item is about to be touched by us, so that it is not taken for a sign of life.
 */
export async function openItemChannel(
  round: Round,
  { connection, name }: Pick<KnownChannel, "connection" | "name">,
): Promise<Notifier> {
  const { connections } = await round.policy();
  const { comments } = await openSource(round.deps, { connection, connections });
  if (!comments) {
    throw new HubError("connector.misconfigured", "This connection may not write comments");
  }
  const notifier = commentNotifier(comments, name);
  return {
    ...notifier,
    async send(message) {
      await note(round, message);
      return notifier.send(message);
    },
    async update(receipt, message) {
      await note(round, message);
      const refused = { outcome: "refused", reason: "It cannot be changed" } as const;
      return (await notifier.update?.(receipt, message)) ?? refused;
    },
  };
}

async function note({ deps }: Round, { subjectId }: Message): Promise<void> {
  if (subjectId === undefined || !isIdOf("work-item", subjectId)) return;
  await noteOwnTouch(deps, subjectId);
}

/** Those that are no comments on items, also while the connection of these is at rest. */
export async function withoutComments<T extends { readonly recipient: RecipientId }>(
  round: Round,
  all: readonly T[],
): Promise<readonly T[]> {
  const { connections } = await round.policy();
  const ofItems = new Set(
    connections
      .filter(({ connector }) => round.deps.registry.find(connector)?.notifier === undefined)
      .map(({ id }) => channelRecipient(id)),
  );
  return all.filter(({ recipient }) => !ofItems.has(recipient));
}

import type { Connector } from "#shared/kit/connector.ts";
import type { NotifierTraits } from "#shared/kit/notifier.ts";
import type { Connection } from "#shared/model/connection.ts";

import type { Channel } from "./recipients.ts";

/** A notifier that says nothing of itself: whoever reads it is told, and told when it is over. */
const plainTraits: NotifierTraits = { reaches: ["channel"], end: "message" };

/** A channel with its connection, to send by. */
export interface KnownChannel extends Channel {
  readonly connection: Connection;
}

/** The connections that can tell people now, in the order given. */
export function channelsOf(
  connections: readonly Connection[],
  registry: { find(name: string): Connector | undefined },
): readonly KnownChannel[] {
  return connections.flatMap((connection) => {
    const connector = registry.find(connection.connector);
    if (connection.status !== "active" || !connector?.notifier) return [];
    const traits = connector.notifierTraits?.(connection.settings) ?? plainTraits;
    return [{ id: connection.id, name: connection.name, traits, connection }];
  });
}

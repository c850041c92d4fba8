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

/** A connection that reads and may put what is found of its items on them. */
const itemTraits: NotifierTraits = { reaches: ["item"], end: "update" };

function traitsOf(connector: Connector, { settings }: Connection): NotifierTraits | undefined {
  if (connector.notifier) return connector.notifierTraits?.(settings) ?? plainTraits;
  const { commentsSetting } = connector;
  return commentsSetting !== undefined && settings[commentsSetting] === true
    ? itemTraits
    : undefined;
}

/** Whether it does nothing but put comments on items. */
export function isOfItems({ traits }: Pick<Channel, "traits">): boolean {
  return traits.reaches.includes("item");
}

/** The connections that can tell people now, in the order given. */
export function channelsOf(
  connections: readonly Connection[],
  registry: { find(name: string): Connector | undefined },
): readonly KnownChannel[] {
  return connections.flatMap((connection) => {
    const connector = registry.find(connection.connector);
    const traits = connector && traitsOf(connector, connection);
    if (connection.status !== "active" || !traits) return [];
    return [{ id: connection.id, name: connection.name, traits, connection }];
  });
}

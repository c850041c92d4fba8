import { HubError } from "#shared/errors.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";
import type { SecretValues } from "#shared/ports/secrets.ts";

import type { Connector } from "./connector.ts";
import { webhookSecretField } from "./connector.ts";

/** What a URL says by itself: an entity, or a key that its connection's source must be asked about. */
export type Recognized =
  | { readonly id: WorkItemId | GoalId }
  | { readonly connection: Connection; readonly key: string };

/** Questions about connections that only their connectors can answer, asked of the registry. */
export class Registry {
  readonly connectors: readonly Connector[];
  readonly #byName: ReadonlyMap<string, Connector>;

  constructor(connectors: readonly Connector[]) {
    this.connectors = connectors;
    this.#byName = new Map(connectors.map((connector) => [connector.name, connector]));
  }

  find(name: string): Connector | undefined {
    return this.#byName.get(name);
  }

  /** Throws `entity.not-found` for a connector that this release does not have. */
  get(name: string): Connector {
    const connector = this.#byName.get(name);
    if (connector) return connector;
    const known = this.connectors.map((candidate) => candidate.name).join(", ");
    throw new HubError("entity.not-found", `There is no connector “${name}”. There are: ${known}`);
  }

  readonly isSource = (connection: Connection): boolean =>
    this.find(connection.connector)?.source !== undefined;

  /** Whether the hub holds the only copy of what it reads: sent to it, or uploaded. */
  readonly isKept = (connection: Connection): boolean => {
    const { sendsTo, files } = this.find(connection.connector) ?? {};
    return sendsTo !== undefined || files !== undefined;
  };

  readonly providesGoals = (connection: Connection): boolean =>
    this.find(connection.connector)?.providesGoals(connection.settings) ?? false;

  /** Whether it may bring work items. */
  readonly providesWork = (connection: Connection): boolean =>
    this.find(connection.connector)?.collections.some(({ facts }) => facts.includes("work-item")) ??
    false;

  /** What a URL says by itself, asked of every connection that is in use. */
  recognizer(connections: readonly Connection[]): (url: string) => Recognized | undefined {
    const used = connections.filter(({ status }) => status !== "draft" && status !== "removing");
    return (text) => {
      const url = URL.parse(text);
      if (!url) return undefined;
      for (const connection of used) {
        const found = this.find(connection.connector)?.recognizeUrl?.(url, connection);
        if (typeof found === "object") return { connection, key: found.key };
        if (found !== undefined) return { id: found };
      }
      return undefined;
    };
  }
}

/** Where a connection's secrets are kept. */
export function secretName(connectionId: string): string {
  return `connection/${connectionId}`;
}

/**
 * What may sign deliveries of a connection by its own secret: what was typed in, and what hubs up to
 * November 2026 kept there under a subscription's id. Without an id: of any subscription.
 */
export function webhookSecrets(
  values: SecretValues | undefined,
  subscriptionId?: string,
): readonly string[] {
  const isOf = (name: string) =>
    subscriptionId === undefined
      ? name.startsWith("sub_")
      : name === subscriptionId || name === `${subscriptionId}.before`;
  return Object.entries(values ?? {})
    .filter(([name]) => name === webhookSecretField || isOf(name))
    .map(([, value]) => value);
}

import { HubError } from "#shared/errors.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Secrets, SecretValues } from "#shared/ports/secrets.ts";

import type { Connector, Source } from "./connector.ts";
import { secretFields, webhookSecretField } from "./connector.ts";
import type { Notifier } from "./notifier.ts";

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

  readonly providesGoals = (connection: Connection): boolean =>
    this.find(connection.connector)?.providesGoals(connection.settings) ?? false;

  /** Builds the function that says which entity of which connection a URL shows. */
  urlResolver(
    connections: readonly Connection[],
  ): (url: string) => WorkItemId | GoalId | undefined {
    return (text) => {
      const url = URL.parse(text);
      if (!url) return undefined;
      for (const connection of connections) {
        const id = this.find(connection.connector)?.recognizeUrl?.(url, connection);
        if (id !== undefined) return id;
      }
      return undefined;
    };
  }
}

/** Where a connection's secrets are kept. */
export function secretName(connectionId: string): string {
  return `connection/${connectionId}`;
}

/** Webhook secrets of subscriptions are kept beside the settings' own, under their subscription's id. */
export function webhookSecrets(values: SecretValues | undefined): readonly string[] {
  return Object.entries(values ?? {})
    .filter(([name]) => name.startsWith("sub_") || name === webhookSecretField)
    .map(([, value]) => value);
}

interface OpenDeps {
  readonly registry: Registry;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The settings as the connector knows them: stored ones and secrets together, parsed by its schema. */
async function fullSettings(
  { registry, secrets }: OpenDeps,
  connection: Connection,
): Promise<Record<string, unknown>> {
  const connector = registry.get(connection.connector);
  const stored = await secrets.read(secretName(connection.id));
  const own = Object.fromEntries(
    secretFields(connector).flatMap((field) => {
      const value = stored?.[field];
      return value === undefined ? [] : [[field, value]];
    }),
  );
  const parsed = connector.settings.safeParse({ ...connection.settings, ...own });
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
  throw new HubError(
    "connector.misconfigured",
    `The settings of connection ${connection.id} are incomplete or outdated (${paths}): edit them`,
  );
}

/** Opens the readable side of a connection. Throws `connector.misconfigured` when its settings do not parse. */
export async function openSource(
  deps: OpenDeps,
  connection: Connection,
  connections: readonly Connection[],
): Promise<Source> {
  const connector = deps.registry.get(connection.connector);
  if (!connector.source) {
    throw new HubError("input.invalid", `${connector.title} is not a source of records`);
  }
  const [build, settings] = await Promise.all([connector.source(), fullSettings(deps, connection)]);
  return build({
    connectionId: connection.id,
    // Parsed by this connector's own schema just now, which is what its factory was typed with.
    settings: settings as never,
    clock: deps.clock,
    logger: deps.logger.with({ connectionId: connection.id, connector: connector.name }),
    resolveUrl: deps.registry.urlResolver(connections),
  });
}

/** Opens a channel to tell people. */
export async function openNotifier(deps: OpenDeps, connection: Connection): Promise<Notifier> {
  const connector = deps.registry.get(connection.connector);
  if (!connector.notifier) {
    throw new HubError("input.invalid", `${connector.title} cannot deliver messages`);
  }
  const [build, settings] = await Promise.all([
    connector.notifier(),
    fullSettings(deps, connection),
  ]);
  // As above: parsed by this connector's own schema.
  return build(settings as never);
}

import { HubError } from "#shared/errors.ts";
import type { Source } from "#shared/kit/connector.ts";
import { secretFields } from "#shared/kit/connector.ts";
import { notifierContext } from "#shared/kit/notifier-context.ts";
import type { NotifierPorts } from "#shared/kit/notifier-context.ts";
import type { Notifier } from "#shared/kit/notifier.ts";
import { secretName } from "#shared/kit/registry.ts";
import type { Connection } from "#shared/model/connection.ts";
import { KeptRecordStore } from "#shared/store/kept-records.ts";

import { AddressBook } from "./address-book.ts";
import { openTokens } from "./grants.ts";
import type { OpenDeps } from "./open-deps.ts";
import { SharedBudget } from "./shared-budget.ts";
import { noteWaiting } from "./waiting-addresses.ts";
import { watchReadings } from "./watch-readings.ts";

/** The settings as the connector knows them: stored ones and secrets together, parsed by its schema. */
async function fullSettings(
  { registry, secrets }: Pick<OpenDeps, "registry" | "secrets">,
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

/** All connections there are: at hand, or read when somebody wants to know. */
export type AllConnections = readonly Connection[] | (() => Promise<readonly Connection[]>);

interface Opening {
  readonly connection: Connection;
  /** For the addresses that records carry: most readings meet none, and then they are not asked for. */
  readonly connections: AllConnections;
  /** Whether a person waits: then the reserve of the budget may be used. */
  readonly isInteractive?: boolean;
  /** Share of the budget that it must leave to others; absent: what people wait for. */
  readonly reserve?: number;
  /** Settings that are being tried, parsed by the connector's schema; absent: the stored ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Opens the readable side of a connection. Throws `connector.misconfigured` when its settings do not parse. */
export async function openSource(deps: OpenDeps, opening: Opening): Promise<Source> {
  const { connection, connections, isInteractive = false, reserve } = opening;
  const connector = deps.registry.get(connection.connector);
  if (!connector.source) {
    throw new HubError("input.invalid", `${connector.title} is not a source of records`);
  }
  const [build, settings, tokens] = await Promise.all([
    connector.source(),
    opening.settings ?? fullSettings(deps, connection),
    connection.grantId && openTokens(deps, connection.grantId),
  ]);
  const logger = deps.logger.with({ connectionId: connection.id, connector: connector.name });
  const addresses = new AddressBook({
    ...deps,
    logger,
    recognizer: async () => deps.registry.recognizer(await listed(connections)),
    // A webhook comes for every change, and asking each time would be dear; pulls come back to it.
    doubtsUnknown: !isInteractive,
    open: (other) => openSource(deps, { connection: other, connections, isInteractive }),
  });
  const owner = connection.grantId ?? connection.id;
  const source = build({
    connectionId: connection.id,
    // Parsed by this connector's own schema just now, which is what its factory was typed with.
    settings: settings as never,
    clock: deps.clock,
    logger,
    resolveUrls: (urls) => addresses.resolve(urls),
    kept: new KeptRecordStore(deps, connection.id),
    budget: new SharedBudget(deps, {
      owner,
      isInteractive,
      ...(reserve !== undefined && { reserve }),
    }),
    ...(tokens && { tokens }),
  });
  return watchReadings(source, noteWaiting(deps, connection, addresses));
}

async function listed(connections: AllConnections): Promise<readonly Connection[]> {
  return typeof connections === "function" ? connections() : connections;
}

/** Opens a channel to tell people. */
export async function openNotifier(
  deps: Pick<OpenDeps, "registry" | "secrets" | "clock"> & NotifierPorts,
  connection: Connection,
): Promise<Notifier> {
  const connector = deps.registry.get(connection.connector);
  if (!connector.notifier) {
    throw new HubError("input.invalid", `${connector.title} cannot deliver messages`);
  }
  const [build, settings] = await Promise.all([
    connector.notifier(),
    fullSettings(deps, connection),
  ]);
  // As above: parsed by this connector's own schema.
  return build(settings as never, notifierContext(deps));
}

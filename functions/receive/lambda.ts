import { connectors } from "#connectors/index.ts";
import { clock, inbox, logger, secrets, table } from "#shared/adapters/aws-ports.ts";
import { environments, readEnvironment } from "#shared/adapters/environment.ts";
import { Registry } from "#shared/kit/registry.ts";

import { createHandler } from "./handler.ts";
import { HeardSubscriptions } from "./heard-subscriptions.ts";
import { KnownConnections } from "./known-connections.ts";

const environment = readEnvironment(environments.receive, process.env);
const store = table(environment);
const log = logger(environment, "receive");

export const handler = createHandler({
  clock,
  logger: log,
  table: store,
  inbox: inbox(environment),
  secrets: secrets(environment),
  registry: new Registry(connectors),
  connections: new KnownConnections(store, clock),
  heard: new HeardSubscriptions({ table: store, clock, logger: log }),
});

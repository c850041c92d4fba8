import { connectors } from "#connectors/index.ts";
import { clock, inbox, logger, secrets, table } from "#shared/adapters/aws-ports.ts";
import { environments, readEnvironment } from "#shared/adapters/environment.ts";
import { randomText } from "#shared/adapters/random-text.ts";
import { Registry } from "#shared/kit/registry.ts";

import { DeliveryTally } from "./delivery-tally.ts";
import { createHandler } from "./handler.ts";

const environment = readEnvironment(environments.ingest, process.env);
const store = table(environment);

export const handler = createHandler({
  clock,
  logger: logger(environment, "ingest"),
  table: store,
  inbox: inbox(environment),
  secrets: secrets(environment),
  registry: new Registry(connectors),
  random: randomText,
  tally: new DeliveryTally(store, clock),
});

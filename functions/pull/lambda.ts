import { connectors } from "#connectors/index.ts";
import { clock, logger, pulls, secrets, table } from "#shared/adapters/aws-ports.ts";
import { environments, readEnvironment } from "#shared/adapters/environment.ts";
import { randomText } from "#shared/adapters/random-text.ts";
import { Registry } from "#shared/kit/registry.ts";

import { createHandler } from "./handler.ts";

const environment = readEnvironment(environments.pull, process.env);

export const handler = createHandler({
  clock,
  logger: logger(environment, "pull"),
  table: table(environment),
  pulls: pulls(environment),
  secrets: secrets(environment),
  publicUrl: environment.PUBLIC_URL,
  random: randomText,
  registry: new Registry(connectors),
});

import { connectors } from "#connectors/index.ts";
import { clock, logger, pulls, table } from "#shared/adapters/aws-ports.ts";
import { environments, readEnvironment } from "#shared/adapters/environment.ts";
import { Registry } from "#shared/kit/registry.ts";
import { rules } from "#shared/rules/index.ts";

import { createHandler } from "./handler.ts";

const environment = readEnvironment(environments.sweep, process.env);

export const handler = createHandler({
  clock,
  logger: logger(environment, "sweep"),
  table: table(environment),
  pulls: pulls(environment),
  registry: new Registry(connectors),
  rules,
});

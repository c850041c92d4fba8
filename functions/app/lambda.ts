import { connectors } from "#connectors/index.ts";
import {
  accessToken,
  clock,
  logger,
  outbound,
  pulls,
  eventRules,
  queueAdmin,
  secrets,
  table,
} from "#shared/adapters/aws-ports.ts";
import { environments, readEnvironment } from "#shared/adapters/environment.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { randomText } from "#shared/adapters/random-text.ts";
import { Registry } from "#shared/kit/registry.ts";
import { rules } from "#shared/rules/index.ts";

import { createHandler } from "./handler.ts";

const environment = readEnvironment(environments.app, process.env);

export const handler = createHandler({
  clock,
  logger: logger(environment, "app"),
  table: table(environment),
  secrets: secrets(environment),
  pulls: pulls(environment),
  queueAdmin: queueAdmin(environment),
  eventRules: eventRules(environment),
  accessToken: accessToken(environment),
  publicUrl: environment.PUBLIC_URL,
  random: randomText,
  registry: new Registry(connectors),
  outbound: outbound(),
  rules,
  createScratchTable: () => createMemoryTable(),
});

import { clock, logger, table } from "#shared/adapters/aws-ports.ts";
import { environments, readEnvironment } from "#shared/adapters/environment.ts";
import { rules } from "#shared/rules/index.ts";

import { createHandler } from "./handler.ts";

const environment = readEnvironment(environments.alert, process.env);

export const handler = createHandler({
  clock,
  logger: logger(environment, "alert"),
  table: table(environment),
  rules,
});

import { clock, inbox, logger, table } from "#shared/adapters/aws-ports.ts";
import { environments, readEnvironment } from "#shared/adapters/environment.ts";
import { randomText } from "#shared/adapters/random-text.ts";

import { createHandler } from "./handler.ts";

const environment = readEnvironment(environments.scim, process.env);

export const handler = createHandler({
  clock,
  logger: logger(environment, "scim-server"),
  table: table(environment),
  inbox: inbox(environment),
  publicUrl: environment.PUBLIC_URL,
  random: randomText,
});

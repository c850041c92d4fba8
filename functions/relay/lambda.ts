import { bus, clock, logger } from "#shared/adapters/aws-ports.ts";
import { readStreamRecord } from "#shared/adapters/dynamodb/stream-image.ts";
import { environments, readEnvironment } from "#shared/adapters/environment.ts";

import { createHandler } from "./handler.ts";

const environment = readEnvironment(environments.relay, process.env);

export const handler = createHandler({
  clock,
  logger: logger(environment, "relay"),
  bus: bus(environment),
  readRecord: readStreamRecord,
});

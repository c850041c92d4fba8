import { connectors } from "#connectors/index.ts";
import { clock, cloudMail, logger, outbound, secrets, table } from "#shared/adapters/aws-ports.ts";
import { environments, readEnvironment } from "#shared/adapters/environment.ts";
import { randomText } from "#shared/adapters/random-text.ts";
import { Registry } from "#shared/kit/registry.ts";
import { rules } from "#shared/rules/index.ts";
import { OrgReader } from "#shared/store/org-reader.ts";

import { createHandler } from "./handler.ts";

const environment = readEnvironment(environments.notify, process.env);
const hubTable = table(environment);

export const handler = createHandler({
  clock,
  logger: logger(environment, "notify"),
  table: hubTable,
  secrets: secrets(environment),
  publicUrl: environment.PUBLIC_URL,
  registry: new Registry(connectors),
  outbound: outbound(),
  cloudMail: cloudMail(),
  random: randomText,
  rules,
  orgReader: new OrgReader(hubTable, clock),
});

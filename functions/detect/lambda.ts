import { connectors } from "#connectors/index.ts";
import { clock, logger, table } from "#shared/adapters/aws-ports.ts";
import { readStreamRecord } from "#shared/adapters/dynamodb/stream-image.ts";
import { environments, readEnvironment } from "#shared/adapters/environment.ts";
import { Registry } from "#shared/kit/registry.ts";
import { metricDimension } from "#shared/ports/log-metrics.ts";
import { rules } from "#shared/rules/index.ts";
import { OrgReader } from "#shared/store/org-reader.ts";

import { createHandler } from "./handler.ts";

const environment = readEnvironment(environments.detect, process.env);
const store = table(environment);
const registry = new Registry(connectors);

export const handler = createHandler({
  clock,
  // By its table one hub's metrics are told from another's.
  logger: logger(environment, "detect").with({ [metricDimension]: environment.TABLE_NAME }),
  table: store,
  orgReader: new OrgReader(store, clock),
  readRecord: readStreamRecord,
  rules,
  isSource: registry.isSource,
  providesGoals: registry.providesGoals,
  providesWork: registry.providesWork,
});

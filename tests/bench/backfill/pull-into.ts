import { pull } from "#functions/pull/pull.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";
import type { Table } from "#shared/ports/table.ts";

import { withTemporaryFolder } from "../temporary-folder.ts";
import { createForgetfulTable } from "./forgetful-table.ts";
import type { ReadRequest } from "./messages.ts";
import { startMeter } from "./meter.ts";
import type { Measured } from "./meter.ts";
import { pullIssuesMessage, ReadingHub } from "./reading-hub.ts";

/** The whole pull function, once, from the first page to the last. */
export async function pullInto(request: ReadRequest): Promise<Measured> {
  switch (request.reader) {
    case "pull-into-memory":
      return pulled(request, createMemoryTable());
    case "pull-into-nothing":
      return pulled(request, createForgetfulTable());
    case "pull-into-database":
      return withTemporaryFolder((folder) => pulledIntoDatabase(request, folder));
    default:
      throw new Error(`${request.reader} does not store`);
  }
}

async function pulled({ access, lanes }: ReadRequest, table: Table): Promise<Measured> {
  const hub = new ReadingHub(table, systemClock);
  await hub.connectByToken(access.url, lanes);
  const meter = startMeter();
  await pull(hub.deps, pullIssuesMessage);
  const measured = meter();
  const { recordsRead, problem, state } = await hub.cursor();
  if (state !== "idle") throw new Error(`The run ended ${state}: ${problem?.message ?? ""}`);
  return { issues: recordsRead, ...measured };
}

async function pulledIntoDatabase(request: ReadRequest, dataDir: string): Promise<Measured> {
  // Loaded here, where nobody measures memory.
  const [{ startDatabase }, { createDynamoTable }, { silentLogger }] = await Promise.all([
    import("#infra/local/database/start-database.ts"),
    import("#shared/adapters/dynamodb/table.ts"),
    import("#infra/local/logger.ts"),
  ]);
  const database = await startDatabase({ dataDir, clock: systemClock, logger: silentLogger });
  try {
    const { client, tableName } = database;
    return await pulled(request, createDynamoTable({ client, tableName, clock: systemClock }));
  } finally {
    await database.close();
  }
}

import { pull } from "#functions/pull/pull.ts";
import { startDatabase } from "#infra/local/database/start-database.ts";
import { silentLogger } from "#infra/local/logger.ts";
import { createDynamoTable } from "#shared/adapters/dynamodb/table.ts";
import { createMemoryTable } from "#shared/adapters/memory/memory-table.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";
import type { Source } from "#shared/kit/connector.ts";
import type { Table } from "#shared/ports/table.ts";

import { serveRequests } from "../serve-requests.ts";
import type { Stop } from "../serve-requests.ts";
import { withTemporaryFolder } from "../temporary-folder.ts";
import { createForgetfulTable } from "./forgetful-table.ts";
import type { ReadAnswer, Reader, ReadRequest } from "./messages.ts";
import { parseOnly } from "./parse-only.ts";
import { pullIssuesMessage, ReadingHub } from "./reading-hub.ts";
import { consentedSource, tokenSource } from "./sources.ts";

/** What reads, in a process of its own: neither the site nor the benchmark share its thread and memory. */
serveRequests(async (request: ReadRequest | Stop): Promise<ReadAnswer> => {
  if (request.kind === "stop") return { issues: 0, ms: 0, cpuMs: 0, peakRssMiB: 0 };
  const readers: Readonly<Record<Reader, () => Promise<Measured>>> = {
    source: () => counted(request, issuesOf(tokenSource(request))),
    "consented-source": () => counted(request, issuesOf(consentedSource(request))),
    "parse-only": () => counted(request, parseOnly(request)),
    "pull-into-memory": () => pulled(request, createMemoryTable()),
    "pull-into-nothing": () => pulled(request, createForgetfulTable()),
    "pull-into-database": () =>
      withTemporaryFolder((folder) => pulledIntoDatabase(request, folder)),
  };
  const measured = await readers[request.reader]();
  // In KiB on Linux and macOS.
  return { ...measured, peakRssMiB: process.resourceUsage().maxRSS / 1024 };
});

type Measured = Omit<ReadAnswer, "peakRssMiB">;

/** Normalized, counted and let go. */
async function* issuesOf(source: Source): AsyncGenerator<number> {
  for await (const { changes, rejected } of source.pull("issues", undefined)) {
    if (rejected.length > 0) throw new Error(`An issue was rejected: ${rejected[0]?.reason}`);
    yield changes.length;
  }
}

async function counted({ pagesMax }: ReadRequest, pages: AsyncIterable<number>): Promise<Measured> {
  let meter = startMeter();
  let issues = 0;
  let count = 0;
  for await (const read of pages) {
    count += 1;
    // A part of a run says nothing of the requests that it begins with: the clock starts after them.
    if (pagesMax !== undefined && count === 1) {
      meter = startMeter();
      continue;
    }
    issues += read;
    if (count > (pagesMax ?? Infinity)) break;
  }
  return { issues, ...meter() };
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
  const database = await startDatabase({ dataDir, clock: systemClock, logger: silentLogger });
  try {
    const { client, tableName } = database;
    const table = createDynamoTable({ client, tableName, clock: systemClock });
    return await pulled(request, table);
  } finally {
    await database.close();
  }
}

function startMeter(): () => { readonly ms: number; readonly cpuMs: number } {
  const startMs = performance.now();
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return { ms: performance.now() - startMs, cpuMs: (user + system) / 1000 };
  };
}

import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { startDatabase } from "#infra/local/database/start-database.ts";
import { openJournal } from "#infra/local/journal.ts";
import { silentLogger } from "#infra/local/logger.ts";
import { LocalQueues } from "#infra/local/queues.ts";
import { createDynamoTable } from "#shared/adapters/dynamodb/table.ts";
import { systemClock } from "#shared/adapters/system-clock.ts";
import type { Table } from "#shared/ports/table.ts";
import { factItem } from "#shared/store/facts.ts";
import { upserted, workItem } from "#shared/testing/facts.ts";

import { serveRequests } from "../serve-requests.ts";
import type { Stop } from "../serve-requests.ts";
import type { Answer, Request } from "./messages.ts";

/**
 * The least that any hub of this make must do, and nothing else: take a signed request and keep it
 * durably; write a fact under a condition. How fast this machine does those is the limit.
 */
const closers: (() => Promise<void> | void)[] = [];
let table: Table | undefined;

serveRequests(async (request: Request | Stop): Promise<Answer> => {
  switch (request.kind) {
    case "start-intake":
      return { url: await startIntake(request.dataDir, request.secret) };
    case "start-writes":
      table = await openTable(request.dataDir);
      return {};
    case "write":
      if (!table) throw new Error("The table is not open");
      return { perSecond: await writesPerSecond(table, request.lanes, request.forMs) };
    case "stop":
      for (const close of closers.toReversed()) await close();
      return {};
    default:
      throw new Error(`A limit does not ${request.kind}`);
  }
});

/** A bare server: reads the body, compares its HMAC, parses it, keeps it durably in the local queue, answers. */
async function startIntake(dataDir: string, secret: string): Promise<string> {
  const journal = openJournal(join(dataDir, "queues.db"));
  const spec = { visibilityTimeoutSeconds: 60, maxReceiveCount: 5, retentionDays: 1 };
  const queues = await LocalQueues.open(journal, systemClock, { inbox: spec });
  const inbox = queues.queue("inbox");
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      const expected = createHmac("sha256", secret).update(body).digest();
      const given = Buffer.from(String(request.headers["x-hub-signature"]).slice(7), "hex");
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
        response.writeHead(401).end();
        return;
      }
      const text = body.toString("utf8");
      JSON.parse(text);
      void inbox.send(text).then(() => response.writeHead(202, { "content-length": 0 }).end());
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(
    () => journal.close(),
    () => server.closeAllConnections(),
    () => void server.close(),
  );
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

async function openTable(dataDir: string): Promise<Table> {
  const database = await startDatabase({ dataDir, clock: systemClock, logger: silentLogger });
  closers.push(() => database.close());
  const { client, tableName } = database;
  return createDynamoTable({ client, tableName, clock: systemClock });
}

const itemsPerLane = 100;

/** Newer states of facts, each under the condition that the older one still stands, as ingest writes them. */
async function writesPerSecond(table: Table, lanes: number, forMs: number): Promise<number> {
  let done = 0;
  let isOver = false;
  const start = performance.now();
  const lane = async (name: number) => {
    const versions = new Map<number, number>();
    for (let turn = 0; !isOver; turn += 1) {
      const at = turn % itemsPerLane;
      const version = (versions.get(at) ?? start) + 1;
      const change = upserted(workItem(`${start}-${name}-${at}`, { version: Math.floor(version) }));
      const before = versions.get(at);
      const item = {
        ...factItem(change, [], { current: undefined, now: change.record.readAt }),
        turn,
      };
      const outcome = await table.write({
        kind: "put",
        item,
        condition:
          before === undefined ? [[["pk", "absent"]]] : [[["turn", "=", turn - itemsPerLane]]],
      });
      if (!outcome.applied) throw new Error("A condition failed that nobody else touches");
      versions.set(at, version);
      done += 1;
    }
  };
  const running = Promise.all(Array.from({ length: lanes }, (_, name) => lane(name)));
  await pause(forMs);
  isOver = true;
  await running;
  return (done / (performance.now() - start)) * 1000;
}

import { join } from "node:path";

import { atRate, oneByOne, saturated } from "./b3/drive.ts";
import { FlightLog } from "./b3/flight-log.ts";
import type { Flight } from "./b3/flight-log.ts";
import { HttpLanes } from "./b3/http-lanes.ts";
import { judgeEndToEnd } from "./b3/judge.ts";
import type { Round } from "./b3/judge.ts";
import type { Answer, Ingested, Request } from "./b3/messages.ts";
import type { Bench, BenchResult } from "./bench.ts";
import { Child } from "./child.ts";
import { withTemporaryFolder } from "./temporary-folder.ts";
import { startVendors } from "./vendors.ts";
import { jiraConnection, webhookSecret, createSite } from "./workload/company.ts";
import { EventMaker } from "./workload/event-maker.ts";
import { signalMix } from "./workload/mix.ts";

/** Many short ones: what else the machine does then falls on every side of a comparison. */
const rounds = 5;
const lanesCount = 64;
const writeLanes = 32;
const counts = { warmUp: 1160, alone: 40, saturated: 1450, intake: 1500, ends: 40 } as const;
const pacedSeconds = 3;
/** Ten times the mix: a median of fewer than its twenty alerts would be chance. */
const pacedMin = 10 * signalMix.length;
/** The rate that the research asks for, whatever this machine can do. */
const wishedPerSecond = 500;
const endsPerSecond = 20;
const writeMs = 1200;

export const endToEnd: Bench = {
  id: "B3",
  title:
    "End to end: signed Jira delivery → graph → signal → alert → message, local hub in its own process",
  run: () => withTemporaryFolder(measure),
};

async function measure(folder: string): Promise<BenchResult> {
  const log = new FlightLog(async (alerts) => {
    const { records = [] } = await hub.ask({ kind: "look-up", alerts });
    return records;
  });
  const closers: (() => Promise<void> | void)[] = [];
  const file = new URL("b3/hub-process.ts", import.meta.url);
  const hub = new Child<Request, Answer, Ingested>(file, { onNote: (done) => log.ingested(done) });
  closers.push(() => hub.stop());
  try {
    const vendors = await startVendors((seen) => log.heard(seen));
    closers.push(() => vendors.close());
    const { jiraUrl, slackUrl } = vendors;
    const dataDir = join(folder, "hub");
    const { url = "" } = await hub.ask({ kind: "start-hub", dataDir, jiraUrl, slackUrl });
    const lanes = new HttpLanes(new URL(`/webhooks/jira/${jiraConnection}`, url), lanesCount);
    closers.push(() => lanes.close());
    // Deliveries of now, in each round anew: those that were long on their way are read again at the tool.
    const startMs = Date.now();
    const events = new EventMaker(createSite(startMs), startMs);
    await saturated(lanes, log, events.all());
    await hub.ask({ kind: "declare-ready" });
    await saturated(lanes, log, events.take(signalMix, counts.warmUp));
    const limits = await openLimits(folder, closers);
    const measured: Round[] = [];
    const atPace = (perSecond: number) => {
      const count = Math.max(pacedMin, Math.round(pacedSeconds * perSecond));
      return atRate(lanes, log, events.take(signalMix, count), perSecond);
    };
    for (let round = 0; round < rounds; round += 1) {
      events.goOnAt(Date.now());
      const full = await saturated(lanes, log, events.take(signalMix, counts.saturated));
      measured.push({
        saturated: full.perSecond,
        burst: full.flights,
        intakeLimit: await limits.intake(events),
        writeLimit: await limits.writes(),
        alone: await oneByOne(lanes, log, events.take(["relink", "block"], counts.alone)),
        quarter: await atPace(full.perSecond / 4),
        wished: await atPace(wishedPerSecond),
      });
    }
    events.goOnAt(Date.now());
    const ends = await resolveSome(lanes, log, events);
    // What is told twice is told late.
    await hub.ask({ kind: "settle" });
    return judgeEndToEnd(measured, {
      ends,
      tellings: log.tellings,
      jiraRequests: vendors.jiraRequests(),
    });
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

/** Relinks and unblocks in turn, until so many messages have nothing left that stands. */
async function resolveSome(
  lanes: HttpLanes,
  log: FlightLog,
  events: EventMaker,
): Promise<readonly Flight[]> {
  const flights: Flight[] = [];
  while (log.tellings.counts.endsDue < counts.ends) {
    flights.push(
      ...(await atRate(lanes, log, events.take(["relink", "block"], 50), endsPerSecond)),
    );
  }
  return flights;
}

interface Limits {
  /** Deliveries a second that a bare server verifies and keeps durably. */
  intake(events: EventMaker): Promise<number>;
  /** Conditional writes a second that the embedded database takes. */
  writes(): Promise<number>;
}

async function openLimits(
  folder: string,
  closers: (() => Promise<void> | void)[],
): Promise<Limits> {
  const file = new URL("b3/limit-process.ts", import.meta.url);
  const limitProcess = () => new Child<Request, Answer>(file);
  const [intake, table] = [limitProcess(), limitProcess()];
  closers.push(
    () => intake.stop(),
    () => table.stop(),
  );
  const secret = webhookSecret;
  const dataDir = join(folder, "intake");
  const { url = "" } = await intake.ask({ kind: "start-intake", dataDir, secret });
  await table.ask({ kind: "start-writes", dataDir: join(folder, "writes") });
  const lanes = new HttpLanes(new URL(url), lanesCount);
  closers.push(() => lanes.close());
  const writes = async (forMs: number) =>
    (await table.ask({ kind: "write", lanes: writeLanes, forMs })).perSecond ?? Number.NaN;
  await writes(writeMs / 4);
  return {
    intake: async (events) => {
      const sent = events.take(["comment"], counts.intake);
      const start = performance.now();
      const nothing = () => undefined;
      const statuses = await Promise.all(sent.map((event) => lanes.send(event, nothing)));
      if (statuses.some((status) => status !== 202)) throw new Error("The bare server refused");
      return (sent.length / (performance.now() - start)) * 1000;
    },
    writes: () => writes(writeMs),
  };
}

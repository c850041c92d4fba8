import type { FactId } from "#shared/model/ids.ts";
import { dayMs, hourMs } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { seededRandom } from "#shared/testing/simulator/seeded-random.ts";

import { graphContent, knownIds } from "./graph-content.ts";
import { HubUnderTest } from "./hub-under-test.ts";
import { faultyNetwork, Network } from "./network.ts";
import { pick, type Random, type ToolKind, type ToolUnderTest } from "./tool-under-test.ts";

/** How one run ended: what the graph has and should not, and the other way round. */
export interface SeedResult {
  readonly seed: number;
  readonly missing: readonly string[];
  readonly surplus: readonly string[];
  readonly deadLetters: number;
  /** Signals that differ from those of a recomputed graph. */
  readonly drift: number;
  readonly facts: number;
  readonly webhooks: Network["counts"];
  readonly requestFaults: number;
}

const changesMin = 15;
const changesMax = 40;

/**
 * One history under faults: a company works in the tool, webhooks are dropped, doubled and overtake each
 * other, the API refuses and fails, tokens die, projects vanish and return, the table stumbles. Then all
 * is well for a day, and the graph must say what a clean full read of the same tool says.
 */
export async function runSeed(kind: ToolKind, seed: number): Promise<SeedResult> {
  const random = seededRandom(seed);
  const network = new Network({ ...clockOf(() => hub), sleep: () => Promise.resolve() }, random);
  await network.open();
  const hub: HubUnderTest = new HubUnderTest(network, random);
  const tool = await kind.start(hub.hub.clock);
  try {
    await hub.connect(tool.connector, tool.settings, { withWebhooks: true });
    await hub.minute();
    await live({ hub, tool, network, random });
    // Before they are cleared, and their counts with them.
    const requestFaults = tool.faults.list().reduce((sum, { hits }) => sum + hits, 0);
    await getWell({ hub, tool, network });
    return { seed, requestFaults, ...(await compare({ hub, tool, network, random })) };
  } finally {
    await tool.close();
    await network.close();
  }
}

/** The network is made before the hub whose time it keeps. */
function clockOf(hub: () => HubUnderTest) {
  return { nowMs: () => hub().hub.clock.nowMs(), now: () => hub().hub.clock.now() };
}

interface Run {
  readonly hub: HubUnderTest;
  readonly tool: ToolUnderTest;
  readonly network: Network;
  readonly random: Random;
}

async function live(run: Run): Promise<void> {
  const { hub, network, random } = run;
  network.become(faultyNetwork);
  const amends: (() => void)[] = [];
  const changes = changesMin + Math.floor(random() * (changesMax - changesMin));
  for (let count = 0; count < changes; count += 1) {
    await liveOn(run, amends);
  }
  // Some troubles last: what changed behind them is older than what any poll looks back to.
  if (amends.length > 0 && random() < 0.4) {
    hub.hub.clock.advance(4 * dayMs);
    for (let minutes = 0; minutes < 3; minutes += 1) await hub.minute();
  }
  for (const amend of amends) amend();
}

/** A few changes, perhaps a trouble or the end of one, and some minutes. */
async function liveOn({ hub, tool, random }: Run, amends: (() => void)[]): Promise<void> {
  if (random() < 0.15) armRequestFault(tool, random);
  if (random() < 0.06) amends.push(random() < 0.3 ? revoke(tool) : tool.annoy(random));
  if (random() < 0.1) amends.shift()?.();
  hub.tableFailures = random() < 0.1 ? 0.02 : 0;
  for (let burst = 1 + Math.floor(random() * 3); burst > 0; burst -= 1) tool.change(random);
  await tool.settle();
  for (let minutes = Math.floor(random() * 8); minutes > 0; minutes -= 1) await hub.minute();
}

/** The token is dead until an admin enters another one. */
function revoke({ faults, apiPrefix }: ToolUnderTest): () => void {
  const dead = { on: "request", kind: "status", status: 401, pathPrefix: apiPrefix } as const;
  const id = faults.arm(dead);
  return () => faults.clear(id);
}

/** What an API does to its clients, for a handful of requests. */
function armRequestFault({ faults, apiPrefix }: ToolUnderTest, random: Random): void {
  const times = 1 + Math.floor(random() * 6);
  const on = {
    on: "request",
    pathPrefix: apiPrefix,
    times,
    skip: Math.floor(random() * 4),
  } as const;
  const kinds = [
    () => faults.arm({ ...on, kind: "status", status: 429, retryAfterSeconds: 20 }),
    () => faults.arm({ ...on, kind: "status", status: 429, retryAfterSeconds: 1500 }),
    () => faults.arm({ ...on, kind: "status", status: 503, retryAfterSeconds: 5 }),
    () => faults.arm({ ...on, kind: "status", status: 500 }),
    () => faults.arm({ ...on, kind: "reset" }),
    () => faults.arm({ ...on, kind: "truncate" }),
  ];
  pick(random, kinds)?.();
}

/** The faults end; what is under way arrives; every pull and a whole reconcile come due. */
async function getWell({ hub, tool, network }: Omit<Run, "random">): Promise<void> {
  tool.faults.clear();
  hub.tableFailures = 0;
  network.become({ dropped: 0, duplicated: 0, delayMsMax: 0 });
  await network.deliver(true);
  await hub.drain();
  for (let step = 0; step < 3; step += 1) {
    hub.hub.clock.advance(25 * hourMs);
    await tool.settle();
    await network.deliver(true);
    for (let minutes = 0; minutes < 4; minutes += 1) await hub.minute();
  }
}

async function compare({ hub, tool, network, random }: Run) {
  await hub.hub.settle(10_000);
  const known = await knownIds(hub.hub.table);
  const clean = await readClean(tool, hub.hub.clock.nowMs(), { random, known });
  const [is, should] = [await graphContent(hub.hub.table), clean];
  const [had, wanted] = [new Set(is), new Set(should)];
  return {
    missing: should.filter((line) => !had.has(line)),
    surplus: is.filter((line) => !wanted.has(line)),
    deadLetters: hub.deadLetters,
    drift: await hub.hub.drift(),
    facts: should.length,
    webhooks: network.counts,
  };
}

/** A hub that never saw any of it, reading the same tool once. */
async function readClean(
  tool: ToolUnderTest,
  nowMs: number,
  { random, known }: { readonly random: Random; readonly known: readonly FactId[] },
): Promise<readonly string[]> {
  const network = new Network(new ManualClock(new Date(nowMs).toISOString()), random);
  const hub = new HubUnderTest(network, random);
  hub.hub.clock.advance(nowMs - hub.hub.clock.nowMs());
  await hub.connect(tool.connector, tool.settings, { withWebhooks: false });
  for (let minutes = 0; minutes < 10 && !(await hub.isReady()); minutes += 1) await hub.minute();
  if (!(await hub.isReady())) throw new Error(`A clean read of ${tool.connector} does not end`);
  // A source's lists may leave out what it shows by id: what is known is asked for.
  await hub.readByIds(known);
  return graphContent(hub.hub.table);
}

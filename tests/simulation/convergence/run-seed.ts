import type { FactId } from "#shared/model/ids.ts";
import { dayMs, hourMs } from "#shared/model/time.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { seededRandom } from "#shared/testing/simulator/seeded-random.ts";

import { graphContent, knownIds } from "./graph-content.ts";
import { HubUnderTest } from "./hub-under-test.ts";
import { faultyNetwork, Network } from "./network.ts";
import { Tally } from "./tally.ts";
import type { Random, ToolKind, ToolUnderTest } from "./tool-under-test.ts";
import { type Amends, armRequestFault, lastingTrouble, requestsHit } from "./troubles.ts";

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
  /** How often each trouble truly met the hub while the faults lasted. */
  readonly met: Readonly<Record<string, number>>;
}

const changesMin = 15;
const changesMax = 40;

/**
 * One history under faults: a company works in the tool, webhooks are dropped, doubled and overtake each
 * other, the API refuses and fails, tokens die, cursors expire, projects vanish and return, an admin
 * pauses, the table stumbles. Then all is well for some days, and the graph must say what a clean full read of the same tool says.
 */
export async function runSeed(kind: ToolKind, seed: number): Promise<SeedResult> {
  const random = seededRandom(seed);
  const network = new Network({ ...clockOf(() => hub), sleep: () => Promise.resolve() }, random);
  await network.open();
  const hub: HubUnderTest = new HubUnderTest(network, random);
  const tool = await kind.start(hub.hub.clock, random);
  const tally = new Tally();
  try {
    // The first read has its troubles too.
    if (random() < 0.5) armRequestFault({ tool, random });
    if (random() < 0.5) tool.expireCursors(random);
    // Without webhooks it lives on what it asks for.
    const withWebhooks = random() < 0.7;
    await hub.connect(tool.connector, tool.settings, { withWebhooks });
    await hub.minute();
    await live({ hub, tool, network, random, tally });
    // Before they are cleared, and their counts with them.
    tally.addAll(requestsHit(tool.faults));
    tally.addAll(tool.cursorsMet());
    await getWell({ hub, tool, network });
    const met = tally.toRecord();
    return { seed, met, ...(await compare({ hub, tool, network, random })) };
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
  readonly tally: Tally;
}

async function live(run: Run): Promise<void> {
  const { hub, network, random } = run;
  network.become(faultyNetwork);
  const amends: Amends[] = [];
  const changes = changesMin + Math.floor(random() * (changesMax - changesMin));
  for (let count = 0; count < changes; count += 1) {
    await liveOn(run, amends);
  }
  // Some troubles last: what changed behind them is older than what any poll looks back to.
  if (amends.length > 0 && random() < 0.4) {
    hub.hub.clock.advance(4 * dayMs);
    for (let minutes = 0; minutes < 3; minutes += 1) await hub.minute();
  }
  for (const amend of amends) await amend();
}

/** A few changes, perhaps a trouble or the end of one, and some minutes. */
async function liveOn(run: Run, amends: Amends[]): Promise<void> {
  const { hub, tool, random } = run;
  if (random() < 0.15) armRequestFault(run);
  if (random() < 0.2) tool.expireCursors(random);
  if (random() < 0.08) amends.push(await lastingTrouble(run));
  if (random() < 0.1) await amends.shift()?.();
  hub.tableFailures = random() < 0.1 ? 0.02 : 0;
  for (let burst = 1 + Math.floor(random() * 3); burst > 0; burst -= 1) tool.change(random);
  await tool.settle();
  for (let minutes = Math.floor(random() * 8); minutes > 0; minutes -= 1) await hub.minute();
}

/** The faults end; what is under way arrives; every pull and a whole reconcile come due. */
async function getWell({ hub, tool, network }: Omit<Run, "random" | "tally">): Promise<void> {
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

async function compare({ hub, tool, network, random }: Omit<Run, "tally">) {
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

import { hourMs } from "#shared/model/time.ts";
import { listDocuments } from "#shared/store/documents.ts";
import { lists } from "#shared/store/keys.ts";
import { cursorSpec } from "#shared/store/specs.ts";

import { bringUp, closeGaps, pass, settle, takeStep } from "./acts.ts";
import { begin } from "./begin.ts";
import { readClean } from "./clean-read.ts";
import { beginRead, connectCompany } from "./first-reading.ts";
import type { CreateTable } from "./host/host.ts";
import { checkConverged } from "./invariants/1-convergence.ts";
import { checkNoLoss } from "./invariants/2-no-loss.ts";
import { checkIncremental, checkSameSignals } from "./invariants/3-incremental.ts";
import { checkSupport } from "./invariants/4-support.ts";
import { checkOnce } from "./invariants/5-once.ts";
import { checkBounded } from "./invariants/9-bounded.ts";
import { planOf } from "./plan-of.ts";
import type { Plan } from "./plan.ts";
import { streamOf } from "./random.ts";
import type { Run, Violation } from "./run.ts";
import { violated } from "./run.ts";
import { toolNames } from "./world/company.ts";
import { mendAll } from "./world/edits.ts";

export interface SeedResult {
  readonly seed: number;
  /** Of everything that happened, in order: the same plan gives the same. */
  readonly digest: string;
  readonly violations: readonly Violation[];
  /** How often each fault truly met the hub. */
  readonly met: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
}

export interface RunOptions {
  /** Another table than the one in memory; where it is no part of this process, digests differ. */
  readonly createTable?: CreateTable;
}

export async function runSeed(seed: number): Promise<SeedResult> {
  return runPlan(planOf(seed));
}

/** A company lives through its plan; then all is well for a day, and everything must be right. */
export async function runPlan(plan: Plan, options: RunOptions = {}): Promise<SeedResult> {
  const { company, isRead = false } = plan.config;
  // What was read into the table in memory is in no other.
  const isReadBefore = company !== undefined && isRead && options.createTable === undefined;
  const run = isReadBefore ? await beginRead(plan, company) : begin(plan, options);
  try {
    if (!isReadBefore) await connectCompany(run);
    for (const step of plan.steps) await takeStep(run, step);
    await getWell(run);
    await checkEnd(run);
  } catch (error) {
    violated(
      run,
      9,
      `the run itself failed: ${error instanceof Error ? error.stack : String(error)}`,
    );
  }
  return resultOf(run);
}

/** The faults end; what is under way arrives; every pull and a whole reconcile come due. */
async function getWell(run: Run): Promise<void> {
  const { company, host, network } = run;
  run.step = "getting well";
  network.isCalm = true;
  host.disarm();
  host.hotKeys.end();
  host.stream.keepAll();
  bringUp(run);
  company.channel.answer = () => undefined;
  for (const name of toolNames) {
    const { api, tool } = company.sites[name];
    api.disarm();
    api.standing = undefined;
    network.begin(`mend ${name}`);
    mendAll(tool);
    for (const { id } of tool.records.values()) tool.setHidden(id, false);
  }
  run.troubled.clear();
  await network.deliver(true);
  if (run.plan.config.isRead !== true) await readToTheEnd(run);
  // What else is under way comes before the day ends, or after it: both happen.
  if (isUnderWay(run) && streamOf(run.plan.seed, "getting well")() < 0.5) await pass(run, 10);
  run.clock.advance(26 * hourMs);
  await pass(run, 3);
  await arrive(run);
  // Longer than the longest wait after a failure.
  if (redrive(run) || isUnderWay(run) || (await isBehind(run))) await pass(run, 33);
  // What died again, or was not asked for yet, has one more try.
  if (redrive(run)) await pass(run, 21);
  await closeGaps(run);
  await arrive(run);
}

/** A reconcile comes due hours after a first reading, which must have ended to have one in this day. */
async function readToTheEnd(run: Run): Promise<void> {
  for (const minutes of [10, 33]) if (await isBehind(run)) await pass(run, minutes);
}

/** Whether something is sent and not done with. */
function isUnderWay({ host }: Run): boolean {
  const queues = [host.inbox, host.pulls, ...host.targets];
  return !host.stream.isDrained || queues.some(({ waiting, dead }) => waiting + dead.length > 0);
}

/** Whether a reading has yet to be tried again. */
async function isBehind({ host }: Run): Promise<boolean> {
  const cursors = await listDocuments(host.table, cursorSpec, lists.cursors);
  return cursors.some(({ state }) => state !== "idle");
}

/** More rounds of waiting than any chain of events has links. */
const arrivalsMax = 12;

/** What the bus still has on its way is waited for. */
async function arrive(run: Run): Promise<void> {
  const { host, clock } = run;
  for (let round = 0; round < arrivalsMax; round += 1) {
    const nextMs = Math.min(...[host.inbox, ...host.targets].map(({ nextDueMs }) => nextDueMs));
    if (!Number.isFinite(nextMs)) return;
    clock.advance(Math.max(0, nextMs - clock.nowMs()));
    await settle(run);
  }
}

/** An operator sends the dead letters back. */
function redrive({ host, met }: Run): boolean {
  let all = 0;
  for (const queue of [host.inbox, host.pulls, ...host.targets]) {
    const back = queue.redrive();
    if (back > 0) met.add("dead letter redriven", back);
    all += back;
  }
  const records = host.stream.redriveGivenUp();
  if (records > 0) met.add("stream record given up", records);
  return all + records > 0;
}

async function checkEnd(run: Run): Promise<void> {
  run.step = "end";
  await checkIncremental(run);
  const clean = readClean(run);
  await checkConverged(run, clean);
  await checkNoLoss(run);
  await checkSameSignals(run, clean);
  await checkSupport(run);
  await checkOnce(run);
  checkBounded(run);
  const { inbox, pulls, targets, stream } = run.host;
  const dead = [inbox, pulls, ...targets].reduce((sum, queue) => sum + queue.dead.length, 0);
  if (dead + stream.givenUp.length > 0)
    violated(run, 9, `${dead} letters are dead, after all was well`);
}

function resultOf(run: Run): SeedResult {
  const { host, network, company, plan } = run;
  const { readUnits, writeUnits } = host.table.usage();
  return {
    seed: plan.seed,
    digest: host.digest(),
    violations: run.violations,
    met: run.met.toRecord(),
    counts: {
      steps: plan.steps.length,
      webhooks: network.sent,
      acknowledged: network.acknowledged.size,
      invocations: host.invocations,
      crashes: host.crashes,
      streamRecords: host.records,
      events: host.published,
      notifications: company.channel.received.size,
      writeUnits,
      readUnits,
      requests: toolNames.reduce((sum, name) => sum + company.sites[name].api.requests, 0),
    },
  };
}

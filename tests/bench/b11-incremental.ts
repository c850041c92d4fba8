import { LiveGraph } from "#shared/graph/live-graph.ts";
import { MemoryGraph } from "#shared/graph/view.ts";
import { WholeSight, numbersFor } from "#shared/graph/whole-sight.ts";
import { LiveFindings } from "#shared/kit/live-findings.ts";
import type { Delta } from "#shared/kit/rule.ts";
import { rules } from "#shared/rules/index.ts";
import { now } from "#shared/testing/graph.ts";

import { BrokenLaw, checkAllFindings, checkUnlinked } from "../property/kernel/checks.ts";
import type { Living } from "../property/kernel/checks.ts";
import { Dice, itemCount, largeGraph } from "./b11/large-graph.ts";
import { someDelta } from "./b11/some-delta.ts";
import type { Bench, BenchResult } from "./bench.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { percentile } from "./statistics.ts";

const changeCount = 100_000;
const batch = 1_000;
/**
 * Changes before those that count, with a comparison in their midst: a process that follows a graph lives
 * long, and code that meets a new kind of caller is compiled anew.
 */
const warmUpCount = 50_000;
/** Against the pass over everything at these points, and word for word against a new graph at the end. */
const checkedEvery = 25_000;
const microsecondsMax = 20;
/** What the pass over everything may take, and before it the numbering of all items. */
const passMsMax = 300;
const numberingMsMax = 3_000;

export const incremental: Bench = {
  id: "B11",
  title: `Incremental in memory: ${changeCount.toLocaleString("en")} changes to ${itemCount.toLocaleString("en")} items`,
  async run(): Promise<BenchResult> {
    const dice = new Dice(11);
    const graph = largeGraph(dice);
    const set = rules.map((rule) => ({ rule, options: rule.options.parse({}) }));
    const live = new LiveGraph(graph);
    const [findings, beginMs] = timed(() => new LiveFindings(live, set, now));
    const living: Living = { live, findings, rules: set, allowances: [], now };
    const young = await follow(living, dice, warmUpCount);
    const course = await follow(living, dice, changeCount);
    const sight = await measureSight(graph);
    const [mismatch, checkMs] = timed(() => broken(() => checkAllFindings(living, anew(graph))));
    const compared = [...young.mismatches, ...course.mismatches, mismatch];
    const mismatches = compared.filter((one) => one !== undefined);
    const checks = compared.length;
    const limit = bareLimit();
    const each = course.processorUs / changeCount;
    const eachYoung = young.processorUs / warmUpCount;
    return {
      checks: [
        {
          what: `processor time for a change, findings of all ${rules.length} rules included`,
          measured: each,
          limit: microsecondsMax,
          limitName: "what is allowed",
          unit: "µs",
          target: { atMost: 1 },
        },
        {
          what: "comparisons with an evaluation of everything that agree",
          measured: checks - mismatches.length,
          limit: checks,
          limitName: "comparisons",
          unit: "comparisons",
          target: { atLeast: 1 },
        },
        {
          what: "processor time for the pass over everything, from numbers to verdicts",
          measured: sight.passMs,
          limit: passMsMax,
          limitName: "what is allowed",
          unit: "ms",
          target: { atMost: 1 },
        },
        {
          what: "processor time for numbering all items before it",
          measured: sight.numberingMs,
          limit: numberingMsMax,
          limitName: "what is allowed",
          unit: "ms",
          target: { atMost: 1 },
        },
      ],
      notes: [
        `a change on the one thread that does the work ${(course.threadUs / changeCount).toFixed(1)} µs; the rest is of threads that collect garbage and compile`,
        `each of the first ${warmUpCount.toLocaleString("en")}, while the process was young, ${eachYoung.toFixed(1)} µs`,
        `a change by the clock on the wall: median of batches ${percentile(course.wallUs, 0.5).toFixed(1)} µs, slowest ${percentile(course.wallUs, 1).toFixed(1)} µs`,
        `bare limit: setting as many entries of a map of as many took ${limit.toFixed(2)} µs each; a change with its findings takes ${(each / limit).toFixed(0)} times as long`,
        `${course.told.toLocaleString("en")} findings opened, changed or cleared; ${rules.map(({ name }) => `${name} ${findings.openFindings(name).size.toLocaleString("en")}`).join(", ")} open at the end`,
        `of everything ${sight.linkedPercent.toFixed(0)} % is linked; a first evaluation of all rules ${(beginMs / 1000).toFixed(1)} s, the last comparison ${(checkMs / 1000).toFixed(1)} s`,
        `${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB of memory with both graphs`,
        ...mismatches,
      ],
    };
  },
};

interface Followed {
  readonly processorUs: number;
  /** Of it, on the thread that does the work. */
  readonly threadUs: number;
  /** Of each batch, by the clock on the wall, for one change. */
  readonly wallUs: readonly number[];
  readonly told: number;
  /** What was wrong at each point that was looked at. */
  readonly mismatches: readonly (string | undefined)[];
}

/**
 * What is to happen is thought up outside of the time that is measured, and what a comparison leaves behind
 * is collected there.
 */
async function follow(living: Living, dice: Dice, count: number): Promise<Followed> {
  const wallUs: number[] = [];
  const mismatches: (string | undefined)[] = [];
  let [processorUs, threadUs, told] = [0, 0, 0];
  await collectGarbage();
  for (let done = 0; done < count; done += batch) {
    const deltas: Delta[] = [];
    for (let n = 0; n < batch; n += 1) deltas.push(someDelta(living.live, dice));
    const thread = process.threadCpuUsage();
    const [[changes, ms], us] = processorTimed(() =>
      timed(() => deltas.reduce((sum, delta) => sum + living.findings.apply([delta]).length, 0)),
    );
    const { user, system } = process.threadCpuUsage(thread);
    threadUs += user + system;
    processorUs += us;
    wallUs.push((ms * 1000) / batch);
    told += changes;
    if ((done + batch) % checkedEvery !== 0) continue;
    mismatches.push(broken(() => checkUnlinked(living)));
    await collectGarbage();
  }
  return { processorUs, threadUs, wallUs, told, mismatches };
}

/** What law is broken, if one is. */
function broken(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof BrokenLaw) return error.message.slice(0, 500);
    throw error;
  }
}

/** The same facts and edges in a graph that no change has gone through. */
function anew(graph: MemoryGraph): MemoryGraph {
  const fresh = new MemoryGraph(graph.org, graph.sources);
  for (const id of graph.removed()) fresh.addRemoved(id);
  for (const item of graph.items()) fresh.addItem(item);
  for (const goal of graph.goals()) fresh.addGoal(goal);
  for (const link of graph.links()) fresh.addLink(link);
  for (const edge of graph.dependencies()) fresh.addDependency(edge);
  return fresh;
}

interface Pass {
  readonly numberingMs: number;
  readonly passMs: number;
  readonly linkedPercent: number;
}

/** Of three passes the middle one: the first is compiled while it runs. */
async function measureSight(graph: MemoryGraph): Promise<Pass> {
  const passes: Pass[] = [];
  for (let n = 0; n < 3; n += 1) passes.push(await measurePass(graph));
  const middle = (of: (pass: Pass) => number) => percentile(passes.map(of), 0.5);
  return {
    numberingMs: middle((one) => one.numberingMs),
    passMs: middle((one) => one.passMs),
    linkedPercent: middle((one) => one.linkedPercent),
  };
}

async function measurePass(graph: MemoryGraph): Promise<Pass> {
  const options = { now, allowances: [], homes: "all" } as const;
  await collectGarbage();
  const [numbers, numberingUs] = processorTimed(() => numbersFor(graph, options));
  await collectGarbage();
  const [linked, passUs] = processorTimed(() => {
    const sight = new WholeSight(graph, options, numbers);
    let count = 0;
    for (let n = 0; n < numbers.items.length; n += 1) {
      if (sight.verdictAt(n) === "linked") count += 1;
    }
    return count;
  });
  const linkedPercent = (linked / numbers.items.length) * 100;
  return { numberingMs: numberingUs / 1000, passMs: passUs / 1000, linkedPercent };
}

/** In processor time too, so that both sides of the ratio are of one kind. */
function bareLimit(): number {
  const map = new Map<string, number>();
  for (let n = 0; n < itemCount; n += 1) map.set(`item ${n}`, n);
  const dice = new Dice(12);
  const keys = Array.from({ length: changeCount }, () => `item ${dice.roll(itemCount)}`);
  const [, us] = processorTimed(() => {
    for (const [n, key] of keys.entries()) map.set(key, n);
  });
  return us / changeCount;
}

/** In µs, of all threads of this process: what else runs on the machine is not counted. */
function processorTimed<T>(run: () => T): readonly [T, number] {
  const start = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(start);
  return [result, user + system];
}

function timed<T>(run: () => T): readonly [T, number] {
  const start = performance.now();
  const result = run();
  return [result, performance.now() - start];
}

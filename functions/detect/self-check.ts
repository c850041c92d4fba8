import { HubError } from "#shared/errors.ts";
import type { SelfCheck, SelfCheckResult } from "#shared/model/self-check.ts";
import type { Instant } from "#shared/model/time.ts";
import type { Condition, ItemChange, Table } from "#shared/ports/table.ts";
import {
  createDocument,
  getDocument,
  readDocument,
  replaceDocument,
} from "#shared/store/documents.ts";
import {
  listSelfChecks,
  selfCheckKey,
  selfCheckSpec,
  wantedSelfCheck,
} from "#shared/store/self-checks.ts";
import {
  askForRecompute,
  readWantedRecompute,
  wantedRecomputeSpec,
} from "#shared/store/wanted-recompute.ts";

import type { DetectDeps } from "./deps.ts";
import type { Recomputed } from "./recompute.ts";
import { recompute } from "./recompute.ts";

type SelfCheckDeps = Omit<DetectDeps, "readRecord">;

/** One that twice came to no end needs more time or memory than there is, and the stream must go on. */
const attemptsMax = 2;

/** The hourly run; kept beside those that people asked for. Throws what made it fail. */
export async function scheduledSelfCheck(deps: SelfCheckDeps, untilMs: number): Promise<void> {
  const wanted = wantedSelfCheck(deps.clock.now(), "schedule");
  // Else one of the very same moment is under way.
  if (!(await createDocument(deps.table, selfCheckSpec, wanted))) return;
  const failure = await runSelfCheck(deps, { wantedAt: wanted.wantedAt, untilMs });
  if (failure) throw failure;
}

/** When somebody asked for a self-check, where this change tells of it. */
export function selfCheckAskedIn({ after }: ItemChange): Instant | undefined {
  if (after?.["type"] !== "self-check") return undefined;
  const { state, startedBy, wantedAt } = readDocument(selfCheckSpec, after);
  return state === "wanted" && startedBy === "person" ? wantedAt : undefined;
}

/**
 * Carries out a self-check that is wanted, once: told of it again, it does nothing. What made it fail
 * is noted with the run, and returned: nothing else waits for its result. What time was too short for is
 * asked for as a recompute.
 */
export async function runSelfCheck(
  deps: SelfCheckDeps,
  asked: { readonly wantedAt: Instant; readonly untilMs: number },
): Promise<HubError | undefined> {
  const { table, clock, logger } = deps;
  const running = await begin(deps, asked.wantedAt);
  if (!running) return undefined;
  const startedMs = clock.nowMs();
  const end = (ended: Partial<SelfCheck>) =>
    replaceDocument(table, selfCheckSpec, running, {
      ...running,
      ...ended,
      durationMs: clock.nowMs() - startedMs,
    });
  try {
    const recomputed = await pass(deps, asked.untilMs);
    const result = resultOf(recomputed);
    const durationMs = clock.nowMs() - startedMs;
    report(deps, running, { ...result, differing: recomputed.differing, durationMs });
    await end({ state: "done", result });
    return undefined;
  } catch (error) {
    const failure =
      error instanceof HubError
        ? error
        : new HubError("invariant.broken", "A self-check failed", { cause: error });
    const problem = failure.code;
    logger.error("self-check.failed", { problem, startedBy: running.startedBy });
    await end({ state: "failed", problem });
    return failure;
  }
}

/** The whole of it serves a recompute that was asked for before it began; a part of it asks for one. */
async function pass(deps: SelfCheckDeps, untilMs: number): Promise<Recomputed> {
  const { table, clock } = deps;
  const wanted = await readWantedRecompute(table);
  const isAwaited = wanted !== undefined && wanted.state !== "done";
  const recomputed = await recompute(deps, { since: await startOfLast(deps), isAwaited, untilMs });
  if (recomputed.remaining > 0) await askForRecompute(table, clock.now());
  else if (isAwaited) {
    // Lost to whoever asked meanwhile, as it should be.
    await replaceDocument(table, wantedRecomputeSpec, wanted, { ...wanted, state: "done" });
  }
  return recomputed;
}

async function begin(
  { table, clock, logger }: SelfCheckDeps,
  wantedAt: Instant,
): Promise<SelfCheck | undefined> {
  const wanted = await getDocument(table, selfCheckSpec, selfCheckKey(wantedAt));
  if (!wanted || wanted.state === "done" || wanted.state === "failed") return undefined;
  if (wanted.attempts === 0 && (await isAnswered(table, wanted))) {
    const condition: Condition = [[["revision", "=", wanted.revision]]];
    await table.write({ kind: "delete", key: selfCheckKey(wantedAt), condition });
    return undefined;
  }
  if (wanted.attempts >= attemptsMax) {
    const problem = "out-of-time";
    logger.error("self-check.failed", { problem, startedBy: wanted.startedBy });
    await replaceDocument(table, selfCheckSpec, wanted, { ...wanted, state: "failed", problem });
    return undefined;
  }
  return replaceDocument(table, selfCheckSpec, wanted, {
    ...wanted,
    state: "running",
    startedAt: clock.now(),
    attempts: wanted.attempts + 1,
  });
}

/** Whether another run began after this one was wanted, and is done: two had asked in one moment. */
async function isAnswered(table: Table, { wantedAt }: SelfCheck): Promise<boolean> {
  const runs = await listSelfChecks(table);
  return runs.some(
    ({ state, startedAt, wantedAt: other }) =>
      other !== wantedAt && state === "done" && startedAt !== undefined && startedAt > wantedAt,
  );
}

/** When the latest run began that came to its end: what differed since then by the clock alone is no drift. */
async function startOfLast({ table }: SelfCheckDeps): Promise<Instant | undefined> {
  const runs = await listSelfChecks(table);
  return runs.find(({ state }) => state === "done")?.startedAt;
}

function resultOf(recomputed: Recomputed): SelfCheckResult {
  const { subjects, opened, cleared, updated, expected, examples, unreadable } = recomputed;
  const { remaining } = recomputed;
  const counts = { subjects, opened, cleared, updated, expected, unreadable };
  const drift = Object.values(recomputed.drift).reduce((sum, count) => sum + count, 0);
  return {
    ...counts,
    drift,
    driftByRule: recomputed.drift,
    ...(remaining > 0 && { remaining }),
    examples: [...examples],
    unreadableNamed: recomputed.unreadableNamed.map((one) => ({ ...one })),
  };
}

interface Told extends SelfCheckResult {
  readonly differing: number;
  readonly durationMs: number;
}

/** The line is a metric too: see `shared/ports/log-metrics.ts`. */
function report({ logger }: SelfCheckDeps, { startedBy }: SelfCheck, told: Told): void {
  const { subjects, differing, drift, expected, opened, cleared, updated } = told;
  const { unreadable, durationMs } = told;
  const counts = { subjects, differing, drift, expected, opened, cleared, updated, unreadable };
  logger.info("self-check.done", { ...counts, durationMs, startedBy });
  if (drift > 0) logger.warn("detect.drift-mended", { drift, subjects });
}

import { isDeepStrictEqual } from "node:util";

import { openSource } from "#shared/access/open-source.ts";
import type { AllConnections } from "#shared/access/open-source.ts";
import { HubError } from "#shared/errors.ts";
import type { WriteBack } from "#shared/kit/write-back.ts";
import type { Connection } from "#shared/model/connection.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import { epochMsOf, instantOf, minuteMs } from "#shared/model/time.ts";
import type { WriteBackBatch, WriteBackId, WriteBackItem } from "#shared/model/write-back.ts";
import { taskOf } from "#shared/model/write-back.ts";
import { getConnection } from "#shared/store/connections.ts";
import { replaceDocument } from "#shared/store/documents.ts";
import { getWriteBack, listWriteBackItems, writeBackSpec } from "#shared/store/write-backs.ts";

import type { PullDeps } from "./deps.ts";
import { noteProblem } from "./freshness.ts";
import { touching } from "./touching.ts";
import { WriteBackRun, leaseMs } from "./write-back-run.ts";
import type { Outcome } from "./write-back-step.ts";
import { applyItem, previewItems, undoItem } from "./write-back-step.ts";

/** A run hands over to a new message after this long, well before the function's own limit. */
const runMsMax = 10 * minuteMs;
/** The longest delay that a queue can give a message. */
const delaySecondsMax = 900;
/** Somebody else works on the batch: look again then. */
const busySeconds = 15;
const readsAtOnce = 50;
const retryMsMin = 2000;
const retryMsMax = 15 * minuteMs;
/** With the waits above, most of a day. */
const retriesMax = 80;
/** So many items refused one after the other are no longer the items' fault. */
const refusalsMax = 10;

interface Batch {
  readonly connection: Connection;
  readonly connections: AllConnections;
  readonly batchId: WriteBackId;
}

/**
 * Goes on with a batch: reads what stands in the tool, writes what was approved, or takes it back.
 * One worker at a time, and each item is kept when it is done, so a run that dies is simply repeated.
 */
export async function writeBack(deps: PullDeps, wanted: Batch): Promise<void> {
  const batch = await getWriteBack(deps.table, wanted.batchId);
  if (batch?.connectionId !== wanted.connection.id) return;
  const nowMs = deps.clock.nowMs();
  if (batch.lease && epochMsOf(batch.lease.until) > nowMs) return again(deps, batch, busySeconds);
  const waitMs = batch.waitsUntil === undefined ? 0 : epochMsOf(batch.waitsUntil) - nowMs;
  if (waitMs > 0) return again(deps, batch, Math.ceil(waitMs / 1000));
  const items = await listWriteBackItems(deps.table, batch.id);
  if (nextItems(batch, items).length === 0 && taskOf(batch) === undefined) return;
  const leased = await replaceDocument(deps.table, writeBackSpec, batch, {
    ...batch,
    lease: { holder: deps.random(10), until: instantOf(nowMs + leaseMs) },
    updatedAt: deps.clock.now(),
  });
  if (!leased) return again(deps, batch, 1);
  // Should this run die without a word, this message finds the lease lapsed and goes on.
  await again(deps, batch, delaySecondsMax);
  await work(deps, { ...wanted, run: new WriteBackRun(deps, { batch: leased, items }) });
}

async function again(
  deps: PullDeps,
  { connectionId, id }: WriteBackBatch,
  delaySeconds: number,
): Promise<void> {
  const message: PullMessage = { kind: "write-back", connectionId, batchId: id };
  const options = { delaySeconds: Math.min(delaySeconds, delaySecondsMax) };
  await deps.pulls.send(JSON.stringify(message), options);
}

/** What is to be done next, given what the batch is for now. */
function nextItems(
  batch: WriteBackBatch,
  items: Iterable<WriteBackItem>,
): readonly WriteBackItem[] {
  const all = [...items];
  switch (taskOf(batch)) {
    case "previewing":
      return all.filter(({ state }) => state === "unread").slice(0, readsAtOnce);
    case "applying":
      return all.filter(({ state }) => state === "planned").slice(0, 1);
    case "undoing":
      return all.filter((item) => mayStand(item, batch)).slice(0, 1);
    case undefined:
      return all.filter(({ undoWantedAt }) => undoWantedAt !== undefined).slice(0, 1);
  }
}

/** A value of ours may stand there: also where a run was cut off before it could tell. */
function mayStand(item: WriteBackItem, { undone }: WriteBackBatch): boolean {
  const { state, before, writtenAt, triedIn } = item;
  if (state === "written" || state === "planned") return true;
  const wasTried = triedIn !== undefined && triedIn === undone?.at;
  if (state === "failed") return before !== undefined && !wasTried;
  return state === "conflict" && writtenAt !== undefined && !wasTried;
}

type Work = Batch & { readonly run: WriteBackRun };

async function work(deps: PullDeps, { run, ...wanted }: Work): Promise<void> {
  let refusals = 0;
  try {
    const tool = await openTool(deps, wanted, run.batch);
    while (run.isOurs()) {
      const items = nextItems(run.batch, run.items.values());
      if (items.length === 0) {
        if (await run.finish()) return report(deps, run);
        continue;
      }
      if (!(await mayGoOn(deps, run, wanted))) return await handOver(deps, run, 0);
      refusals = (await step(run, { tool, items })) ? 0 : refusals + 1;
      if (refusals >= refusalsMax) {
        const why = [...run.items.values()].findLast(({ state }) => state === "failed")?.reason;
        throw new HubError("connector.forbidden", why ?? "The tool refuses every item");
      }
      await run.progress();
    }
  } catch (error) {
    if (error instanceof HubError && error.code.startsWith("store.")) throw error;
    await stop(deps, run, asHubError(error));
  }
}

/** Only into the place that the batch was previewed for. */
async function openTool(
  deps: PullDeps,
  { connection, connections }: Omit<Batch, "batchId">,
  { place }: WriteBackBatch,
): Promise<WriteBack> {
  if (connection.status !== "active" && connection.status !== "degraded") {
    throw new HubError("entity.conflict", "The connection is paused: resume it first");
  }
  const { writeBack: tool } = await openSource(deps, { connection, connections });
  if (tool?.place === place) return touching(deps, tool);
  throw new HubError(
    "connector.misconfigured",
    `The settings of the connection no longer say that the hub writes to ${place}: set them so to go on, or to take it back`,
  );
}

/** Who pauses a connection, or turns its write-back off, means the next item too. */
async function mayGoOn(
  { table, clock }: PullDeps,
  { startedMs }: WriteBackRun,
  { connection: { id, settings, grantId } }: Omit<Batch, "batchId">,
): Promise<boolean> {
  if (clock.nowMs() - startedMs > runMsMax) return false;
  const now = await getConnection(table, id);
  const isInUse = now?.status === "active" || now?.status === "degraded";
  return isInUse && now.grantId === grantId && isDeepStrictEqual(now.settings, settings);
}

/** False when the tool refused the item. Failures that concern more than one item are thrown. */
async function step(
  run: WriteBackRun,
  { tool, items }: { readonly tool: WriteBack; readonly items: readonly WriteBackItem[] },
): Promise<boolean> {
  const task = taskOf(run.batch) ?? "undoing";
  if (task === "previewing") {
    const outcomes = await previewItems(tool, items);
    for (const item of items) {
      const outcome = outcomes.get(item.factId);
      if (outcome) await run.settle(item, outcome);
    }
    return true;
  }
  for (const item of items) {
    const outcome = await attempt(() => (task === "applying" ? applyItem : undoItem)(tool, item));
    await run.settle(item, outcome);
    if (outcome.state === "failed") return false;
  }
  return true;
}

async function attempt(act: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof HubError) || concernsAll(error)) throw error;
    return { state: "failed", reason: error.message.slice(0, 500) };
  }
}

function concernsAll({ code, traits }: HubError): boolean {
  return traits.retry === "later" || code === "connector.unauthorized";
}

/** A defect of ours must not begin again every quarter of an hour: the batch stops and says so. */
function asHubError(error: unknown): HubError {
  if (error instanceof HubError) return error;
  const name = error instanceof Error ? error.name : typeof error;
  const message = "It failed in a way that the hub did not foresee";
  return new HubError("invariant.broken", message, { cause: error, details: { name } });
}

async function stop(deps: PullDeps, run: WriteBackRun, error: HubError): Promise<void> {
  const { id, connectionId } = run.batch;
  const retries = run.hasSettled ? 0 : run.batch.retries;
  const { code, details } = error;
  deps.logger.warn("write-back.stopped", { connectionId, batchId: id, code, ...details });
  if (error.traits.retry === "later" && error.code !== "entity.conflict" && retries < retriesMax) {
    const waitMs = error.retryAfterMs ?? Math.min(retryMsMax, retryMsMin * 2 ** retries);
    return handOver(deps, run, waitMs, retries + 1);
  }
  if (taskOf(run.batch) === undefined) {
    for (const item of nextItems(run.batch, run.items.values())) {
      await run.leave(item, error.message);
    }
    return handOver(deps, run, 0);
  }
  await run.fail(error);
  if (error.code === "connector.unauthorized") await noteProblem(deps, connectionId, error);
}

async function handOver(
  deps: PullDeps,
  run: WriteBackRun,
  waitMs: number,
  retries = 0,
): Promise<void> {
  await run.release(waitMs, retries);
  await again(deps, run.batch, Math.ceil(waitMs / 1000));
}

function report(deps: PullDeps, { batch, startedMs }: WriteBackRun): void {
  const { id, connectionId, state, counts } = batch;
  const elapsedMs = deps.clock.nowMs() - startedMs;
  deps.logger.info("write-back.done", { connectionId, batchId: id, state, elapsedMs, ...counts });
}

import type { HubError } from "#shared/errors.ts";
import type { WorkItemId } from "#shared/model/ids.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import type { WriteBackBatch, WriteBackItem, WriteBackTask } from "#shared/model/write-back.ts";
import { countStates, taskOf } from "#shared/model/write-back.ts";
import type { Unversioned } from "#shared/store/documents.ts";
import { getDocument, replaceDocument } from "#shared/store/documents.ts";
import {
  getWriteBackMark,
  removeWriteBackMark,
  saveWriteBackItem,
  saveWriteBackMark,
  writeBackKey,
  writeBackSpec,
} from "#shared/store/write-backs.ts";

import type { PullDeps } from "./deps.ts";
import type { Outcome } from "./write-back-step.ts";

/** Longer than any step takes: three requests, each of which is given up within 45 seconds. */
export const leaseMs = 5 * minuteMs;
/** How often progress is written while items go through. */
const saveEveryMs = 2000;

const restOf: Readonly<Record<WriteBackTask, WriteBackBatch["state"]>> = {
  previewing: "previewed",
  applying: "applied",
  undoing: "undone",
};

type Patch = Partial<Omit<WriteBackBatch, "revision" | "lease" | "waitsUntil" | "failure">> & {
  readonly lease?: WriteBackBatch["lease"] | undefined;
  readonly waitsUntil?: WriteBackBatch["waitsUntil"];
  readonly failure?: WriteBackBatch["failure"];
};

/**
 * One worker's hold on a batch. Its items are its own while the lease lasts; the batch's state may
 * be changed by people meanwhile, which the next save notices.
 */
export class WriteBackRun {
  batch: WriteBackBatch;
  readonly items: Map<WorkItemId, WriteBackItem>;
  readonly startedMs: number;
  /** Whether any item went through in this run. */
  hasSettled = false;
  readonly #deps: PullDeps;
  readonly #holder: string;
  #savedMs: number;

  constructor(
    deps: PullDeps,
    { batch, items }: { readonly batch: WriteBackBatch; readonly items: readonly WriteBackItem[] },
  ) {
    this.#deps = deps;
    this.batch = batch;
    this.items = new Map(items.map((item) => [item.factId, item]));
    this.#holder = batch.lease?.holder ?? "";
    this.startedMs = deps.clock.nowMs();
    this.#savedMs = this.startedMs;
  }

  /** Keeps what a step decided: first what stands in the tool, then the item, so a repeat is harmless. */
  async settle(item: WriteBackItem, decided: Outcome): Promise<void> {
    const { reason: _reason, undoWantedAt: _wanted, ...rest } = item;
    const { isWritten = decided.state === "written", ...outcome } = decided;
    const now = this.#deps.clock.now();
    const next: WriteBackItem = {
      ...rest,
      ...outcome,
      ...(isWritten && { writtenAt: now }),
      ...(this.batch.state === "undoing" && this.batch.undone && { triedIn: this.batch.undone.at }),
      ...(outcome.state === "planned" && (await this.#replaced(item, outcome))),
      changedAt: now,
    };
    await this.#mark(next);
    await this.#keep(next);
    this.hasSettled ||= outcome.state !== "failed";
  }

  /** One item that was to be taken back stays as it is, for this reason. */
  async leave(item: WriteBackItem, reason: string): Promise<void> {
    const { undoWantedAt: _wanted, ...rest } = item;
    await this.#keep({ ...rest, reason: reason.slice(0, 500) });
  }

  async #keep(item: WriteBackItem): Promise<void> {
    await saveWriteBackItem(this.#deps.table, item);
    this.items.set(item.factId, item);
  }

  /** Whose value of ours the preview found: undoing gives it back its due. */
  async #replaced(
    { connectionId, factId }: WriteBackItem,
    { before }: Outcome,
  ): Promise<Pick<WriteBackItem, "replaces">> {
    const mark = await getWriteBackMark(this.#deps.table, connectionId, factId);
    return mark !== undefined && mark.value === before ? { replaces: mark.batchId } : {};
  }

  async #mark(item: WriteBackItem): Promise<void> {
    const { table, clock } = this.#deps;
    const { connectionId, factId, batchId, wanted, before, state, replaces } = item;
    const base = { type: "write-back-mark", connectionId, factId, at: clock.now() } as const;
    const saysSoAlready = state === "skipped" && before !== undefined && before === wanted;
    if ((state === "written" || saysSoAlready) && wanted !== null) {
      await saveWriteBackMark(table, { ...base, batchId, value: wanted });
    } else if (state === "undone") {
      const mark = await getWriteBackMark(table, connectionId, factId);
      if (mark === undefined || mark.value === before) return;
      if (replaces === undefined || typeof before !== "string") {
        await removeWriteBackMark(table, connectionId, factId);
      } else await saveWriteBackMark(table, { ...base, batchId: replaces, value: before });
    }
  }

  /** Tells how far it is, and keeps the lease, now and then. False when the batch is another's now. */
  async progress(): Promise<boolean> {
    if (this.#deps.clock.nowMs() - this.#savedMs < saveEveryMs) return true;
    await this.#save({ lease: this.#lease() });
    return this.isOurs();
  }

  isOurs(): boolean {
    return this.batch.lease?.holder === this.#holder;
  }

  /** All is done that was asked for. False when somebody has asked for more meanwhile. */
  async finish(): Promise<boolean> {
    const task = taskOf(this.batch);
    const state = task === undefined ? this.batch.state : restOf[task];
    return this.#save({ state, lease: undefined, retries: 0 });
  }

  /** Lets go of it until then: the tool asked for it, or this run has lasted long enough. */
  async release(waitMs: number, retries: number): Promise<void> {
    const waitsUntil = instantOf(this.#deps.clock.nowMs() + waitMs);
    await this.#insist({ lease: undefined, retries, ...(waitMs > 0 && { waitsUntil }) });
  }

  /** Stops for a reason that waiting does not mend. What was done stays; it can be tried again, or undone. */
  async fail(error: Pick<HubError, "code" | "message">): Promise<void> {
    const during = taskOf(this.batch) ?? "undoing";
    const { code } = error;
    const message = error.message.slice(0, 500);
    const failure = { during, code, message, at: this.#deps.clock.now() };
    await this.#insist({ state: "failed", lease: undefined, failure });
  }

  async #insist(patch: Patch): Promise<void> {
    while (!(await this.#save(patch)) && this.isOurs());
  }

  /** False when somebody had changed the batch since it was read; it is read again then. */
  async #save(patch: Patch): Promise<boolean> {
    const { table, clock } = this.#deps;
    const { lease: _lease, waitsUntil: _waits, failure: _failure, ...rest } = this.batch;
    const next: Unversioned<WriteBackBatch> = {
      ...rest,
      ...(this.batch.state === "failed" && this.batch.failure && { failure: this.batch.failure }),
      ...withoutUndefined(patch),
      counts: countStates(this.items.values()),
      updatedAt: clock.now(),
    };
    const stored = await replaceDocument(table, writeBackSpec, this.batch, next);
    this.#savedMs = clock.nowMs();
    const now = stored ?? (await getDocument(table, writeBackSpec, writeBackKey(this.batch.id)));
    // A batch that was discarded is nobody's.
    this.batch = now ?? { ...rest };
    return stored !== undefined || now === undefined;
  }

  #lease(): NonNullable<WriteBackBatch["lease"]> {
    return { holder: this.#holder, until: instantOf(this.#deps.clock.nowMs() + leaseMs) };
  }
}

function withoutUndefined(patch: Patch): Partial<Unversioned<WriteBackBatch>> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}

import type { WantedRecompute } from "#shared/model/wanted-recompute.ts";
import type { ItemChange, Table } from "#shared/ports/table.ts";
import { readDocument, replaceDocument } from "#shared/store/documents.ts";
import { readWantedRecompute, wantedRecomputeSpec } from "#shared/store/wanted-recompute.ts";

import type { DetectDeps } from "./deps.ts";
import type { Recomputed } from "./recompute.ts";
import { recompute } from "./recompute.ts";

/** Passes of one request; each mends at least a thousand. The hourly self-check goes on after the last. */
const passesMax = 100;

/** The recompute that is wanted, where this change tells of it. */
export function recomputeWantedIn({ after }: ItemChange): WantedRecompute | undefined {
  if (after?.["type"] !== "recompute") return undefined;
  const told = readDocument(wantedRecomputeSpec, after);
  return told.state === "wanted" ? told : undefined;
}

/**
 * Carries out the recompute that is wanted, until `untilMs` of the clock; told of one that is done, it does
 * nothing. What remains is asked for again, which the stream hands to a further invocation. One that was
 * cut off without a word still says `running`, and begins anew when its record is repeated: what was
 * written differs no more.
 */
export async function runWantedRecompute(
  deps: Omit<DetectDeps, "readRecord">,
  told: WantedRecompute,
  untilMs: number,
): Promise<void> {
  const { table } = deps;
  const running = await begin(table, told);
  if (!running) return;
  const done = await recompute(deps, { untilMs });
  const passes = running.passes + 1;
  const goesOn = done.remaining > 0 && passes < passesMax && writesOf(done) > 0;
  if (done.remaining > 0 && !goesOn) {
    deps.logger.error("detect.recompute-stalled", { remaining: done.remaining, passes });
  }
  // Lost to whoever asked meanwhile: that is carried out next.
  await replaceDocument(table, wantedRecomputeSpec, running, {
    ...running,
    ...(goesOn ? { state: "wanted", wantedAt: deps.clock.now() } : { state: "done" }),
    passes,
  });
}

/** Says that it runs; undefined where nothing is wanted. What the record tells most often still stands. */
async function begin(table: Table, told: WantedRecompute): Promise<WantedRecompute | undefined> {
  const run = (wanted: WantedRecompute) =>
    replaceDocument(table, wantedRecomputeSpec, wanted, { ...wanted, state: "running" });
  const running = await run(told);
  if (running) return running;
  const wanted = await readWantedRecompute(table);
  // Where that is lost too, somebody asked again in this moment, and the record of that is on its way.
  return wanted && wanted.state !== "done" ? run(wanted) : undefined;
}

function writesOf({ opened, cleared, updated }: Recomputed): number {
  return opened + cleared + updated;
}

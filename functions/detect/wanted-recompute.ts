import type { ItemChange } from "#shared/ports/table.ts";
import { readDocument, replaceDocument } from "#shared/store/documents.ts";
import { readWantedRecompute, wantedRecomputeSpec } from "#shared/store/wanted-recompute.ts";

import type { DetectDeps } from "./deps.ts";
import type { Recomputed } from "./recompute.ts";
import { recompute } from "./recompute.ts";

/** Passes of one request; each mends at least a thousand. The hourly self-check goes on after the last. */
const passesMax = 100;

/** Whether this change tells that a recompute is wanted. */
export function isRecomputeWantedIn({ after }: ItemChange): boolean {
  if (after?.["type"] !== "recompute") return false;
  return readDocument(wantedRecomputeSpec, after).state === "wanted";
}

/**
 * Carries out the recompute that is wanted, until `untilMs` of the clock; told of one that is done, it does
 * nothing. What remains is asked for again, which the stream hands to a further invocation. One that was
 * cut off without a word still says `running`, and begins anew when its record is repeated: what was
 * written differs no more.
 */
export async function runWantedRecompute(
  deps: Omit<DetectDeps, "readRecord">,
  untilMs: number,
): Promise<void> {
  const { table } = deps;
  const wanted = await readWantedRecompute(table);
  if (!wanted || wanted.state === "done") return;
  const running = await replaceDocument(table, wantedRecomputeSpec, wanted, {
    ...wanted,
    state: "running",
  });
  // Else somebody asked again in this moment, and the record of that is on its way.
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

function writesOf({ opened, cleared, updated }: Recomputed): number {
  return opened + cleared + updated;
}

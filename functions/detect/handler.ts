import type { DynamoDBStreamEvent, ScheduledEvent } from "aws-lambda";

import type { Delta } from "#shared/kit/rule.ts";
import type { Instant } from "#shared/model/time.ts";
import { minuteMs } from "#shared/model/time.ts";
import type { WantedRecompute } from "#shared/model/wanted-recompute.ts";
import { KnownConnections } from "#shared/store/connections.ts";
import { reportSetAside, SetAside } from "#shared/store/set-aside.ts";

import { deltaOf } from "./deltas.ts";
import type { DetectDeps } from "./deps.ts";
import { detect } from "./detect.ts";
import { runSelfCheck, scheduledSelfCheck, selfCheckAskedIn } from "./self-check.ts";
import { recomputeWantedIn, runWantedRecompute } from "./wanted-recompute.ts";

/**
 * A pass over everything begins no further thousand of subjects later than so long after its invocation
 * began; what is begun, and the note of what remains, must still fit into the function's time.
 */
export const passMs = 3 * minuteMs;

/**
 * One batch of the table's stream, or the clock: then everything is recomputed, and what had drifted
 * is mended, counted and kept; the same when a record of the stream says that somebody asked for it.
 * Evaluation of a batch reads the graph as it stands, so the batch succeeds or repeats as a whole; the
 * mapping bisects it to find a record that can never be read.
 */
export function createHandler(
  given: DetectDeps,
): (event: DynamoDBStreamEvent | ScheduledEvent) => Promise<void> {
  const deps: DetectDeps = { ...given, known: new KnownConnections() };
  return async function handler(event) {
    const untilMs = deps.clock.nowMs() + passMs;
    if (!("Records" in event)) return scheduledSelfCheck(deps, untilMs);
    const deltas: Delta[] = [];
    const setAside = new SetAside();
    const asked: Instant[] = [];
    let wanted: WantedRecompute | undefined;
    for (const record of event.Records) {
      const change = deps.readRecord(record);
      const delta = deltaOf(change, setAside);
      if (delta) deltas.push(delta);
      const { after } = change;
      if (!after) continue;
      const wantedAt = setAside.read(after, () => selfCheckAskedIn(change));
      if (wantedAt !== undefined) asked.push(wantedAt);
      wanted = setAside.read(after, () => recomputeWantedIn(change)) ?? wanted;
    }
    reportSetAside(deps.logger, [setAside]);
    if (deltas.length > 0) await detect(deps, deltas);
    if (wanted) await runWantedRecompute(deps, wanted, untilMs);
    // After the changes before it, so that they are not taken for drift.
    for (const wantedAt of asked) await runSelfCheck(deps, { wantedAt, untilMs });
  };
}

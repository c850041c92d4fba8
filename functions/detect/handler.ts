import type { DynamoDBStreamEvent, ScheduledEvent } from "aws-lambda";

import type { Delta } from "#shared/kit/rule.ts";
import { reportSetAside, SetAside } from "#shared/store/set-aside.ts";

import { deltaOf } from "./deltas.ts";
import type { DetectDeps } from "./deps.ts";
import { detect } from "./detect.ts";
import { recompute } from "./recompute.ts";

/**
 * One batch of the table's stream, or the clock: then everything is recomputed, and what had drifted
 * is mended and logged. Evaluation of a batch reads the graph as it stands, so the batch succeeds or
 * repeats as a whole; the mapping bisects it to find a record that can never be read.
 */
export function createHandler(
  deps: DetectDeps,
): (event: DynamoDBStreamEvent | ScheduledEvent) => Promise<void> {
  return async function handler(event) {
    if (!("Records" in event)) return selfCheck(deps);
    const deltas: Delta[] = [];
    const setAside = new SetAside();
    for (const record of event.Records) {
      const delta = deltaOf(deps.readRecord(record), setAside);
      if (delta) deltas.push(delta);
    }
    reportSetAside(deps.logger, [setAside]);
    if (deltas.length > 0) await detect(deps, deltas);
  };
}

async function selfCheck(deps: DetectDeps): Promise<void> {
  const { differing, subjects } = await recompute(deps);
  if (differing > 0) deps.logger.warn("detect.drift-mended", { differing, subjects });
}

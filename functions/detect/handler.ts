import type { DynamoDBStreamEvent } from "aws-lambda";

import type { Delta } from "#shared/kit/rule.ts";

import { deltaOf } from "./deltas.ts";
import { detect } from "./detect.ts";
import type { DetectDeps } from "./detect.ts";

/**
 * One batch of the table's stream. Evaluation reads the graph as it stands, so the batch succeeds or
 * repeats as a whole; the mapping bisects it to find a record that can never be read.
 */
export function createHandler(deps: DetectDeps): (event: DynamoDBStreamEvent) => Promise<void> {
  return async function handler(event) {
    const deltas: Delta[] = [];
    for (const record of event.Records) {
      const delta = deltaOf(deps.readRecord(record));
      if (delta) deltas.push(delta);
    }
    if (deltas.length > 0) await detect(deps, deltas);
  };
}

import type { Trigger } from "#infra/topology-parts.ts";
import { topology } from "#infra/topology.ts";
import type { CompiledPattern } from "#shared/kit/event-pattern/compile-pattern.ts";
import { compilePattern } from "#shared/kit/event-pattern/compile-pattern.ts";
import type { Item, ItemChange, Json } from "#shared/ports/table.ts";

import type { ReaderSpec } from "./sim-stream.ts";

/** The wiring as `infra/topology.ts` declares it, compiled once for all runs. */

function readerOf(name: "detect" | "relay"): ReaderSpec {
  const triggers: readonly Trigger[] = topology.functions[name].triggers;
  const trigger = triggers.find((one) => one.kind === "stream");
  if (trigger?.kind !== "stream") throw new Error(`${name} reads no stream`);
  const filters = trigger.filters.map(compilePattern);
  // What a filter can see of a record: its event and the type in either image; few kinds, often met.
  const known = new Map<Kind, Map<Kind, boolean>>();
  const isWanted = ({ before, after }: ItemChange) => {
    const [was, is] = [kindOf(before), kindOf(after)];
    const kept = known.get(was)?.get(is);
    if (kept !== undefined) return kept;
    const eventName = after === undefined ? "REMOVE" : before === undefined ? "INSERT" : "MODIFY";
    const [NewImage, OldImage] = [imageOf(after), imageOf(before)];
    const dynamodb = { ...(NewImage && { NewImage }), ...(OldImage && { OldImage }) };
    const isMatched = filters.some((filter) => filter.matches({ eventName, dynamodb }));
    known.set(was, (known.get(was) ?? new Map<Kind, boolean>()).set(is, isMatched));
    return isMatched;
  };
  const { batchSize, retryAttempts, maxRecordAgeHours } = trigger;
  return { name, batchSize, retryAttempts, maxRecordAgeHours, isWanted };
}

type Kind = Json | undefined;

/** No item is of the type that stands for there being none. */
function kindOf(item: Item | undefined): Kind {
  return item === undefined ? "" : item["type"];
}

function imageOf(item: Item | undefined) {
  return item && { type: { S: item["type"] } };
}

export const readers: readonly ReaderSpec[] = [readerOf("detect"), readerOf("relay")];

export type TargetName = "alert" | "notify";

export interface BusTarget {
  readonly rule: string;
  readonly functionName: TargetName;
  readonly pattern: CompiledPattern;
}

/** Every rule of the topology with the function that it triggers. */
export const busTargets: readonly BusTarget[] = (["alert", "notify"] as const).flatMap(
  (functionName) => {
    const triggers: readonly Trigger[] = topology.functions[functionName].triggers;
    return triggers.flatMap((trigger) => {
      if (trigger.kind !== "rule") return [];
      const pattern = compilePattern(topology.rules[trigger.rule]?.pattern);
      return [{ rule: trigger.rule, functionName, pattern }];
    });
  },
);

export const inboxBatchSize = topology.functions.ingest.triggers[0].batchSize;
export const queueSpecs = topology.queues;

import type { DynamoDBRecord } from "aws-lambda";

import { type Trigger } from "#infra/topology-parts.ts";
import { topology } from "#infra/topology.ts";
import { compilePattern } from "#shared/kit/event-pattern/compile-pattern.ts";
import type { Item, ItemChange } from "#shared/ports/table.ts";

/** The rigs' own form of a batch of the stream, read back by their own `readRecord`. */
export function streamEventOf(batch: readonly ItemChange[]): { Records: DynamoDBRecord[] } {
  return { Records: [...batch] as unknown as DynamoDBRecord[] };
}

/** Whether a function's trigger hands it a record of this item, as the wiring declares. */
export function streamFilterOf(name: "detect" | "relay"): (change: ItemChange) => boolean {
  const triggers: readonly Trigger[] = topology.functions[name].triggers;
  const filters = triggers
    .flatMap((trigger) => (trigger.kind === "stream" ? trigger.filters : []))
    .map(compilePattern);
  const imageOf = (item: Item | undefined) => item && { type: { S: item["type"] } };
  return ({ before, after }) => {
    const eventName = after === undefined ? "REMOVE" : before === undefined ? "INSERT" : "MODIFY";
    const [NewImage, OldImage] = [imageOf(after), imageOf(before)];
    const images = { ...(NewImage && { NewImage }), ...(OldImage && { OldImage }) };
    return filters.some((filter) => filter.matches({ eventName, dynamodb: images }));
  };
}

import * as z from "zod";

import type { Item } from "#shared/ports/table.ts";

import { toItem } from "./codec.ts";
import type { AttributeMap } from "./codec.ts";

/** One change of one item. `before` is absent for a new item, `after` for a deleted one. */
export interface ItemChange {
  /** Opaque text; grows within a shard. */
  readonly sequenceNumber: string;
  readonly before?: Item;
  readonly after?: Item;
}

const attributeMap = z.custom<AttributeMap>((value) => typeof value === "object" && value !== null);

const StreamRecord = z.looseObject({
  dynamodb: z.looseObject({
    SequenceNumber: z.string(),
    OldImage: attributeMap.optional(),
    NewImage: attributeMap.optional(),
  }),
});

/**
 * Reads a stream record in the shape that Lambda and GetRecords share. The images may be equal: the
 * embedded database also reports writes that changed nothing, which DynamoDB does not.
 * docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html, 2026-11
 */
export function readStreamRecord(record: unknown): ItemChange {
  const { SequenceNumber, OldImage, NewImage } = StreamRecord.parse(record).dynamodb;
  return {
    sequenceNumber: SequenceNumber,
    ...(OldImage && { before: toItem(OldImage) }),
    ...(NewImage && { after: toItem(NewImage) }),
  };
}

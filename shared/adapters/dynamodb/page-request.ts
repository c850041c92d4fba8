import { HubError } from "#shared/errors.ts";
import type { QueryRequest } from "#shared/ports/table.ts";

import { assertKeyText } from "./storable.ts";

/** The upper end of a prefix is longer than it by one character of four bytes. */
const prefixRoomBytes = 4;

/** Throws `invariant.broken` for a query that DynamoDB would refuse. */
export function assertQuery(request: QueryRequest): void {
  assertKeyText(request.partition, "partition");
  if (request.index !== undefined && request.consistent === true) {
    throw new HubError(
      "invariant.broken",
      `Index ${request.index} cannot be read consistently: read the table's own key instead`,
    );
  }
  const prefix = request.sortPrefix ?? "";
  if (prefix !== "") assertKeyText(prefix, "sort prefix", prefixRoomBytes);
  if (request.limit !== undefined && (!Number.isInteger(request.limit) || request.limit < 1)) {
    throw new HubError("invariant.broken", "The limit of a page is a whole number from 1");
  }
}

/** DynamoDB's limit of segments. */
const segmentsMax = 1_000_000;

/** Throws `invariant.broken` for a scan that DynamoDB would refuse. */
export function assertScan({ segment, segments }: { segment: number; segments: number }): void {
  const valid =
    Number.isInteger(segment) &&
    Number.isInteger(segments) &&
    segments <= segmentsMax &&
    segment >= 0 &&
    segment < segments;
  if (!valid) throw new HubError("invariant.broken", "A scan segment is one of 0 to segments - 1");
}

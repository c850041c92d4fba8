import type { Instant } from "#shared/model/time.ts";

import type { Json } from "./table.ts";

/** A record that the hub itself keeps for a connection whose source sends, instead of being asked. */
export interface KeptRecord {
  /** Unique within its collection. */
  readonly id: string;
  /** Counts the states of the record, from 1. */
  readonly revision: number;
  readonly createdAt: Instant;
  readonly changedAt: Instant;
  readonly body: { readonly [field: string]: Json };
}

/**
 * What a connection's source sent and the hub keeps: a SCIM directory, an uploaded file. The connector
 * reads it as it would read a foreign system, so that pulling, reconciling and repairing are the same.
 */
export interface KeptRecords {
  byIds(collection: string, ids: readonly string[]): Promise<ReadonlyMap<string, KeptRecord>>;
  /** Ids of the records that bear the value, as whoever keeps them made them findable. */
  find(collection: string, attribute: string, value: string): Promise<readonly string[]>;
  /** One page in the order of ids, `after` the `next` of the page before. */
  page(
    collection: string,
    after: string | undefined,
  ): Promise<{ readonly records: readonly KeptRecord[]; readonly next: string | undefined }>;
}

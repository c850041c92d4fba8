import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";

import { HubError } from "#shared/errors.ts";

import { openStreamApi, type StreamApi, type StreamDatabase } from "./stream-api.ts";
import type { StreamRecord } from "./stream-record.ts";

export interface Shard {
  readonly id: string;
  readonly parentId: string | undefined;
}

export interface StreamPage {
  readonly records: readonly StreamRecord[];
  /** The last sequence number of the page, filtered or not; where the next page continues. */
  readonly end: string | undefined;
  /** The shard has ended: nothing will ever follow. */
  readonly isLast: boolean;
}

/** One table's stream, as its readers share it. */
export interface StreamSource {
  readonly streamArn: string;
  shards(): Promise<readonly Shard[]>;
  /**
   * The next records after a sequence number, or from the oldest kept. Sees all that was written
   * before `since` (of `performance.now()`); readers at the same place may share one answer.
   */
  read(shard: string, after: string | undefined, since: number): Promise<StreamPage>;
  close(): void;
}

/** Pages kept for the readers that come second to the same place. */
const pagesKept = 16;
/**
 * Records a request: the embedded database writes nothing while it reads them, a tenth of a millisecond
 * for each. More pay off only on the way to AWS, where 1,000 is the limit.
 */
const recordsPerPage = { embedded: 200, other: 1_000 } as const;

export async function openStreamSource(database: StreamDatabase): Promise<StreamSource> {
  const api = openStreamApi(database);
  try {
    const { Table } = await api.tables.send(
      new DescribeTableCommand({ TableName: database.tableName }),
    );
    const streamArn = Table?.LatestStreamArn;
    if (streamArn !== undefined) return new SharedStreamSource(api, streamArn);
  } catch (error) {
    api.close();
    throw error;
  }
  api.close();
  const message = `The table ${database.tableName} has no stream. Enable one with both images.`;
  throw new HubError("store.unavailable", message);
}

/** Readers at the same place share one request and its answer, so that a second one costs little. */
class SharedStreamSource implements StreamSource {
  readonly streamArn: string;
  readonly #api: StreamApi;
  readonly #iterators = new Map<string, string>();
  readonly #running = new Map<
    string,
    { readonly since: number; readonly page: Promise<StreamPage> }
  >();
  readonly #pages = new Map<string, StreamPage>();

  constructor(api: StreamApi, streamArn: string) {
    this.#api = api;
    this.streamArn = streamArn;
  }

  async shards(): Promise<readonly Shard[]> {
    const shards: Shard[] = [];
    let from: string | undefined;
    do {
      const { StreamDescription } = await this.#api.streams.send(
        new DescribeStreamCommand({
          StreamArn: this.streamArn,
          ...(from !== undefined && { ExclusiveStartShardId: from }),
        }),
      );
      for (const { ShardId: id, ParentShardId: parentId } of StreamDescription?.Shards ?? []) {
        if (id !== undefined) shards.push({ id, parentId });
      }
      from = StreamDescription?.LastEvaluatedShardId;
    } while (from !== undefined);
    return shards;
  }

  async read(shard: string, after: string | undefined, since: number): Promise<StreamPage> {
    const place = placeOf(shard, after);
    const kept = this.#pages.get(place);
    if (kept !== undefined) return kept;
    const running = this.#running.get(place);
    if (running !== undefined && running.since >= since) return await running.page;
    const request = { since: performance.now(), page: this.#request(shard, after) };
    this.#running.set(place, request);
    try {
      const page = await request.page;
      if (page.records.length > 0) this.#keep(place, page);
      return page;
    } finally {
      if (this.#running.get(place) === request) this.#running.delete(place);
    }
  }

  close(): void {
    this.#api.close();
  }

  async #request(shard: string, after: string | undefined): Promise<StreamPage> {
    const place = placeOf(shard, after);
    const iterator = this.#iterators.get(place) ?? (await this.#iterator(shard, after));
    // Iterators end after 15 minutes; a failed request must not leave a bad one behind.
    this.#iterators.delete(place);
    const answer = await this.#api.streams.send(
      new GetRecordsCommand({
        ShardIterator: iterator,
        Limit: this.#api.isEmbedded ? recordsPerPage.embedded : recordsPerPage.other,
      }),
    );
    const records = this.#api.readRecords(answer.Records ?? [], this.streamArn);
    const end = records.at(-1)?.dynamodb.SequenceNumber ?? after;
    const next = answer.NextShardIterator;
    if (next !== undefined) this.#iterators.set(placeOf(shard, end), next);
    return { records, end, isLast: next === undefined };
  }

  async #iterator(shard: string, after: string | undefined): Promise<string> {
    const { ShardIterator } = await this.#api.streams.send(
      new GetShardIteratorCommand({
        StreamArn: this.streamArn,
        ShardId: shard,
        ...(after === undefined
          ? { ShardIteratorType: "TRIM_HORIZON" }
          : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: after }),
      }),
    );
    if (ShardIterator !== undefined) return ShardIterator;
    throw new HubError("store.unavailable", "The table's stream gave no place to read from");
  }

  #keep(place: string, page: StreamPage): void {
    this.#pages.set(place, page);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > pagesKept && oldest !== undefined) this.#pages.delete(oldest);
  }
}

function placeOf(shard: string, after: string | undefined): string {
  return `${shard} ${after ?? ""}`;
}

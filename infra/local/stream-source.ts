import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";

import { createDynamoClient, type DynamoEndpoint } from "#shared/adapters/dynamodb/client.ts";
import { HubError } from "#shared/errors.ts";

import { lambdaRecords, type StreamRecord } from "./stream-record.ts";

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
  /** Up to 1,000 records after a sequence number, or from the oldest kept. */
  read(shard: string, after: string | undefined): Promise<StreamPage>;
  close(): void;
}

/** Pages kept for the readers that come second to the same place. */
const pagesKept = 8;

export async function openStreamSource(
  at: DynamoEndpoint & { readonly tableName: string },
): Promise<StreamSource> {
  const streamArn = await findStreamArn(at);
  const client = new DynamoDBStreamsClient({
    endpoint: at.endpoint,
    region: at.region,
    credentials: at.credentials,
    // Readers retry by themselves, and say so in the log.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 10_000 },
  });
  return new SharedStreamSource(client, streamArn);
}

async function findStreamArn(at: DynamoEndpoint & { readonly tableName: string }): Promise<string> {
  const client = createDynamoClient(at);
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: at.tableName }));
    if (Table?.LatestStreamArn !== undefined) return Table.LatestStreamArn;
    throw new HubError("store.unavailable", `The table ${at.tableName} has no stream: enable it`);
  } finally {
    client.destroy();
  }
}

/** Readers at the same place share one request and its answer, so that a second one costs little. */
class SharedStreamSource implements StreamSource {
  readonly streamArn: string;
  readonly #client: DynamoDBStreamsClient;
  readonly #iterators = new Map<string, string>();
  readonly #running = new Map<string, Promise<StreamPage>>();
  readonly #pages = new Map<string, StreamPage>();

  constructor(client: DynamoDBStreamsClient, streamArn: string) {
    this.#client = client;
    this.streamArn = streamArn;
  }

  async shards(): Promise<readonly Shard[]> {
    const shards: Shard[] = [];
    let from: string | undefined;
    do {
      const { StreamDescription } = await this.#client.send(
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

  async read(shard: string, after: string | undefined): Promise<StreamPage> {
    const place = placeOf(shard, after);
    const known = this.#pages.get(place) ?? this.#running.get(place);
    if (known !== undefined) return await known;
    const request = this.#request(shard, after).finally(() => this.#running.delete(place));
    this.#running.set(place, request);
    const page = await request;
    if (page.records.length > 0) this.#keep(place, page);
    return page;
  }

  close(): void {
    this.#client.destroy();
  }

  async #request(shard: string, after: string | undefined): Promise<StreamPage> {
    const place = placeOf(shard, after);
    const iterator = this.#iterators.get(place) ?? (await this.#iterator(shard, after));
    // Iterators end after 15 minutes; a failed request must not leave a bad one behind.
    this.#iterators.delete(place);
    const answer = await this.#client.send(new GetRecordsCommand({ ShardIterator: iterator }));
    const records = lambdaRecords(answer.Records ?? [], this.streamArn);
    const end = records.at(-1)?.dynamodb.SequenceNumber ?? after;
    const next = answer.NextShardIterator;
    if (next !== undefined) this.#iterators.set(placeOf(shard, end), next);
    return { records, end, isLast: next === undefined };
  }

  async #iterator(shard: string, after: string | undefined): Promise<string> {
    const { ShardIterator } = await this.#client.send(
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

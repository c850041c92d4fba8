import { QueryCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import type { QueryCommandInput } from "@aws-sdk/client-dynamodb";

import { indexes } from "#shared/ports/table.ts";
import type { Page, QueryRequest, Table } from "#shared/ports/table.ts";

import { toAttributes, toItem } from "./codec.ts";
import type { AttributeMap } from "./codec.ts";
import { assertQuery, assertScan } from "./page-request.ts";
import { readQueryToken, readScanToken, writePageToken } from "./page-token.ts";
import { withRetries } from "./retry.ts";
import { highestCharacter } from "./storable.ts";
import type { DynamoContext } from "./table.ts";

export async function queryPage(context: DynamoContext, request: QueryRequest): Promise<Page> {
  assertQuery(request);
  const command = new QueryCommand(queryInput(context.tableName, request));
  const answer = await withRetries(context, () => context.client.send(command));
  context.meter.countServed("read", answer.ConsumedCapacity ? [answer.ConsumedCapacity] : []);
  return pageOf(answer.Items, answer.LastEvaluatedKey);
}

export async function scanPage(
  context: DynamoContext,
  request: Parameters<Table["scan"]>[0],
): Promise<Page> {
  assertScan(request);
  const start = readScanToken(request.after);
  const command = new ScanCommand({
    TableName: context.tableName,
    Segment: request.segment,
    TotalSegments: request.segments,
    ReturnConsumedCapacity: "INDEXES",
    ...(start && { ExclusiveStartKey: toAttributes(start) }),
  });
  const answer = await withRetries(context, () => context.client.send(command));
  context.meter.countServed("read", answer.ConsumedCapacity ? [answer.ConsumedCapacity] : []);
  return pageOf(answer.Items, answer.LastEvaluatedKey);
}

function queryInput(tableName: string, request: QueryRequest): QueryCommandInput {
  const start = readQueryToken(request);
  return {
    TableName: tableName,
    ...keyCondition(request),
    ScanIndexForward: request.descending !== true,
    ReturnConsumedCapacity: "INDEXES",
    ...(request.index !== undefined && { IndexName: request.index }),
    ...(request.consistent === true && { ConsistentRead: true }),
    ...(request.limit !== undefined && { Limit: request.limit }),
    ...(start && { ExclusiveStartKey: toAttributes(start) }),
  };
}

function keyCondition({ index: indexName, partition, sortPrefix = "" }: QueryRequest) {
  const index = indexName === undefined ? { partition: "pk", sort: "sk" } : indexes[indexName];
  if (sortPrefix === "") {
    return {
      KeyConditionExpression: "#p = :p",
      ExpressionAttributeNames: { "#p": index.partition },
      ExpressionAttributeValues: toAttributes({ ":p": partition }),
    };
  }
  // Not begins_with: the embedded database's takes "A" for "a" (dynoxide 1.2.1).
  const values = { ":p": partition, ":s": sortPrefix, ":z": sortPrefix + highestCharacter };
  return {
    KeyConditionExpression: "#p = :p AND #s BETWEEN :s AND :z",
    ExpressionAttributeNames: { "#p": index.partition, "#s": index.sort },
    ExpressionAttributeValues: toAttributes(values),
  };
}

function pageOf(found: readonly AttributeMap[] = [], last?: AttributeMap): Page {
  const items = found.map(toItem);
  return last === undefined ? { items } : { items, next: writePageToken(textsOf(last)) };
}

/** A LastEvaluatedKey has only key attributes, which are all text in the hub table. */
function textsOf(key: AttributeMap): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(key).map(([name, value]) => [name, value.S ?? ""]));
}

import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import type { AttributeMap } from "./codec.ts";
import { withRetries } from "./retry.ts";
import type { Pause } from "./retry.ts";
import { tableSchema } from "./schema.ts";

/** Items looked at in one request: few milliseconds, so that others hardly wait. */
const scanItemsMax = 250;

const expired = {
  names: { "#expiry": tableSchema.expiryAttribute },
  expression: "#expiry <= :now",
};

/**
 * Deletes every item whose time to live has passed, as DynamoDB does by itself, where a server does
 * not. An item prolonged meanwhile stays. Returns how many were deleted.
 */
export async function sweepExpired(
  client: DynamoDBClient,
  tableName: string,
  pause: Pause,
): Promise<number> {
  const values = { ":now": { N: String(Math.floor(pause.clock.nowMs() / 1_000)) } };
  let deleted = 0;
  let start: AttributeMap | undefined;
  do {
    const scan = new ScanCommand({
      TableName: tableName,
      Limit: scanItemsMax,
      FilterExpression: expired.expression,
      ProjectionExpression: "pk, sk",
      ExpressionAttributeNames: expired.names,
      ExpressionAttributeValues: values,
      ...(start && { ExclusiveStartKey: start }),
    });
    const page = await withRetries(pause, () => client.send(scan));
    for (const key of page.Items ?? []) {
      if (await deleteExpired(client, tableName, pause, key, values)) deleted += 1;
    }
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return deleted;
}

async function deleteExpired(
  client: DynamoDBClient,
  tableName: string,
  pause: Pause,
  key: AttributeMap,
  values: AttributeMap,
): Promise<boolean> {
  const command = new DeleteItemCommand({
    TableName: tableName,
    Key: key,
    ConditionExpression: expired.expression,
    ExpressionAttributeNames: expired.names,
    ExpressionAttributeValues: values,
  });
  return await withRetries(pause, async () => {
    try {
      await client.send(command);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  });
}

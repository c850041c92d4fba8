import { DeleteItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";

import type { DynamoSender } from "./client.ts";
import type { AttributeMap } from "./codec.ts";
import { isNamed } from "./failures.ts";
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
  client: DynamoSender,
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
      const command = new DeleteItemCommand({
        TableName: tableName,
        Key: key,
        ConditionExpression: expired.expression,
        ExpressionAttributeNames: expired.names,
        ExpressionAttributeValues: values,
      });
      if (await applies(client, command, pause)) deleted += 1;
    }
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return deleted;
}

async function applies(
  client: DynamoSender,
  command: DeleteItemCommand,
  pause: Pause,
): Promise<boolean> {
  return await withRetries(pause, async () => {
    try {
      await client.send(command);
      return true;
    } catch (error) {
      if (isNamed(error, "ConditionalCheckFailedException")) return false;
      throw error;
    }
  });
}

import { randomUUID } from "node:crypto";

import { TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import type { CancellationReason, TransactWriteItem } from "@aws-sdk/client-dynamodb";

import type { Item, TransactOutcome, Write } from "#shared/ports/table.ts";

import { toAttributes, toItem } from "./codec.ts";
import { failureOf, isNamed } from "./failures.ts";
import { withRetries } from "./retry.ts";
import type { DynamoContext } from "./table.ts";
import { failedTransactUnits, storableWrites } from "./transact-rules.ts";
import { conditionInput } from "./write.ts";

export async function transactAll(
  context: DynamoContext,
  writes: readonly Write[],
): Promise<TransactOutcome> {
  const storables = storableWrites(writes);
  const items = storables.map((write) => transactItem(context.tableName, write));
  // Of use while an answer is lost; a cancelled attempt does not use it up.
  const token = randomUUID();
  const outcome = await withRetries(context, async (): Promise<TransactOutcome> => {
    try {
      const command = new TransactWriteItemsCommand({
        TransactItems: items,
        ClientRequestToken: token,
        ReturnConsumedCapacity: "INDEXES",
      });
      const answer = await context.client.send(command);
      context.meter.countServed("write", answer.ConsumedCapacity ?? []);
      return { applied: true };
    } catch (error) {
      if (!isNamed(error, "TransactionCanceledException")) throw error;
      const failed = failedConditions(error.CancellationReasons ?? []);
      context.meter.countWrite(failedTransactUnits(storables, failed), 0);
      if (failed.length === 0 || failureOf(error) === "refused") throw error;
      return { applied: false, failed };
    }
  });
  if (outcome.applied) context.applied();
  return outcome;
}

function transactItem(tableName: string, write: Write): TransactWriteItem {
  const condition = conditionInput(write.condition);
  if (write.kind === "put") {
    return { Put: { TableName: tableName, Item: toAttributes(write.item), ...condition } };
  }
  if (write.kind === "delete") {
    return { Delete: { TableName: tableName, Key: toAttributes(write.key), ...condition } };
  }
  return {
    ConditionCheck: {
      TableName: tableName,
      Key: toAttributes(write.key),
      ConditionExpression: alwaysTrue,
      ExpressionAttributeNames: { "#pk": "pk" },
      ...condition,
    },
  };
}

/** A check must have a condition, even one that always holds. */
const alwaysTrue = "attribute_exists(#pk) OR attribute_not_exists(#pk)";

function failedConditions(
  reasons: readonly CancellationReason[],
): readonly { readonly index: number; readonly current: Item | undefined }[] {
  return reasons.flatMap((reason, index) =>
    reason.Code === "ConditionalCheckFailed"
      ? [{ index, current: reason.Item && toItem(reason.Item) }]
      : [],
  );
}

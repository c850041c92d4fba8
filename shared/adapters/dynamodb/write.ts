import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { DeleteItemCommandOutput, PutItemCommandOutput } from "@aws-sdk/client-dynamodb";

import type { Condition, Item, Key, Table, Write, WriteOutcome } from "#shared/ports/table.ts";

import { assertAddition } from "./addition.ts";
import { toAttributes, toItem } from "./codec.ts";
import { compileCondition, holds } from "./condition.ts";
import { isNamed } from "./failures.ts";
import { getOne } from "./read-keys.ts";
import { withRetries } from "./retry.ts";
import { storable, storableKey } from "./storable.ts";
import type { DynamoContext } from "./table.ts";
import { sameJson, writeUnits } from "./units.ts";

export async function writeOne(context: DynamoContext, write: Write): Promise<WriteOutcome> {
  if (write.kind === "check") {
    // One consistent read answers the same and costs a read unit instead of two write units.
    const current = await getOne(context, write.key);
    return holds(write.condition, current) ? { applied: true } : { applied: false, current };
  }
  const input = {
    TableName: context.tableName,
    ...conditionInput(write.condition),
    ReturnConsumedCapacity: "INDEXES" as const,
  };
  if (write.kind === "delete") {
    const command = new DeleteItemCommand({ ...input, Key: toAttributes(storableKey(write.key)) });
    return await conditional(context, undefined, () => context.client.send(command));
  }
  const item = storable(write.item);
  const command = new PutItemCommand({ ...input, Item: toAttributes(item) });
  return await conditional(context, item, () => context.client.send(command));
}

/** The condition of one write, asking for the item that stood in its way. */
export function conditionInput(condition: Condition) {
  const compiled = compileCondition(condition);
  if (compiled === undefined) return {};
  return {
    ConditionExpression: compiled.expression,
    ExpressionAttributeNames: { ...compiled.names },
    ...(Object.keys(compiled.values).length > 0 && {
      ExpressionAttributeValues: toAttributes(compiled.values),
    }),
    ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
  };
}

async function conditional(
  context: DynamoContext,
  item: Item | undefined,
  send: () => Promise<PutItemCommandOutput | DeleteItemCommandOutput>,
): Promise<WriteOutcome> {
  const outcome = await withRetries(context, async ({ maybeApplied }): Promise<WriteOutcome> => {
    try {
      const answer = await send();
      context.meter.countServed("write", answer.ConsumedCapacity ? [answer.ConsumedCapacity] : []);
      return { applied: true };
    } catch (error) {
      if (!isNamed(error, "ConditionalCheckFailedException")) throw error;
      const current = error.Item && toItem(error.Item);
      context.meter.countWrite(writeUnits(current, item), 0);
      // The condition may have failed on what our own unanswered attempt left behind.
      if (maybeApplied && item !== undefined && sameJson(item, current)) return { applied: true };
      return { applied: false, current };
    }
  });
  if (outcome.applied) context.applied();
  return outcome;
}

export async function addAmounts(
  context: DynamoContext,
  key: Key,
  amounts: Parameters<Table["add"]>[1],
  set: Parameters<Table["add"]>[2] = {},
): Promise<void> {
  assertAddition(key, amounts, set);
  const names: Record<string, string> = {};
  const values: Record<string, string | number> = {};
  const place = (name: string, value: string | number): string => {
    const at = Object.keys(names).length;
    names[`#n${String(at)}`] = name;
    values[`:v${String(at)}`] = value;
    return String(at);
  };
  const adds = Object.entries(amounts)
    .map((entry) => place(...entry))
    .map((at) => `#n${at} :v${at}`);
  const sets = Object.entries(set)
    .map((entry) => place(...entry))
    .map((at) => `#n${at} = :v${at}`);
  const command = new UpdateItemCommand({
    TableName: context.tableName,
    Key: toAttributes(storableKey(key)),
    UpdateExpression: [
      ...(adds.length > 0 ? [`ADD ${adds.join(", ")}`] : []),
      ...(sets.length > 0 ? [`SET ${sets.join(", ")}`] : []),
    ].join(" "),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: toAttributes(values),
    ReturnConsumedCapacity: "INDEXES",
  });
  // An addition that got no answer may have happened: a second one would count twice.
  const answer = await withRetries(context, () => context.client.send(command), {
    repeatable: false,
  });
  context.meter.countServed("write", answer.ConsumedCapacity ? [answer.ConsumedCapacity] : []);
  context.applied();
}

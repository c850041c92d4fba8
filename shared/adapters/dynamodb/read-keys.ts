import { BatchGetItemCommand, GetItemCommand } from "@aws-sdk/client-dynamodb";

import { HubError } from "#shared/errors.ts";
import type { Item, Key } from "#shared/ports/table.ts";

import { toAttributes, toItem } from "./codec.ts";
import type { AttributeMap } from "./codec.ts";
import { distinct } from "./distinct-keys.ts";
import { backOff, withRetries } from "./retry.ts";
import { storableKey } from "./storable.ts";
import type { DynamoContext } from "./table.ts";

/** DynamoDB's limit of keys in one BatchGetItem. */
const chunkKeysMax = 100;
/** Chunks in flight at once, so that a big read leaves connections to others. */
const chunksAtOnce = 4;
/** Answers in a row that bring nothing before giving up. */
const emptyAnswersMax = 10;

export async function getOne(context: DynamoContext, key: Key): Promise<Item | undefined> {
  const command = new GetItemCommand({
    TableName: context.tableName,
    Key: toAttributes(storableKey(key)),
    ConsistentRead: true,
    ReturnConsumedCapacity: "INDEXES",
  });
  const answer = await withRetries(context, () => context.client.send(command));
  context.meter.countServed("read", answer.ConsumedCapacity ? [answer.ConsumedCapacity] : []);
  return answer.Item && toItem(answer.Item);
}

export async function getMany(
  context: DynamoContext,
  keys: readonly Key[],
): Promise<readonly Item[]> {
  const pending = chunksOf(distinct(keys));
  const items: Item[] = [];
  const work = async (): Promise<void> => {
    for (let chunk = pending.pop(); chunk !== undefined; chunk = pending.pop()) {
      items.push(...(await getChunk(context, chunk)));
    }
  };
  await Promise.all(Array.from({ length: Math.min(chunksAtOnce, pending.length) }, work));
  return items;
}

async function getChunk(context: DynamoContext, keys: readonly Key[]): Promise<readonly Item[]> {
  const items: Item[] = [];
  let left: AttributeMap[] = keys.map(toAttributes);
  for (let emptyAnswers = 0; left.length > 0;) {
    const command = new BatchGetItemCommand({
      RequestItems: { [context.tableName]: { Keys: left, ConsistentRead: true } },
      ReturnConsumedCapacity: "INDEXES",
    });
    const answer = await withRetries(context, () => context.client.send(command));
    context.meter.countServed("read", answer.ConsumedCapacity ?? []);
    const found = answer.Responses?.[context.tableName] ?? [];
    items.push(...found.map(toItem));
    const unread = answer.UnprocessedKeys?.[context.tableName]?.Keys ?? [];
    emptyAnswers = unread.length < left.length ? 0 : emptyAnswers + 1;
    left = unread;
    if (emptyAnswers >= emptyAnswersMax) {
      throw new HubError("store.unavailable", "The table keeps leaving the keys of a batch unread");
    }
    if (left.length > 0) await backOff(context, emptyAnswers);
  }
  return items;
}

function chunksOf(keys: readonly Key[]): (readonly Key[])[] {
  const chunks: (readonly Key[])[] = [];
  for (let at = 0; at < keys.length; at += chunkKeysMax)
    chunks.push(keys.slice(at, at + chunkKeysMax));
  return chunks;
}

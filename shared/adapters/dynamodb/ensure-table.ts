import {
  CreateTableCommand,
  DescribeTableCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import type { TableDescription } from "@aws-sdk/client-dynamodb";

import { HubError } from "#shared/errors.ts";

import type { DynamoSender } from "./client.ts";
import { isNamed } from "./failures.ts";
import { withRetries } from "./retry.ts";
import type { Pause } from "./retry.ts";
import { createTableInput, tableSchema } from "./schema.ts";

/** How long and how often to look for a new table. */
const looksMax = 120;
const lookEveryMs = 250;

/**
 * Makes sure that the table exists with exactly the keys, indexes and stream of `tableSchema`;
 * creates it where it is missing. Throws `invariant.broken` when another table has its name.
 */
export async function ensureTable(
  client: DynamoSender,
  tableName: string,
  pause: Pause,
): Promise<"created" | "present"> {
  const present = await describe(client, tableName, pause);
  if (present !== undefined) {
    assertSchema(present, tableName);
    return "present";
  }
  await create(client, tableName, pause);
  await withRetries(pause, () =>
    client.send(
      new UpdateTimeToLiveCommand({
        TableName: tableName,
        TimeToLiveSpecification: { AttributeName: tableSchema.expiryAttribute, Enabled: true },
      }),
    ),
  );
  return "created";
}

async function describe(
  client: DynamoSender,
  tableName: string,
  pause: Pause,
): Promise<TableDescription | undefined> {
  return await withRetries(pause, async () => {
    try {
      return (await client.send(new DescribeTableCommand({ TableName: tableName }))).Table;
    } catch (error) {
      if (isNamed(error, "ResourceNotFoundException")) return undefined;
      throw error;
    }
  });
}

async function create(client: DynamoSender, tableName: string, pause: Pause): Promise<void> {
  await withRetries(pause, async () => {
    try {
      await client.send(new CreateTableCommand(createTableInput(tableName)));
    } catch (error) {
      // An unanswered first attempt, or another starter, was faster.
      if (!isNamed(error, "ResourceInUseException")) throw error;
    }
  });
  for (let look = 0; look < looksMax; look += 1) {
    if (isActive(await describe(client, tableName, pause))) return;
    await pause.clock.sleep(lookEveryMs);
  }
  throw new HubError(
    "store.unavailable",
    `Table ${tableName} was created but does not become active`,
  );
}

function isActive(table: TableDescription | undefined): boolean {
  const indexes = table?.GlobalSecondaryIndexes ?? [];
  return (
    table?.TableStatus === "ACTIVE" &&
    indexes.every(({ IndexStatus: status }) => status === "ACTIVE")
  );
}

function assertSchema(table: TableDescription, tableName: string): void {
  const wanted = shapeOf(createTableInput(tableName));
  const found = shapeOf(table);
  const different = Object.keys(wanted).filter((part) => wanted[part] !== found[part]);
  if (different.length === 0) return;
  throw new HubError(
    "invariant.broken",
    `Table ${tableName} exists with another ${different.join(" and ")}: it was made by another version of the hub. Use another table or data directory, or move its data.`,
  );
}

type Shaped = Pick<
  TableDescription,
  "KeySchema" | "AttributeDefinitions" | "GlobalSecondaryIndexes" | "StreamSpecification"
>;

/** The parts of a table that cannot differ, each as text; the order of lists does not count. */
function shapeOf(table: Shaped): Readonly<Record<string, string>> {
  const keys = (schema: TableDescription["KeySchema"]): string =>
    sortedText((schema ?? []).map((key) => `${String(key.KeyType)} ${String(key.AttributeName)}`));
  const indexes = (table.GlobalSecondaryIndexes ?? []).map(
    (index) =>
      `${String(index.IndexName)} ${keys(index.KeySchema)} ${String(index.Projection?.ProjectionType)} ` +
      sortedText(index.Projection?.NonKeyAttributes ?? []),
  );
  return {
    key: keys(table.KeySchema),
    "set of key attributes": sortedText(
      (table.AttributeDefinitions ?? []).map(
        ({ AttributeName: name, AttributeType: type }) => `${String(name)} ${String(type)}`,
      ),
    ),
    "set of indexes": sortedText(indexes),
    "stream view": String(table.StreamSpecification?.StreamViewType),
  };
}

function sortedText(parts: readonly string[]): string {
  return parts.toSorted().join(", ");
}

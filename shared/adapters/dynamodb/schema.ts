import type { CreateTableCommandInput, Projection } from "@aws-sdk/client-dynamodb";

import { indexes } from "#shared/ports/table.ts";
import type { IndexName } from "#shared/ports/table.ts";

/** The hub table as plain data: the local database and the CDK stack both build theirs from it. */
export const tableSchema = {
  key: { partition: "pk", sort: "sk" },
  indexes,
  streamView: "NEW_AND_OLD_IMAGES",
  /** Epoch seconds after which DynamoDB may delete the item, usually within days. */
  expiryAttribute: "expiresAtEpochSeconds",
} as const;

/** Every attribute that is part of a key of the table or of an index. All are strings. */
export const keyAttributes: readonly string[] = [
  ...new Set([
    tableSchema.key.partition,
    tableSchema.key.sort,
    ...Object.values(indexes).flatMap((index) => [index.partition, index.sort]),
  ]),
];

/** What CreateTable needs. Time to live is switched on by a call of its own (`ensureTable`). */
export function createTableInput(tableName: string): CreateTableCommandInput {
  return {
    TableName: tableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: keyAttributes.map((name) => ({
      AttributeName: name,
      AttributeType: "S",
    })),
    KeySchema: keySchema(tableSchema.key),
    GlobalSecondaryIndexes: Object.entries(indexes).map(([name, index]) => ({
      IndexName: name,
      KeySchema: keySchema(index),
      Projection: projectionOf(index),
    })),
    StreamSpecification: { StreamEnabled: true, StreamViewType: tableSchema.streamView },
  };
}

function projectionOf({ projection }: (typeof indexes)[IndexName]): Projection {
  return typeof projection === "string"
    ? { ProjectionType: projection }
    : { ProjectionType: "INCLUDE", NonKeyAttributes: [...projection] };
}

function keySchema(key: { readonly partition: string; readonly sort: string }) {
  return [
    { AttributeName: key.partition, KeyType: "HASH" as const },
    { AttributeName: key.sort, KeyType: "RANGE" as const },
  ];
}

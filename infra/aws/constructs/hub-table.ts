import { CfnOutput, RemovalPolicy } from "aws-cdk-lib";
import {
  AttributeType,
  Billing,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from "aws-cdk-lib/aws-dynamodb";
import { Key } from "aws-cdk-lib/aws-kms";
import { Construct } from "constructs";

import { tableSchema } from "#shared/adapters/dynamodb/schema.ts";

import { nameLogically } from "./logical-name.ts";

/** The hub table with its own key. It holds what the hub knows, so neither goes with the stack. */
export class HubTable extends Construct {
  readonly arn: string;
  readonly name: string;
  readonly streamArn: string;
  readonly indexArns: readonly string[];
  readonly keyArn: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const key = new Key(this, "Key", {
      description: "Encrypts the hub table: work items, people and goals of the company",
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    nameLogically(key, "TableKey");
    const indexes = Object.entries(tableSchema.indexes);
    const table = new TableV2(this, "Table", {
      partitionKey: text(tableSchema.key.partition),
      sortKey: text(tableSchema.key.sort),
      globalSecondaryIndexes: indexes.map(([indexName, index]) => ({
        indexName,
        partitionKey: text(index.partition),
        sortKey: text(index.sort),
        ...(typeof index.projection === "string"
          ? { projectionType: ProjectionType[index.projection] }
          : {
              projectionType: ProjectionType.INCLUDE,
              nonKeyAttributes: [...index.projection],
            }),
      })),
      dynamoStream: StreamViewType[tableSchema.streamView],
      timeToLiveAttribute: tableSchema.expiryAttribute,
      billing: Billing.onDemand(),
      encryption: TableEncryptionV2.customerManagedKey(key),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    nameLogically(table, "HubTable");
    if (table.tableStreamArn === undefined) throw new Error("The table has no stream");

    this.arn = table.tableArn;
    this.name = table.tableName;
    this.streamArn = table.tableStreamArn;
    this.indexArns = indexes.map(([indexName]) => `${table.tableArn}/index/${indexName}`);
    this.keyArn = key.keyArn;
    new CfnOutput(this, "TableName", { value: this.name }).overrideLogicalId("TableName");
  }
}

function text(name: string) {
  return { name, type: AttributeType.STRING };
}

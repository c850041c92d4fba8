import { CfnOutput, Stack } from "aws-cdk-lib";
import { CfnRegistry, CfnSchema } from "aws-cdk-lib/aws-eventschemas";
import { Construct } from "constructs";

import { eventSchemas } from "../../event-schemas.ts";
import { nameLogically, pascal } from "./logical-name.ts";

/** The schemas of all events, where consoles and toolkits look for them. */
export class HubSchemas extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const registryName = `${Stack.of(this).stackName}-events`;
    const registry = new CfnRegistry(this, "Registry", {
      registryName,
      description: "Throughline: what is published on the alignment bus",
    });
    nameLogically(registry, "EventSchemas");
    for (const [type, content] of Object.entries(eventSchemas)) {
      const schema = new CfnSchema(this, type, {
        registryName,
        schemaName: `throughline@${type}`,
        type: "JSONSchemaDraft4",
        content,
      });
      schema.addResourceDependency(registry);
      nameLogically(schema, `${pascal(type.replaceAll(".", "-"))}Schema`);
    }
    new CfnOutput(this, "Name", { value: registryName }).overrideLogicalId("SchemaRegistryName");
  }
}

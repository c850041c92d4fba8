import { ArnFormat, CfnOutput, Stack } from "aws-cdk-lib";
import { CfnArchive, EventBus } from "aws-cdk-lib/aws-events";
import { Construct } from "constructs";

import { nameLogically } from "./logical-name.ts";

/** How far back events can be replayed, after a rule or a notifier was repaired. */
const archiveDays = 90;

/** The alignment bus and its archive. */
export class HubBus extends Construct {
  readonly bus: EventBus;
  /** Every rule that an admin makes while the hub runs, and no other. */
  readonly customRulesArn: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bus = new EventBus(this, "Bus", {
      eventBusName: `${Stack.of(this).stackName}-alignment`,
      description: "Throughline: signals, alerts and changes of goals and connections",
    });
    nameLogically(this.bus, "AlignmentBus");
    this.customRulesArn = Stack.of(this).formatArn({
      service: "events",
      resource: "rule",
      resourceName: `${this.bus.eventBusName}/custom-*`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    // All events: only the relay may put any here.
    const archive = new CfnArchive(this, "Archive", {
      sourceArn: this.bus.eventBusArn,
      retentionDays: archiveDays,
    });
    archive.overrideLogicalId("AlignmentArchive");
    new CfnOutput(this, "BusName", { value: this.bus.eventBusName }).overrideLogicalId("BusName");
  }
}

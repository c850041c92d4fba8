import { CfnOutput, Stack } from "aws-cdk-lib";
import { CfnArchive, EventBus } from "aws-cdk-lib/aws-events";
import { Construct } from "constructs";

import { nameLogically } from "./logical-name.ts";

/** How far back events can be replayed, after a rule or a notifier was repaired. */
const archiveDays = 90;

/** The alignment bus and its archive. */
export class HubBus extends Construct {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bus = new EventBus(this, "Bus", {
      eventBusName: `${Stack.of(this).stackName}-alignment`,
      description: "Throughline: signals, alerts and changes of goals and connections",
    });
    nameLogically(this.bus, "AlignmentBus");
    // All events: only the relay may put any here.
    const archive = new CfnArchive(this, "Archive", {
      sourceArn: this.bus.eventBusArn,
      retentionDays: archiveDays,
    });
    archive.overrideLogicalId("AlignmentArchive");
    new CfnOutput(this, "BusName", { value: this.bus.eventBusName }).overrideLogicalId("BusName");
  }
}

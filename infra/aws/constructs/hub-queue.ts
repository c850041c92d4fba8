import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

import type { QueueSpec } from "../../topology-parts.ts";
import { nameLogically, pascal } from "./logical-name.ts";

/** SQS keeps nothing longer. */
const retentionDaysMax = 14;

/** A queue of the topology with its dead-letter queue. */
export class HubQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, name: string, spec: QueueSpec) {
    super(scope, `${pascal(name)}Queue`);
    this.deadLetters = parkingQueue(this, `${pascal(name)}DeadLetters`);
    this.queue = new Queue(this, "Queue", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(spec.visibilityTimeoutSeconds),
      retentionPeriod: Duration.days(spec.retentionDays),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: spec.maxReceiveCount },
      // Messages that wait are deliveries that the hub has acknowledged.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    nameLogically(this.queue, `${pascal(name)}Queue`);
  }

  /** Lets rules of EventBridge send here. */
  admit(rulesArn: string): void {
    this.queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal("events.amazonaws.com")],
        actions: ["sqs:SendMessage"],
        resources: [this.queue.queueArn],
        conditions: { ArnLike: { "aws:SourceArn": rulesArn } },
      }),
    );
  }
}

/** A queue that only keeps what its trigger gave up on, for an operator to look at. */
export function parkingQueue(scope: Construct, logicalName: string): Queue {
  const queue = new Queue(scope, logicalName, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(retentionDaysMax),
    removalPolicy: RemovalPolicy.RETAIN,
  });
  nameLogically(queue, logicalName);
  return queue;
}

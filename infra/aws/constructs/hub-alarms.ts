import { CfnOutput, Duration, RemovalPolicy } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

import type { HubFunction } from "./hub-function.ts";
import { nameLogically } from "./logical-name.ts";

const periodMinutes = 5;
/** Ten minutes behind the table, people still see what happened; an hour behind, they do not. */
const streamAgeMsMax = 10 * 60_000;
/** More than a hiccup of one instance. */
const serverErrorsMax = 5;

interface HubAlarmsProps {
  readonly functions: readonly HubFunction[];
  /** Every queue in which anything at all is a problem. */
  readonly parkingQueues: readonly Queue[];
  readonly apiId: string;
  readonly tableName: string;
  /** Who is told; absent: the alarms only show in CloudWatch. */
  readonly email: string | undefined;
}

interface Watch {
  readonly name: string;
  readonly metric: IMetric;
  readonly above: number;
  readonly meaning: string;
}

/** Alarms on what an operator must act upon, all to one topic. */
export class HubAlarms extends Construct {
  constructor(scope: Construct, id: string, props: HubAlarmsProps) {
    super(scope, id);
    const action = new SnsAction(this.#topic(props.email));
    for (const watch of watchesOf(props)) {
      const alarm = new Alarm(this, watch.name, {
        alarmDescription: watch.meaning,
        metric: watch.metric,
        threshold: watch.above,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      nameLogically(alarm, watch.name);
    }
  }

  #topic(email: string | undefined): Topic {
    const key = new Key(this, "Key", {
      description: "Encrypts Throughline's alarm messages",
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    nameLogically(key, "AlarmKey");
    // CloudWatch can publish to an encrypted topic only with a key that names it.
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["kms:Decrypt", "kms:GenerateDataKey"],
        // In a key's own policy this means the key.
        resources: ["*"],
      }),
    );
    const topic = new Topic(this, "Topic", { masterKey: key, enforceSSL: true });
    nameLogically(topic, "AlarmTopic");
    if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
    new CfnOutput(this, "AlarmTopicArn", { value: topic.topicArn }).overrideLogicalId(
      "AlarmTopicArn",
    );
    return topic;
  }
}

function watchesOf({
  functions,
  parkingQueues,
  apiId,
  tableName,
}: HubAlarmsProps): readonly Watch[] {
  const period = Duration.minutes(periodMinutes);
  return [
    ...parkingQueues.map((queue) => ({
      name: `${queue.node.id}Alarm`,
      metric: queue.metricApproximateNumberOfMessagesVisible({ period, statistic: "max" }),
      above: 0,
      meaning: "Something was given up on: look at the messages, mend the cause, move them back.",
    })),
    ...functions.flatMap((target) => watchesOfFunction(target, period)),
    {
      name: "ServerErrorsAlarm",
      metric: new Metric({
        namespace: "AWS/ApiGateway",
        metricName: "5xx",
        dimensionsMap: { ApiId: apiId },
        statistic: "sum",
        period,
      }),
      above: serverErrorsMax,
      meaning: "The front door answers with server errors.",
    },
    ...watchesOfSelfCheck(tableName),
  ];
}

/** What the hourly self-check counts, as its line in the log says: a test holds the names to those. */
function watchesOfSelfCheck(tableName: string): readonly Watch[] {
  const counted = (metricName: "drift" | "unreadable") =>
    new Metric({
      namespace: "Throughline",
      metricName,
      dimensionsMap: { table: tableName },
      statistic: "max",
      period: Duration.hours(1),
    });
  return [
    {
      name: "DriftAlarm",
      metric: counted("drift"),
      above: 0,
      meaning:
        "The self-check mended signals that nothing explains: see its page for which, and report it.",
    },
    {
      name: "UnreadableAlarm",
      metric: counted("unreadable"),
      above: 0,
      meaning:
        "Stored items cannot be read, and nothing is concluded from them: see the self-check's page for which.",
    },
  ];
}

function watchesOfFunction(
  { node, lambda, spec }: HubFunction,
  period: Duration,
): readonly Watch[] {
  const watches: Watch[] = [
    {
      name: `${node.id.replace(/Function$/u, "")}ErrorsAlarm`,
      metric: lambda.metricErrors({ period, statistic: "sum" }),
      above: 0,
      meaning: `An invocation failed: ${spec.summary}`,
    },
    {
      name: `${node.id.replace(/Function$/u, "")}ThrottlesAlarm`,
      metric: lambda.metricThrottles({ period, statistic: "sum" }),
      above: 0,
      meaning: `The account's concurrency is used up: ${spec.summary}`,
    },
  ];
  if (spec.triggers.some(({ kind }) => kind === "stream")) {
    watches.push({
      name: `${node.id.replace(/Function$/u, "")}LagAlarm`,
      metric: lambda.metric("IteratorAge", { period, statistic: "max" }),
      above: streamAgeMsMax,
      meaning: `The reader of the stream is behind: ${spec.summary}`,
    });
  }
  return watches;
}

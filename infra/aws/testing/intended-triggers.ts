import type { Trigger } from "../../topology-parts.ts";
import { pascal } from "../constructs/logical-name.ts";
import type { Resources } from "./deployed-resources.ts";
import { callPermission, roleOf } from "./intended-access.ts";

/** What one trigger of a function asks of a template. */
export function intendedTrigger(name: string, summary: string, trigger: Trigger): Resources {
  const id = pascal(name);
  switch (trigger.kind) {
    case "http":
      return Object.fromEntries(
        trigger.routes.map((RouteKey, index) => [
          `${id}Route${index + 1}`,
          {
            Type: "AWS::ApiGatewayV2::Route",
            ApiId: "{HubApi}",
            RouteKey,
            AuthorizationType: "NONE",
            Target: `integrations/{${id}Integration}`,
          },
        ]),
      );
    case "queue":
      return {
        [`${id}FromQueue`]: {
          Type: "AWS::Lambda::EventSourceMapping",
          FunctionName: `{${id}Function}`,
          EventSourceArn: `{${pascal(trigger.queue)}Queue.Arn}`,
          BatchSize: trigger.batchSize,
          MaximumBatchingWindowInSeconds: trigger.batchWindowSeconds,
          ScalingConfig: { MaximumConcurrency: trigger.maxConcurrency },
          FunctionResponseTypes: ["ReportBatchItemFailures"],
        },
      };
    case "stream":
      return {
        [`${id}FromStream`]: {
          Type: "AWS::Lambda::EventSourceMapping",
          FunctionName: `{${id}Function}`,
          EventSourceArn: "{HubTable.StreamArn}",
          StartingPosition: "TRIM_HORIZON",
          BatchSize: trigger.batchSize,
          FilterCriteria: {
            Filters: trigger.filters.map((filter) => ({ Pattern: JSON.stringify(filter) })),
          },
          BisectBatchOnFunctionError: true,
          MaximumRetryAttempts: trigger.retryAttempts,
          MaximumRecordAgeInSeconds: trigger.maxRecordAgeHours * 3600,
          FunctionResponseTypes: ["ReportBatchItemFailures"],
          DestinationConfig: { OnFailure: { Destination: `{${id}Failures.Arn}` } },
        },
      };
    case "rule":
      return {
        [`${pascal(trigger.rule)}Permission`]: callPermission(
          name,
          "events.amazonaws.com",
          `{${pascal(trigger.rule)}Rule.Arn}`,
        ),
      };
    case "schedule":
      return intendedClock(name, summary, trigger.everyMinutes);
  }
}

function intendedClock(name: string, summary: string, everyMinutes: number): Resources {
  const id = pascal(name);
  return {
    [`${id}Clock`]: {
      Type: "AWS::Scheduler::Schedule",
      Description: summary,
      ScheduleExpression: `rate(${everyMinutes} ${everyMinutes === 1 ? "minute" : "minutes"})`,
      FlexibleTimeWindow: { Mode: "OFF" },
      State: "ENABLED",
      Target: {
        Arn: `{${id}Function.Arn}`,
        RoleArn: `{${id}ClockRole.Arn}`,
        DeadLetterConfig: { Arn: `{${id}Failures.Arn}` },
        RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 1 },
      },
    },
    [`${id}ClockRole`]: roleOf(
      "scheduler.amazonaws.com",
      [`lambda:InvokeFunction on {${id}Function.Arn}`, `sqs:SendMessage on {${id}Failures.Arn}`],
      { StringEquals: { "aws:SourceAccount": "{AWS::AccountId}" } },
    ),
  };
}

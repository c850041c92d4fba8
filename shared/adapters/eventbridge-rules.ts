import {
  DeleteRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import type {
  DeleteRuleCommandInput,
  PutRuleCommandInput,
  PutTargetsCommandInput,
  PutTargetsCommandOutput,
  RemoveTargetsCommandInput,
  RemoveTargetsCommandOutput,
} from "@aws-sdk/client-eventbridge";

import { HubError } from "#shared/errors.ts";
import type { EventRule, EventRules } from "#shared/ports/event-rules.ts";

import { awsPatience, calling, isAwsError } from "./aws-failure.ts";

/** The calls that rules need; a test passes its own. */
export interface EventRuleCalls {
  putRule(input: PutRuleCommandInput): Promise<unknown>;
  putTargets(
    input: PutTargetsCommandInput,
  ): Promise<Pick<PutTargetsCommandOutput, "FailedEntries">>;
  removeTargets(
    input: RemoveTargetsCommandInput,
  ): Promise<Pick<RemoveTargetsCommandOutput, "FailedEntries">>;
  deleteRule(input: DeleteRuleCommandInput): Promise<unknown>;
}

interface EventBridgeRulesOptions {
  readonly calls: EventRuleCalls;
  readonly busName: string;
  /** The queue whose messages become alerts. */
  readonly queueArn: string;
}

const targetId = "Custom";
/** EventBridge's own longest: an event of a day ago is still true, and alerts are idempotent. */
const retryPolicy = { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 };
/** As `PutRule` takes it. */
const descriptionMax = 512;

export function eventRuleCalls(): EventRuleCalls {
  const client = new EventBridgeClient(awsPatience);
  return {
    putRule: (input) => client.send(new PutRuleCommand(input)),
    putTargets: (input) => client.send(new PutTargetsCommand(input)),
    removeTargets: (input) => client.send(new RemoveTargetsCommand(input)),
    deleteRule: (input) => client.send(new DeleteRuleCommand(input)),
  };
}

/**
 * Custom rules as real rules of an EventBridge bus. A rule without its target does nothing, so a put that
 * fails half-way is repeated whole. The target is given the rule's name and the signal's id: placeholders of
 * text stand without quotes in a JSON template
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html, 2026-11).
 */
export function createEventBridgeRules(options: EventBridgeRulesOptions): EventRules {
  const { calls, busName: EventBusName } = options;
  return {
    async put(rule) {
      await refusing(() => calls.putRule(ruleInput(rule, EventBusName)));
      const { FailedEntries = [] } = await calling("The bus did not take the rule's target", () =>
        calls.putTargets(targetsInput(rule, options)),
      );
      assertNone(FailedEntries, "The bus refused the rule's target");
    },

    async remove(name) {
      const { FailedEntries = [] } = await unlessGone({}, () =>
        calls.removeTargets({ EventBusName, Rule: name, Ids: [targetId] }),
      );
      assertNone(FailedEntries, "The bus kept the rule's target");
      await unlessGone(undefined, () => calls.deleteRule({ EventBusName, Name: name }));
    },
  };
}

function ruleInput({ name, summary, pattern }: EventRule, busName: string): PutRuleCommandInput {
  return {
    EventBusName: busName,
    Name: name,
    Description: summary.slice(0, descriptionMax),
    EventPattern: JSON.stringify(pattern),
    State: "ENABLED",
  };
}

function targetsInput(
  { name }: EventRule,
  { busName, queueArn }: EventBridgeRulesOptions,
): PutTargetsCommandInput {
  return {
    EventBusName: busName,
    Rule: name,
    Targets: [
      {
        Id: targetId,
        Arn: queueArn,
        RetryPolicy: retryPolicy,
        InputTransformer: {
          InputPathsMap: { id: "$.detail.id" },
          InputTemplate: `{"customRule":"${name}","detail":{"id":<id>}}`,
        },
      },
    ],
  };
}

/** EventBridge knows best what it takes; what it says about a pattern is the admin's to read. */
async function refusing(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (isAwsError(error, "InvalidEventPatternException")) {
      throw new HubError("input.invalid", "EventBridge refuses this event pattern", {
        cause: error,
        issues: [{ path: "pattern", message: (error as Error).message.slice(0, 300) }],
      });
    }
    if (isAwsError(error, "LimitExceededException")) {
      throw new HubError("entity.conflict", "The bus holds as many rules as the account may have", {
        cause: error,
      });
    }
    await calling("The bus did not take the rule", () => Promise.reject(error as Error));
  }
}

async function unlessGone<T>(gone: T, call: () => Promise<T>): Promise<T> {
  try {
    return await calling("The bus did not remove the rule", call);
  } catch (error) {
    if (error instanceof HubError && isAwsError(error.cause, "ResourceNotFoundException"))
      return gone;
    throw error;
  }
}

function assertNone(
  entries: readonly { readonly ErrorCode?: string | undefined }[],
  message: string,
): void {
  const [first] = entries;
  if (!first) return;
  throw new HubError("store.unavailable", `${message}: save it again in a moment`, {
    details: { failure: first.ErrorCode ?? "unknown" },
  });
}

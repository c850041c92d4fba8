import { expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import { CustomRuleId } from "#shared/model/custom-rule.ts";

import { createEventBridgeRules } from "./eventbridge-rules.ts";
import type { EventRuleCalls } from "./eventbridge-rules.ts";

const name = CustomRuleId.parse("custom-0123456789");
const rule = { name, summary: "Critical blockers", pattern: { source: ["throughline"] } };

function named(errorName: string): Error {
  return Object.assign(new Error(`${errorName}: said by the service`), { name: errorName });
}

function rulesWith(given: Partial<EventRuleCalls> = {}) {
  const called: [string, unknown][] = [];
  const noting =
    <T>(verb: string, answer: T) =>
    async (input: unknown): Promise<T> => {
      called.push([verb, input]);
      return answer;
    };
  const calls: EventRuleCalls = {
    putRule: noting("putRule", {}),
    putTargets: noting("putTargets", { FailedEntries: [] }),
    removeTargets: noting("removeTargets", { FailedEntries: [] }),
    deleteRule: noting("deleteRule", {}),
    ...given,
  };
  const queueArn = "arn:aws:sqs:eu-central-1:111122223333:custom";
  return { called, rules: createEventBridgeRules({ calls, busName: "alignment", queueArn }) };
}

test("a rule is put with its pattern, and its target is told the rule and the signal's id", async () => {
  const { called, rules } = rulesWith();
  await rules.put(rule);
  expect(called).toEqual([
    [
      "putRule",
      {
        EventBusName: "alignment",
        Name: name,
        Description: "Critical blockers",
        EventPattern: '{"source":["throughline"]}',
        State: "ENABLED",
      },
    ],
    [
      "putTargets",
      {
        EventBusName: "alignment",
        Rule: name,
        Targets: [
          expect.objectContaining({
            Id: "Custom",
            Arn: "arn:aws:sqs:eu-central-1:111122223333:custom",
            InputTransformer: {
              InputPathsMap: { id: "$.detail.id" },
              InputTemplate: `{"customRule":"${name}","detail":{"id":<id>}}`,
            },
          }),
        ],
      },
    ],
  ]);
});

test("a pattern that EventBridge refuses is the admin's to correct, in EventBridge's words", async () => {
  const { rules } = rulesWith({
    putRule: () => Promise.reject(named("InvalidEventPatternException")),
  });
  await expect(rules.put(rule)).rejects.toMatchObject({
    code: "input.invalid",
    issues: [{ path: "pattern", message: "InvalidEventPatternException: said by the service" }],
  });
});

test.each([
  ["LimitExceededException", "entity.conflict"],
  ["ThrottlingException", "store.unavailable"],
])("%s of the service is %s", async (failure, code) => {
  const { rules } = rulesWith({ putRule: () => Promise.reject(named(failure)) });
  await expect(rules.put(rule)).rejects.toMatchObject({ code });
});

test("a target that was refused fails the whole, so that it is put again", async () => {
  const { rules } = rulesWith({
    putTargets: async () => ({ FailedEntries: [{ ErrorCode: "ConcurrentModification" }] }),
  });
  await expect(rules.put(rule)).rejects.toBeInstanceOf(HubError);
});

test("a rule loses its target before it goes, and one that is gone already is no failure", async () => {
  const { called, rules } = rulesWith();
  await rules.remove(name);
  expect(called.map(([verb]) => verb)).toEqual(["removeTargets", "deleteRule"]);
  const gone = () => Promise.reject(named("ResourceNotFoundException"));
  await rulesWith({ removeTargets: gone, deleteRule: gone }).rules.remove(name);
  await expect(
    rulesWith({ deleteRule: () => Promise.reject(named("InternalException")) }).rules.remove(name),
  ).rejects.toMatchObject({ code: "store.unavailable" });
});

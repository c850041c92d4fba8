import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { Template } from "aws-cdk-lib/assertions";
import { afterAll, describe, expect, test } from "vitest";

import { environments } from "#shared/adapters/environment.ts";
import { eventSchemas } from "#shared/model/events.ts";
import { logMetrics, metricDimension, metricNamespace } from "#shared/ports/log-metrics.ts";

import { type FunctionSpec } from "../topology-parts.ts";
import { functions, topology, type Topology } from "../topology.ts";
import { deployedResources } from "./testing/deployed-resources.ts";
import { differences } from "./testing/differences.ts";
import { intendedResources } from "./testing/intended-resources.ts";
import { customRules, mailIdentities, secretsOfConnections } from "./testing/intended-rights.ts";
import { makeStack, templateOf } from "./testing/synthesize.ts";

const folder = mkdtempSync(join(tmpdir(), "hub-stack-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const stack = makeStack(folder);
const template = templateOf(stack);
const deployed = deployedResources(template);

test("the stack is what the topology says, no more and no less", () => {
  expect(differences(intendedResources(topology), deployed)).toEqual([]);
});

test("every function of the topology knows its variables, and there is no list for another", () => {
  expect(Object.keys(environments).toSorted()).toEqual(Object.keys(functions).toSorted());
});

test("every event's schema is in the registry, and takes an event of its kind", () => {
  const schemas = Object.values(
    Template.fromJSON(template as object).findResources("AWS::EventSchemas::Schema"),
  ).map(
    ({ Properties }) => Properties as { readonly SchemaName: string; readonly Content: string },
  );
  expect(schemas.map(({ SchemaName }) => SchemaName).toSorted()).toEqual(
    Object.keys(eventSchemas)
      .map((type) => `throughline@${type}`)
      .toSorted(),
  );
  const content = schemas.find(({ SchemaName }) => SchemaName.endsWith("goal.changed.v1"))?.Content;
  const schema = JSON.parse(content ?? "") as { readonly $schema: string };
  expect(schema.$schema).toBe("http://json-schema.org/draft-04/schema#");
  const detail = { goalId: "asana:goal:conn_0123456789:77", change: "removed" };
  const event = { "detail-type": "goal.changed.v1", source: "throughline", detail };
  const envelope = {
    version: "0",
    id: "1",
    account: "1",
    time: "2026-11-21T08:00:00Z",
    region: "eu",
    resources: [],
  };
  // The dialects agree on every word that these schemas use.
  const { $schema: _dialect, ...words } = schema;
  const takes = addFormats.default(new Ajv({ strict: false })).compile(words);
  expect(takes({ ...envelope, ...event })).toBe(true);
  expect(takes({ ...envelope, ...event, detail: { ...detail, change: "moved" } })).toBe(false);
});

describe("a change on the topology's side alone is noticed", () => {
  const changed = (
    name: keyof typeof functions,
    change: (spec: FunctionSpec) => Partial<FunctionSpec>,
  ): Topology => {
    const spec: FunctionSpec = functions[name];
    return { ...topology, functions: { ...functions, [name]: { ...spec, ...change(spec) } } };
  };
  const firstTrigger = (change: object) => (spec: FunctionSpec) => ({
    triggers: spec.triggers.map((trigger, index) =>
      index === 0 ? { ...trigger, ...change } : trigger,
    ),
  });
  const rule = topology.rules["unlinked-work"] ?? topology.rules["tell-people"];

  test.each<[change: string, sign: RegExp, changed: Topology]>([
    [
      "a right more",
      /^AlertRole\.Rights.*missing.*events:PutEvents/u,
      changed("alert", ({ rights }) => ({ rights: [...rights, "bus:publish"] })),
    ],
    [
      "a right less",
      /^AlertRole\.Rights.*surplus.*dynamodb:PutItem/u,
      changed("alert", () => ({ rights: ["table:read"] })),
    ],
    [
      "another route",
      /^ReceiveRoute1\.RouteKey/u,
      changed("receive", firstTrigger({ routes: ["POST /hooks/{connectionId}"] })),
    ],
    [
      "a route more",
      /^AppRoute3 is not deployed/u,
      changed("app", firstTrigger({ routes: ["ANY /{proxy+}", "ANY /", "GET /new"] })),
    ],
    [
      "a route less",
      /^AppRoute2 is deployed/u,
      changed("app", firstTrigger({ routes: ["ANY /"] })),
    ],
    [
      "another batch size",
      /^IngestFromQueue\.BatchSize/u,
      changed("ingest", firstTrigger({ batchSize: 24 })),
    ],
    [
      "another concurrency",
      /^PullFromQueue\.ScalingConfig/u,
      changed("pull", firstTrigger({ maxConcurrency: 2 })),
    ],
    [
      "another queue",
      /^IngestFromQueue\.EventSourceArn/u,
      changed("ingest", firstTrigger({ queue: "pulls" })),
    ],
    [
      "another stream filter",
      /^RelayFromStream\.FilterCriteria/u,
      changed("relay", firstTrigger({ filters: [{ eventName: ["INSERT"] }] })),
    ],
    [
      "other retries",
      /^RelayFromStream\.MaximumRetryAttempts/u,
      changed("relay", firstTrigger({ retryAttempts: 1 })),
    ],
    [
      "another schedule",
      /^SweepClock\.ScheduleExpression/u,
      changed("sweep", firstTrigger({ everyMinutes: 5 })),
    ],
    ["a trigger less", /^SweepClock is deployed/u, changed("sweep", () => ({ triggers: [] }))],
    [
      "a trigger more",
      /^RelayClock is not deployed/u,
      changed("relay", ({ triggers }) => ({
        triggers: [...triggers, { kind: "schedule", everyMinutes: 60 }],
      })),
    ],
    [
      "another rule for a function",
      /^UnlinkedWorkRule\.Targets/u,
      changed("alert", firstTrigger({ rule: "tell-people" })),
    ],
    [
      "another timeout",
      /^DetectFunction\.Timeout/u,
      changed("detect", () => ({ timeoutSeconds: 1 })),
    ],
    [
      "another young generation",
      /^PullFunction\.Environment.*--max-semi-space-size=16/u,
      changed("pull", () => ({ semiSpaceMb: 16 })),
    ],
    [
      "another memory of a function whose heap is held",
      /^PullFunction\.Environment.*--max-old-space-size=1908/u,
      changed("pull", () => ({ memoryMb: 2048 })),
    ],
    [
      "a function more",
      /^AuditFunction is not deployed/u,
      { ...topology, functions: { ...functions, audit: functions.alert } },
    ],
    [
      "another pattern",
      /^UnlinkedWorkRule\.EventPattern/u,
      {
        ...topology,
        rules: {
          ...topology.rules,
          "unlinked-work": { ...rule, pattern: { ...rule.pattern, account: ["1"] } },
        },
      },
    ],
    [
      "another patience of a queue",
      /^InboxQueue\.RedrivePolicy/u,
      {
        ...topology,
        queues: { ...topology.queues, inbox: { ...topology.queues.inbox, maxReceiveCount: 1 } },
      },
    ],
  ])("%s", (_change, sign, changedTopology) => {
    const found = differences(intendedResources(changedTopology), deployed);
    expect(found).toContainEqual(expect.stringMatching(sign));
  });
});

describe("a change on the stack's side alone is noticed", () => {
  type Properties = Readonly<Record<string, unknown>>;
  /** The template with one resource changed; `undefined` removes it. */
  const edited = (name: string, edit: (properties: Properties) => object | undefined) => {
    const copy = structuredClone(template) as {
      Resources: Record<string, { Type: string; Properties: Properties }>;
    };
    const resource = copy.Resources[name];
    if (resource === undefined) throw new Error(`The template has no ${name}`);
    const properties = edit(resource.Properties);
    if (properties === undefined) delete copy.Resources[name];
    else copy.Resources[name] = { Type: resource.Type, Properties: properties as Properties };
    return copy;
  };
  const granting = (statement: object) => (properties: Properties) => ({
    ...properties,
    Policies: [
      { PolicyName: "more", PolicyDocument: { Statement: [statement] } },
      ...[properties["Policies"]].flat(),
    ],
  });

  test.each<[change: string, name: string, edit: (properties: Properties) => object | undefined]>([
    [
      "a right that the topology does not give",
      "ReceiveRole",
      granting({ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket/key" }),
    ],
    [
      "a grant in other words",
      "ReceiveRole",
      granting({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }),
    ],
    [
      "a managed policy",
      "ReceiveRole",
      (properties) => ({ ...properties, ManagedPolicyArns: ["arn:aws:iam::aws:policy/Admin"] }),
    ],
    ["a filter", "DetectFromStream", (properties) => ({ ...properties, FilterCriteria: {} })],
    [
      "a mapping without bisecting",
      "RelayFromStream",
      (properties) => ({ ...properties, BisectBatchOnFunctionError: false }),
    ],
    [
      "a mapping that takes batches whole",
      "IngestFromQueue",
      ({ FunctionResponseTypes: _types, ...properties }) => properties,
    ],
    ["a pattern", "TellPeopleRule", (properties) => ({ ...properties, EventPattern: {} })],
    [
      "a target without dead letters",
      "TellPeopleRule",
      (properties) => ({ ...properties, Targets: [{ Arn: "x", Id: "Notify" }] }),
    ],
    ["a disabled rule", "TellPeopleRule", (properties) => ({ ...properties, State: "DISABLED" })],
    ["a route that is gone", "ReceiveRoute1", () => undefined],
    ["a variable", "SweepFunction", (properties) => ({ ...properties, Environment: {} })],
    ["a permission that is gone", "UnlinkedWorkPermission", () => undefined],
    [
      "an index of the table",
      "HubTable",
      (properties) => ({ ...properties, GlobalSecondaryIndexes: [] }),
    ],
    ["the table's stream", "HubTable", ({ StreamSpecification: _stream, ...rest }) => rest],
    ["a queue without encryption", "InboxQueue", ({ SqsManagedSseEnabled: _sse, ...rest }) => rest],
  ])("%s", (_change, name, edit) => {
    const found = differences(intendedResources(topology), deployedResources(edited(name, edit)));
    expect(found).toContainEqual(expect.stringMatching(new RegExp(`^${name}[. ]`, "u")));
  });
});

test("no role may do anything with a wildcard, but for the secrets of connections by their prefix", () => {
  const rights = Object.values(deployed).flatMap(({ Rights }) =>
    Array.isArray(Rights) ? Rights.map(String) : [],
  );
  expect(rights.length).toBeGreaterThan(100);
  expect(
    rights.filter(
      (right) =>
        right.includes("*") &&
        ![secretsOfConnections, customRules, mailIdentities].some((named) =>
          right.endsWith(` on ${named}`),
        ),
    ),
  ).toEqual([]);
});

test("every queue that parks what was given up on raises an alarm at its first message", () => {
  const parking = Object.entries(deployed)
    .filter(
      ([name, { Type }]) => Type === "AWS::SQS::Queue" && /DeadLetters$|Failures$/u.test(name),
    )
    .map(([name]) => name);
  expect(parking).toHaveLength(8);
  for (const queue of parking) {
    Template.fromJSON(template as object).hasResourceProperties("AWS::CloudWatch::Alarm", {
      MetricName: "ApproximateNumberOfMessagesVisible",
      Dimensions: [{ Name: "QueueName", Value: { "Fn::GetAtt": [queue, "QueueName"] } }],
      Threshold: 0,
      ComparisonOperator: "GreaterThanThreshold",
      AlarmActions: [{ Ref: "AlarmTopic" }],
    });
  }
});

test("every function raises an alarm on errors and throttling, readers of the stream on lag", () => {
  for (const [name, { triggers }] of Object.entries<FunctionSpec>(functions)) {
    const lambda = `${name.charAt(0).toUpperCase()}${name.slice(1)}Function`;
    const isReader = triggers.some(({ kind }) => kind === "stream");
    for (const metric of ["Errors", "Throttles", ...(isReader ? ["IteratorAge"] : [])]) {
      Template.fromJSON(template as object).hasResourceProperties("AWS::CloudWatch::Alarm", {
        MetricName: metric,
        Dimensions: [{ Name: "FunctionName", Value: { Ref: lambda } }],
      });
    }
  }
});

test("the self-check raises an alarm at the first drift, and at the first item that cannot be read", () => {
  for (const metric of ["drift", "unreadable"]) {
    expect(Object.keys(logMetrics["self-check.done"])).toContain(metric);
    Template.fromJSON(template as object).hasResourceProperties("AWS::CloudWatch::Alarm", {
      Namespace: metricNamespace,
      MetricName: metric,
      Dimensions: [{ Name: metricDimension, Value: { Ref: "HubTable" } }],
      Threshold: 0,
      ComparisonOperator: "GreaterThanThreshold",
      AlarmActions: [{ Ref: "AlarmTopic" }],
    });
  }
});

test("the front door is throttled and logged, and the access token starts without a value", () => {
  const checked = Template.fromJSON(template as object);
  checked.hasResourceProperties("AWS::ApiGatewayV2::Stage", {
    DefaultRouteSettings: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 },
  });
  checked.resourcePropertiesCountIs("AWS::SecretsManager::Secret", { SecretString: {} }, 0);
  expect(checked.findResources("AWS::SecretsManager::Secret")).toMatchObject({
    AccessTokenSecret: { Properties: { Description: expect.any(String) } },
  });
  expect(
    Object.keys(
      checked.findResources("AWS::SecretsManager::Secret")["AccessTokenSecret"]?.["Properties"],
    ),
  ).toEqual(["Description"]);
});

test("what holds data outlives the stack, and every log group forgets", () => {
  const checked = Template.fromJSON(template as object);
  for (const name of [
    "HubTable",
    "TableKey",
    "InboxQueue",
    "InboxDeadLetters",
    "AccessTokenSecret",
  ]) {
    expect(checked.toJSON()["Resources"][name]).toMatchObject({ DeletionPolicy: "Retain" });
  }
  const groups = Object.values(checked.findResources("AWS::Logs::LogGroup"));
  expect(groups.length).toBe(Object.keys(functions).length + 1);
  for (const group of groups) expect(group).toMatchObject({ Properties: { RetentionInDays: 30 } });
});

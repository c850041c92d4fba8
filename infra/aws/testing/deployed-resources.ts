import * as z from "zod";

/** What a template says, by logical name: each resource's properties with references as text. */
export type Resources = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const Template = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
});
const Policy = z.looseObject({
  PolicyDocument: z.looseObject({ Statement: z.array(z.record(z.string(), z.unknown())) }),
});

/** What carries the wiring. A type that is not here is held by its own test, or by cdk-nag. */
const wiringTypes: ReadonlySet<string> = new Set([
  "AWS::ApiGatewayV2::Integration",
  "AWS::ApiGatewayV2::Route",
  "AWS::DynamoDB::GlobalTable",
  "AWS::DynamoDB::Table",
  "AWS::Events::Archive",
  "AWS::Events::EventBus",
  "AWS::Events::EventBusPolicy",
  "AWS::Events::Rule",
  "AWS::IAM::Group",
  "AWS::IAM::ManagedPolicy",
  "AWS::IAM::Policy",
  "AWS::IAM::Role",
  "AWS::IAM::RolePolicy",
  "AWS::IAM::User",
  "AWS::Lambda::EventInvokeConfig",
  "AWS::Lambda::EventSourceMapping",
  "AWS::Lambda::Function",
  "AWS::Lambda::Permission",
  "AWS::Lambda::Url",
  "AWS::Pipes::Pipe",
  "AWS::SQS::Queue",
  "AWS::SQS::QueuePolicy",
  "AWS::Scheduler::Schedule",
]);

/** Reads the wiring out of a synthesized template. */
export function deployedResources(template: unknown): Resources {
  const { Resources: resources } = Template.parse(template);
  return Object.fromEntries(
    Object.entries(resources)
      .filter(([, { Type }]) => wiringTypes.has(Type))
      .map(([name, { Type, Properties }]) => {
        // A hash of the bundle, which changes with every line of code.
        const { Code: _code, ...told } = Properties;
        const properties = readable(told);
        return [
          Type === "AWS::SQS::QueuePolicy" ? `policy of ${text(told["Queues"])}` : name,
          { Type, ...(isRecord(properties) ? flattenPolicies(properties) : {}) },
        ];
      }),
  );
}

/** References become text: `{HubTable}`, `{HubTable.Arn}`, `arn:{AWS::Partition}:…`. */
function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (!isRecord(value)) return value;
  const reference = referenceText(value);
  if (reference !== undefined) return reference;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, readable(inner)]));
}

function referenceText(value: Readonly<Record<string, unknown>>): string | undefined {
  if (Object.keys(value).length !== 1) return undefined;
  if (typeof value["Ref"] === "string") return `{${value["Ref"]}}`;
  if (Array.isArray(value["Fn::GetAtt"])) return `{${value["Fn::GetAtt"].join(".")}}`;
  const join: unknown = value["Fn::Join"];
  if (!Array.isArray(join) || !Array.isArray(join[1])) return undefined;
  return join[1].map(text).join(String(join[0]));
}

function text(value: unknown): string {
  const told = readable(value);
  return typeof told === "string" ? told : JSON.stringify(told);
}

/** A role's rights as a sorted list of `action on resource`: how statements are cut says nothing. */
function flattenPolicies(properties: Readonly<Record<string, unknown>>) {
  const { Policies: policies, ...rest } = properties;
  if (!Array.isArray(policies)) return rest;
  const statements = policies.flatMap((policy) => Policy.parse(policy).PolicyDocument.Statement);
  return { ...rest, Rights: [...new Set(statements.flatMap(rightsOf))].toSorted() };
}

function rightsOf(statement: Readonly<Record<string, unknown>>): readonly string[] {
  const { Effect, Action, Resource, ...unusual } = statement;
  // Anything beyond a plain grant (NotAction, Condition, Deny) is told as it stands, and so differs.
  if (Effect !== "Allow" || Object.keys(unusual).length > 0) return [JSON.stringify(statement)];
  return [Action]
    .flat()
    .flatMap((action) =>
      [Resource].flat().map((resource) => `${text(action)} on ${text(resource)}`),
    );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

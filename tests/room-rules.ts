import type { IRegularForbiddenRuleType } from "dependency-cruiser";

/** A package, however the resolver names it: its folder, its types' folder, or just its name. */
function npm(name: string): string {
  return `^(node_modules/)?(@types/)?${name}(/|$)`;
}

const testing = ["\\.test\\.ts$", "^shared/testing/"];
const model = "^shared/model/";
const ports = "^shared/ports/";
const errors = "^shared/errors\\.ts$";
const kit = "^shared/kit/";
const graph = "^shared/graph/";
const zod = npm("zod");
const aws = npm("@aws-sdk");

/** The files of `room` may import what `allowed` names, Node's own modules where `core`, nothing else. */
function only(name: string, room: string, allowed: readonly string[], core = false) {
  return {
    name,
    severity: "error",
    from: { path: room, pathNot: testing },
    to: { pathNot: [...allowed], ...(core ? { dependencyTypesNot: ["core"] } : {}) },
  } satisfies IRegularForbiddenRuleType;
}

function never(
  name: string,
  from: IRegularForbiddenRuleType["from"],
  to: IRegularForbiddenRuleType["to"],
) {
  return { name, severity: "error", from, to } satisfies IRegularForbiddenRuleType;
}

/** Who may import whom: one rule a line. `rooms.test.ts` shows that each of them bites. */
export const roomRules: readonly IRegularForbiddenRuleType[] = [
  only("model-stands-alone", model, [model, zod]),
  only("ports-speak-of-the-model", ports, [ports, model, errors, zod]),
  only("errors-stand-alone", errors, [model]),
  only("graph-is-pure", graph, [graph, model]),
  // Time zones are nothing to write oneself.
  only(
    "kit-knows-no-host-and-no-plug-in",
    kit,
    [kit, model, ports, errors, graph, zod, npm("luxon")],
    true,
  ),
  only(
    "access-opens-sources-through-ports",
    "^shared/access/",
    ["^shared/access/", kit, model, ports, errors, "^shared/store/", zod],
    true,
  ),
  only("rules-are-pure", "^shared/rules/", ["^shared/rules/", model, kit, graph, zod]),
  only(
    "store-reaches-the-table-through-its-port",
    "^shared/store/",
    // What an alert goes through is pure, and shared by whoever stores one.
    ["^shared/store/", model, ports, errors, graph, zod, "^shared/kit/(alert-|event-pattern/)"],
    true,
  ),
  only(
    "adapters-know-ports-and-their-service",
    "^shared/adapters/",
    [
      "^shared/adapters/",
      model,
      ports,
      errors,
      zod,
      aws,
      npm("ipaddr\\.js"),
      npm("@aws-lambda-powertools"),
    ],
    true,
  ),
  // One EventBridge rule follows from each signal rule.
  only("topology-is-data", "^infra/(topology|topology-parts|event-schemas)\\.ts$", [
    "^infra/topology-parts\\.ts$",
    model,
    kit,
    "^shared/rules/index\\.ts$",
  ]),
  only("the-connector-registry-lists-declarations", "^connectors/index\\.ts$", [
    "^connectors/[^/]+/connector\\.ts$",
    kit,
  ]),

  never(
    "a-rule-knows-no-other-rule",
    { path: "^shared/rules/([^/]+)/" },
    { path: "^shared/rules/[^/]+/", pathNot: "^shared/rules/$1/" },
  ),
  never(
    "a-connector-knows-no-other-connector",
    { path: "^connectors/([^/]+)/" },
    { path: "^connectors/", pathNot: "^connectors/$1/" },
  ),
  never(
    "a-connector-knows-only-what-plug-ins-are-written-with",
    { path: "^connectors/[^/]+/", pathNot: [...testing, "/simulator/"] },
    { path: ["^shared/", "^functions/", "^infra/"], pathNot: [model, ports, kit, errors] },
  ),
  never(
    "a-vendor-sdk-stays-in-its-client",
    { pathNot: ["^connectors/[^/]+/(client|errors)[^/]*(/|\\.ts$)", ...testing] },
    { path: [npm("jira\\.js"), npm("asana")] },
  ),
  never(
    "a-function-knows-no-other-function",
    { path: "^functions/([^/]+)/" },
    { path: "^functions/", pathNot: "^functions/$1/" },
  ),
  never(
    "a-function-knows-no-host",
    { path: "^functions/", pathNot: testing },
    { path: ["^infra/", "^tests/"] },
  ),
  never(
    "only-lambda-ts-wires-adapters",
    { path: "^functions/", pathNot: [...testing, "^functions/[^/]+/lambda\\.ts$"] },
    { path: "^shared/adapters/" },
  ),
  never(
    "plug-ins-are-reached-through-their-registry",
    { path: "^functions/", pathNot: testing },
    { path: ["^connectors/[^/]+/", "^shared/rules/[^/]+/"] },
  ),
  never(
    "aws-is-known-to-adapters-and-hosts",
    {
      path: ["^shared/", "^connectors/", "^functions/"],
      pathNot: ["^shared/adapters/", ...testing],
    },
    { path: [aws, npm("aws-cdk-lib"), npm("constructs")] },
  ),
  never(
    "the-stack-names-runtime-code-by-path",
    { path: "^infra/aws/", pathNot: testing },
    {
      path: ["^shared/", "^connectors/", "^functions/", "^infra/local/"],
      // Two lists that stack and adapters must agree on: environment variables, keys of the table.
      pathNot: "^shared/adapters/(environment|dynamodb/schema)\\.ts$",
    },
  ),
  never(
    "the-local-hub-knows-no-cdk",
    { path: "^infra/local/", pathNot: testing },
    { path: [npm("aws-cdk-lib"), "^infra/aws/", "^functions/[^/]+/lambda\\.ts$"] },
  ),
  never(
    "production-knows-no-simulator-and-no-test",
    {
      path: ["^shared/", "^connectors/", "^functions/", "^infra/aws/", "^infra/topology\\.ts$"],
      pathNot: [...testing, "^connectors/[^/]+/simulator/"],
    },
    {
      path: [
        "^connectors/[^/]+/simulator/",
        "^shared/testing/",
        "^infra/local/",
        "^tests/",
        ...["vitest", "fast-check", "playwright-core", "ajv", "ajv-formats"].map(npm),
      ],
    },
  ),
];

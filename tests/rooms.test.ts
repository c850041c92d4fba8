import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { type ICruiseResult, cruise } from "dependency-cruiser";
import { afterAll, describe, expect, test } from "vitest";

import { roomRules } from "./room-rules.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const rooms = ["shared", "connectors", "functions", "infra", "tests"];
const sources = globSync(`{${rooms.join(",")}}/**/*.ts`, { cwd: root }).toSorted();

interface Findings {
  readonly modules: readonly string[];
  /** What a rule forbids and somebody does: `rule: importer -> imported`. */
  readonly violations: readonly string[];
}

async function examine(baseDir: string, folders: readonly string[]): Promise<Findings> {
  const reply = await cruise([...folders], {
    baseDir,
    // With TypeScript 7, which has no API yet, any other parser sees no module and finds nothing.
    parser: "swc",
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    validate: true,
    ruleSet: { forbidden: [...roomRules] },
  });
  // Without an output type the output is the result itself, not a report.
  const { modules, summary } = reply.output as ICruiseResult;
  return {
    modules: modules.map((module) => module.source),
    violations: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`),
  };
}

/** One importer and one import that breaks each rule. */
const offences: Record<string, readonly [from: string, to: string]> = {
  "model-stands-alone": ["shared/model/goal.ts", "shared/errors.ts"],
  "ports-speak-of-the-model": ["shared/ports/table.ts", "shared/store/keys.ts"],
  "errors-stand-alone": ["shared/errors.ts", "shared/kit/retry.ts"],
  "graph-is-pure": ["shared/graph/walk.ts", "shared/ports/table.ts"],
  "kit-knows-no-host-and-no-plug-in": ["shared/kit/retry.ts", "shared/adapters/sqs.ts"],
  "access-opens-sources-through-ports": ["shared/access/open-source.ts", "shared/adapters/sqs.ts"],
  "rules-are-pure": ["shared/rules/late/rule.ts", "shared/ports/table.ts"],
  "store-reaches-the-table-through-its-port": ["shared/store/keys.ts", "shared/adapters/sqs.ts"],
  "adapters-know-ports-and-their-service": ["shared/adapters/sqs.ts", "shared/kit/retry.ts"],
  "topology-is-data": ["infra/topology.ts", "functions/pull/pull.ts"],
  "the-connector-registry-lists-declarations": ["connectors/index.ts", "connectors/jira/client.ts"],
  "a-rule-knows-no-other-rule": ["shared/rules/late/rule.ts", "shared/rules/stale/rule.ts"],
  "a-connector-knows-no-other-connector": ["connectors/jira/source.ts", "connectors/asana/wire.ts"],
  "a-connector-knows-only-what-plug-ins-are-written-with": [
    "connectors/jira/source.ts",
    "shared/store/keys.ts",
  ],
  "a-vendor-sdk-stays-in-its-client": ["connectors/asana/source.ts", "asana"],
  "a-function-knows-no-other-function": ["functions/pull/pull.ts", "functions/ingest/ingest.ts"],
  "a-function-knows-no-host": ["functions/pull/pull.ts", "infra/topology.ts"],
  "only-lambda-ts-wires-adapters": ["functions/pull/pull.ts", "shared/adapters/sqs.ts"],
  "plug-ins-are-reached-through-their-registry": [
    "functions/pull/pull.ts",
    "connectors/jira/client.ts",
  ],
  "aws-is-known-to-adapters-and-hosts": ["functions/pull/lambda.ts", "@aws-sdk/client-sqs"],
  "the-stack-names-runtime-code-by-path": ["infra/aws/stack.ts", "functions/pull/pull.ts"],
  "the-local-hub-knows-no-cdk": ["infra/local/hub.ts", "functions/pull/lambda.ts"],
  "production-knows-no-simulator-and-no-test": [
    "connectors/jira/source.ts",
    "connectors/jira/simulator/server.ts",
  ],
};

/** A tree in which each offence is committed once, beside imports that are allowed. */
function writeOffences(baseDir: string): void {
  const innocent = [
    ["shared/adapters/sqs.ts", "@aws-sdk/client-sqs"],
    ["connectors/asana/client.ts", "asana"],
    ["functions/pull/lambda.ts", "shared/adapters/sqs.ts"],
    ["infra/local/hub.ts", "functions/pull/pull.ts"],
    ["connectors/jira/source.test.ts", "connectors/jira/simulator/server.ts"],
  ] as const;
  const imports = new Map<string, string[]>();
  for (const [from, to] of [...Object.values(offences), ...innocent]) {
    const path = rooms.some((room) => to.startsWith(`${room}/`)) ? relativeTo(from, to) : to;
    imports.set(from, [
      ...(imports.get(from) ?? []),
      `import * as m${imports.size} from "${path}";`,
    ]);
    imports.set(to, imports.get(to) ?? []);
  }
  for (const [file, lines] of imports) {
    if (!file.endsWith(".ts")) continue;
    mkdirSync(dirname(join(baseDir, file)), { recursive: true });
    writeFileSync(join(baseDir, file), `${lines.join("\n")}\nexport const x = 1;\n`);
  }
}

function relativeTo(from: string, to: string): string {
  const path = relative(dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
}

/** Connectors of a format or protocol that the hub speaks itself, or whose name is a word of the hub's own. */
const protocols: ReadonlySet<string> = new Set(["csv", "email", "scim", "teams", "webhook"]);

describe("the rooms", () => {
  test("nobody imports what the dependency rule forbids", async () => {
    const { modules, violations } = await examine(root, rooms);
    const seen = new Set(modules);
    expect(sources.filter((file) => !seen.has(file))).toEqual([]);
    expect(sources.length).toBeGreaterThan(100);
    expect(violations).toEqual([]);
  });

  const baseDir = mkdtempSync(join(tmpdir(), "rooms-"));
  afterAll(() => rmSync(baseDir, { recursive: true, force: true }));

  test("each rule is broken by its offence, and an import that is allowed breaks none", async () => {
    expect(new Set(Object.keys(offences))).toEqual(new Set(roomRules.map(({ name }) => name)));
    writeOffences(baseDir);
    const { violations } = await examine(baseDir, ["shared", "connectors", "functions", "infra"]);
    const expected = Object.entries(offences).map(
      ([rule, [from, to]]) => `${rule}: ${from} -> ${to}`,
    );
    expect(violations).toEqual(expect.arrayContaining(expected));
    const culprits = new Set(Object.values(offences).map(([from, to]) => `${from} -> ${to}`));
    expect(
      violations.filter((violation) => !culprits.has(violation.replace(/^.*?: /u, ""))),
    ).toEqual([]);
  });

  test("core code never names a product", () => {
    const products = readdirSync(join(root, "connectors"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !protocols.has(entry.name))
      .map((entry) => entry.name);
    expect(products).toContain("jira");
    const named = new RegExp(`["'\`](?:${products.join("|")})["'\`:/]`, "u");
    const core = sources.filter(
      (file) =>
        /^(?:shared|functions)\//u.test(file) && !/\.test\.ts$|^shared\/testing\//u.test(file),
    );
    const offenders = core.flatMap((file) =>
      readFileSync(join(root, file), "utf8")
        .split("\n")
        .filter((line) => !/^\s*(?:\/\/|\/?\*)/u.test(line) && named.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(offenders).toEqual([]);
  });

  test("only the two registries are called index.ts", () => {
    const indexes = sources.filter((file) => /(?:^|\/)index\.ts$/u.test(file));
    expect(indexes).toEqual(["connectors/index.ts", "shared/rules/index.ts"]);
  });
});

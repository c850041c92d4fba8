import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type FunctionSpec } from "../topology-parts.ts";
import { functions } from "../topology.ts";
import { bundleAll, type Bundled } from "./bundle.ts";
import { environment } from "./testing/environment.ts";

const folder = mkdtempSync(join(tmpdir(), "hub-bundles-"));
let bundles: readonly Bundled[] = [];
beforeAll(async () => {
  bundles = await bundleAll(folder);
  // Ten bundles, four of them with the SDKs of work tools: on a busy machine that takes a while.
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Starts a bundle as Lambda does: by itself, from a file, with only its variables. Then loads every
 * part that the function would load later: some libraries fail only there once they are bundled.
 */
async function start(name: string, variables: Readonly<Record<string, string>>): Promise<string> {
  const script = join(folder, `start-${name}.mjs`);
  await writeFile(
    script,
    `import { globSync } from "node:fs";
    // Node itself would print the line of the error first, which in a bundle is more than a pipe holds.
    const { handler } = await import("./${name}/index.mjs").catch(({ message }) => {
      process.stderr.write(message);
      process.exit(1);
    });
    for (const part of globSync("${name}/chunks/*.mjs", { cwd: import.meta.dirname })) {
      await import("./" + part).catch((error) => {
        // What stands in for sources in a function that may not call any.
        if (!/no right to call sources/u.test(error.message)) throw error;
      });
    }
    process.stdout.write(typeof handler);`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env: variables });
  return stdout;
}

function packagesIn(name: string): readonly string[] {
  return bundles.find(({ functionName }) => functionName === name)?.packages ?? [];
}

const all = Object.entries<FunctionSpec>(functions);

describe.each(all)("the bundle of %s", (name, { rights }) => {
  test("starts alone, exports its handler, and can load all its parts", async () => {
    expect(await start(name, environment)).toBe("function");
  });

  test("refuses to start without its variables, naming them", async () => {
    await expect(start(name, {})).rejects.toThrow(/environment is incomplete: .*LOG_LEVEL/u);
  });

  test("holds a client of exactly those services that its rights speak of", () => {
    const packages = packagesIn(name);
    const has = (prefix: string) => rights.some((right) => right.startsWith(prefix));
    expect({
      DynamoDB: packages.includes("@aws-sdk/client-dynamodb"),
      SQS: packages.includes("@aws-sdk/client-sqs"),
      "Secrets Manager": packages.includes("@aws-sdk/client-secrets-manager"),
      EventBridge: packages.includes("@aws-sdk/client-eventbridge"),
      SES: packages.includes("@aws-sdk/client-sesv2"),
    }).toEqual({
      DynamoDB: has("table:"),
      SQS: has("queue"),
      "Secrets Manager": has("secrets:") || has("access-token:"),
      EventBridge: has("bus:") || has("event-rules:"),
      SES: has("mail:"),
    });
  });
});

test("the SDKs of work tools are in the functions that call sources, and in no other", () => {
  const names = all.map(([name]) => name);
  const callers = all
    .filter(([, { rights }]) => rights.includes("sources:call"))
    .map(([name]) => name);
  for (const sdk of ["asana", "jira.js"]) {
    expect(names.filter((name) => packagesIn(name).includes(sdk))).toEqual(callers);
  }
});

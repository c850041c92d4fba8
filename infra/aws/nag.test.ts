import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import type { IConstruct } from "constructs";
import { afterAll, expect, test } from "vitest";

import type { HubStack } from "./hub-stack.ts";
import { makeStack } from "./testing/synthesize.ts";

const folder = mkdtempSync(join(tmpdir(), "hub-nag-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every finding that nobody explained, as `rule at resource`. */
function findingsIn(stack: HubStack): readonly string[] {
  const { violations } = new AwsSolutionsChecks(stack.node.root).validateScope(stack);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ resourceLogicalId }) => `${ruleName} at ${resourceLogicalId}`),
  );
}

interface Acknowledged {
  readonly construct: IConstruct;
  readonly metadata: { readonly type: string; readonly data?: unknown };
}

function acknowledgedIn(stack: HubStack): readonly Acknowledged[] {
  return stack.node
    .findAll()
    .flatMap((construct) =>
      construct.node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .map((metadata) => ({ construct, metadata })),
    );
}

test("cdk-nag finds nothing that is not explained", () => {
  expect(findingsIn(makeStack(folder))).toEqual([]);
});

test("each explanation answers a finding at its own resource, and says why in a sentence", () => {
  const stack = makeStack(folder);
  const acknowledged = acknowledgedIn(stack);
  const explanations = acknowledged.flatMap(({ metadata }) =>
    Object.entries(metadata.data as Readonly<Record<string, string>>),
  );
  for (const [, reason] of explanations) expect(reason).toMatch(/^[A-Z].{40,}\.$/u);

  // Without the explanations cdk-nag finds what they answer: as many findings as explanations.
  for (const { metadata } of acknowledged) {
    for (const id of Object.keys(metadata.data as object)) {
      delete (metadata.data as Record<string, unknown>)[id];
    }
  }
  expect(findingsIn(stack)).toHaveLength(explanations.length);
});

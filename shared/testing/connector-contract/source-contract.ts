import { describe, test } from "vitest";

import type { Connector } from "#shared/kit/connector.ts";

import type { SourceCase } from "./contract-case.ts";
import { driftContract } from "./drift-contract.ts";
import { failureContract } from "./failure-contract.ts";
import { presenceContract } from "./presence-contract.ts";
import { readingContract } from "./reading-contract.ts";
import { resumeContract } from "./resume-contract.ts";
import { candidate } from "./trial.ts";
import { webhookContract } from "./webhook-contract.ts";
import { writeBackContract } from "./write-back-contract.ts";

/** Everything that `Source` promises, of one connector. */
export function sourceContract(connector: Connector, sourceCase: SourceCase): void {
  const under = candidate(connector, sourceCase);
  describe("reading", () => readingContract(under));
  describe("positions", () => resumeContract(under));
  describe("presence", () => presenceContract(under));
  describe("failures", () => failureContract(under));
  describe("drift", () => driftContract(under));
  const { webhook, writeBack } = sourceCase;
  if (writeBack) describe("writing back", () => writeBackContract(under, writeBack));
  if (webhook) describe("webhooks", () => webhookContract(under, webhook));
  else if (connector.webhook) {
    test("webhooks are tested", () => {
      throw new Error(
        `${connector.name} takes webhooks: add \`webhook\` to its contract case, see docs/adding-a-connector.md`,
      );
    });
  }
}

import { describe, expect, test } from "vitest";

import type { Connector } from "#shared/kit/connector.ts";

import type { SourceCase } from "./contract-case.ts";
import { driftContract } from "./drift-contract.ts";
import { failureContract } from "./failure-contract.ts";
import { historyContract } from "./history-contract.ts";
import { presenceContract } from "./presence-contract.ts";
import { readingContract } from "./reading-contract.ts";
import { resumeContract } from "./resume-contract.ts";
import { type Candidate, candidate } from "./trial.ts";
import { webhookContract } from "./webhook-contract.ts";
import { writeBackContract } from "./write-back-contract.ts";

/** Everything that `Source` promises, of one connector. */
export function sourceContract(connector: Connector, sourceCase: SourceCase): void {
  const under = candidate(connector, sourceCase);
  const { webhooks = [], writeBack = [], sends = false } = sourceCase;
  const parts: readonly (readonly [name: string, part: (of: Candidate) => void])[] = [
    ["reading", readingContract],
    ["positions", resumeContract],
    ["presence", presenceContract],
    ...(sends ? [] : [["failures", failureContract] as const, ["drift", driftContract] as const]),
    ...(connector.historiesEveryMinutes === undefined
      ? []
      : [["the past", historyContract] as const]),
    ...webhooks.map(
      (each) =>
        [
          `webhooks ${each.variant ?? ""}`.trim(),
          (of: Candidate) => {
            webhookContract(of, each);
          },
        ] as const,
    ),
    ...writeBack.map(
      (each) =>
        [
          `writing back ${each.what}`,
          (of: Candidate) => {
            writeBackContract(of, each);
          },
        ] as const,
    ),
  ];
  describe.each(parts)("%s", (_name, part) => {
    part(under);
  });

  test("webhooks are tested where they are taken", () => {
    expect(
      webhooks.length > 0,
      `add \`webhooks\` to the contract case of ${connector.name}, or take it away: docs/adding-a-connector.md`,
    ).toBe(connector.webhook !== undefined);
  });
}

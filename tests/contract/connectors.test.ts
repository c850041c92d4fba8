import { describe, test } from "vitest";

import { connectors } from "#connectors/index.ts";
import type { Connector } from "#shared/kit/connector.ts";
import { caseOf } from "#shared/testing/connector-contract/case-of.ts";
import type { ContractCase } from "#shared/testing/connector-contract/contract-case.ts";
import { notifierContract } from "#shared/testing/connector-contract/notifier-contract.ts";
import { settingsContract } from "#shared/testing/connector-contract/settings-contract.ts";
import { sourceContract } from "#shared/testing/connector-contract/source-contract.ts";

/*
 * Whoever is registered is tested: each connector brings what its tool holds and does in
 * `simulator/contract-case.ts`, and everything else is the same for all.
 */

const cases = new Map<Connector, ContractCase | undefined>();
for (const connector of connectors) cases.set(connector, await caseOf(connector.name));

describe.each(connectors)("$name", (connector) => {
  const contractCase = cases.get(connector);
  const source = connector.source && contractCase?.source;
  const notifier = connector.notifier && contractCase?.notifier;
  const isComplete = !connector.source === !source && !connector.notifier === !notifier;

  test.skipIf(isComplete)("has a contract case", () => {
    throw new Error(
      `${connector.name} is registered and not tested: write connectors/${connector.name}/simulator/contract-case.ts, ` +
        `exporting \`contractCase: ContractCase\` with ${connector.source ? "`source`" : "`notifier`"} ` +
        "(docs/adding-a-connector.md, step 7)",
    );
  });
  if (source) {
    describe("settings", () =>
      settingsContract(connector, async () => {
        const stage = await source.start("small");
        await stage.close();
        return stage.settings(stage.url);
      }));
    sourceContract(connector, source);
  }
  if (notifier) {
    describe("settings", () =>
      settingsContract(connector, async () => {
        const stage = await notifier.start();
        await stage.close();
        return stage.settings;
      }));
    describe("channel", () => notifierContract(connector, notifier));
  }
});

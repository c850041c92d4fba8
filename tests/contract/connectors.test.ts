import { describe, expect, test } from "vitest";

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
  const { source, notifier } = cases.get(connector) ?? {};

  test("has a contract case", () => {
    const brought = { source: source !== undefined, notifier: notifier !== undefined };
    expect(
      brought,
      `write connectors/${connector.name}/simulator/contract-case.ts, exporting \`contractCase: ContractCase\` ` +
        "with what the connector is: docs/adding-a-connector.md, step 7",
    ).toEqual({
      source: connector.source !== undefined,
      notifier: connector.notifier !== undefined,
    });
  });

  describe.each(source ? [source] : [])("as a source", (sourceCase) => {
    settingsContract(connector, async () => {
      const stage = await sourceCase.start("small");
      await stage.close();
      return stage.settings(stage.url);
    });
    sourceContract(connector, sourceCase);
  });

  describe.each(notifier ? [notifier] : [])("as a channel", (notifierCase) => {
    settingsContract(connector, async () => {
      const stage = await notifierCase.start();
      await stage.close();
      return stage.settings;
    });
    notifierContract(connector, notifierCase);
  });
});

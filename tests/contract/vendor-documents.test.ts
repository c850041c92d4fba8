import { afterAll, describe, expect, test } from "vitest";

import { connectors } from "#connectors/index.ts";
import type { Connector } from "#shared/kit/connector.ts";
import { caseOf } from "#shared/testing/connector-contract/case-of.ts";
import type {
  SourceCase,
  VendorDocument,
} from "#shared/testing/connector-contract/contract-case.ts";
import {
  type DocumentFigures,
  expectDocumented,
} from "#shared/testing/connector-contract/document-contract.ts";
import { PrismCheck } from "#shared/testing/connector-contract/prism.ts";
import { type Exchange, pathOf } from "#shared/testing/connector-contract/relay.ts";
import { candidate } from "#shared/testing/connector-contract/trial.ts";
import { specsPath } from "#shared/testing/specs.ts";

/*
 * Prism, between each connector and its simulator, has the vendor's own document: every request that we
 * make must be valid for it, and every answer that the simulator gives as well.
 */

/** The first of a story, spoiled in each way that Prism must see. */
const spoilings: readonly (readonly [what: string, spoil: (exchange: Exchange) => Exchange])[] = [
  ["a path that is not there", (one) => ({ ...one, target: "/no/such/path" })],
  ["a parameter that is not there", (one) => ({ ...one, target: `${pathOf(one)}?surprise=1` })],
  ["a request without credentials", (one) => ({ ...one, requestHeaders: {} })],
  ["an answer of another form", (one) => ({ ...one, responseBody: '"text"' })],
  ["a status that is not documented", (one) => ({ ...one, status: 299 })],
];

const figures = new Map<string, DocumentFigures>();
const checks = new Map<VendorDocument, Promise<PrismCheck>>();

/** Reading a document takes a second. */
function checkOf(document: VendorDocument, file: string): Promise<PrismCheck> {
  const check = checks.get(document) ?? PrismCheck.of(document, file);
  checks.set(document, check);
  return check;
}

afterAll(() => {
  for (const [name, { exchanges, operations, outside }] of figures) {
    process.stdout.write(
      `${name}: ${exchanges} exchanges valid for the vendor's document, ${operations.size} operations, ` +
        `${outside.size} paths documented elsewhere\n`,
    );
  }
});

const documented: {
  readonly name: string;
  readonly connector: Connector;
  readonly sourceCase: SourceCase;
  readonly document: VendorDocument;
}[] = [];
for (const connector of connectors) {
  const sourceCase = (await caseOf(connector.name))?.source;
  const document = sourceCase?.document;
  if (document) documented.push({ name: connector.name, connector, sourceCase, document });
}

describe.each(documented)("$name", ({ name, connector, sourceCase, document }) => {
  const file = specsPath(...document.file);
  const under = candidate(connector, sourceCase);

  test.skipIf(file === undefined)("what is wrong is seen", async () => {
    if (file === undefined) return;
    const check = await checkOf(document, file);
    const trial = await under.begin();
    const relay = await trial.relay();
    await (await trial.openThrough(relay)).probe();
    const verdicts = await Promise.all(relay.exchanges.map((one) => check.check(one)));
    const sound = verdicts.findIndex(({ violations }) => violations.length === 0);
    const exchange = relay.exchanges[sound];
    if (!exchange) throw new Error("nothing that a probe asks is as documented");
    for (const [what, spoil] of spoilings) {
      const { violations } = await check.check(spoil(exchange));
      expect([what, violations]).toEqual([what, [expect.anything()]]);
    }
  });

  test.skipIf(file === undefined)(
    "every request and every simulated answer is valid for the vendor's document",
    async () => {
      if (file === undefined) return;
      const check = await checkOf(document, file);
      const found = await expectDocumented(under, document, check);
      figures.set(name, found);
      expect(found.operations.size).toBeGreaterThanOrEqual(document.operationsMin);
    },
    60_000,
  );
});

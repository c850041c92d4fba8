import { expect } from "vitest";

import type { VendorDocument, KnownError } from "./contract-case.ts";
import type { PrismCheck, Violation } from "./prism.ts";
import { fold, pullAll } from "./reads.ts";
import type { Exchange } from "./relay.ts";
import { tour, tourWriteBack } from "./tour.ts";
import type { Candidate } from "./trial.ts";

/** What was checked, for whoever reads the figures. */
export interface DocumentFigures {
  exchanges: number;
  /** Checked against the document, by operation. */
  readonly operations: Map<string, number>;
  /** Documented elsewhere, by method and path. */
  readonly outside: Set<string>;
}

/** Every request of a whole tour, and every answer of the simulator, as the vendor's document has them. */
export async function expectDocumented(
  candidate: Candidate,
  document: VendorDocument,
  check: PrismCheck,
): Promise<DocumentFigures> {
  const exchanges = await exchangesOf(candidate);
  const figures: DocumentFigures = {
    exchanges: exchanges.length,
    operations: new Map(),
    outside: new Set(),
  };
  const found = new Map<string, Violation & { count: number }>();
  for (const exchange of exchanges) {
    const { operation, violations } = await check.check(exchange);
    if (operation === undefined) figures.outside.add(`${exchange.method} ${exchange.target}`);
    else figures.operations.set(operation, (figures.operations.get(operation) ?? 0) + 1);
    for (const violation of violations) {
      const key = keyOf(violation);
      const known = found.get(key);
      if (known) known.count += 1;
      else found.set(key, { ...violation, count: 1 });
    }
  }
  const excused = new Set(document.knownErrors.map(keyOf));
  const unexcused = [...found].filter(([key]) => !excused.has(key));
  expect(unexcused.map(([key, { count }]) => `${key} (${count} times)`)).toEqual([]);
  const unneeded = document.knownErrors.map(keyOf).filter((key) => !found.has(key));
  expect(unneeded, "these do not occur any more: take them off the list").toEqual([]);
  return figures;
}

/** The tour with the usual settings and with each variant, each on a tool of its own. */
async function exchangesOf(candidate: Candidate): Promise<readonly Exchange[]> {
  const exchanges: Exchange[] = [];
  for (let index = -1, count = 0; index < count; index += 1) {
    const trial = await candidate.begin("several-pages");
    const { variants = [] } = trial.stage;
    count = variants.length;
    const relay = await trial.relay();
    await tour(candidate, trial, { relay, as: variants[index] });
    exchanges.push(...relay.exchanges);
  }
  for (const { settings, collection } of candidate.sourceCase.writeBack ?? []) {
    const trial = await candidate.begin();
    const relay = await trial.relay();
    const source = await trial.openThrough(relay, settings);
    const facts = fold(await pullAll(source, collection));
    await tourWriteBack(source, [...facts.keys()].slice(0, 5));
    exchanges.push(...relay.exchanges);
  }
  return exchanges;
}

function keyOf({ in: side, method, path, says }: Violation | KnownError): string {
  // Which record of a list it was, or which custom field, does not matter.
  return `${side} of ${method} ${path}: ${says.replaceAll(/\.\d+(?=[.: ])/gu, ".#")}`;
}

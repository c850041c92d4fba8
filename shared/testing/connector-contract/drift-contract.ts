import { describe, expect, test } from "vitest";

import { HubError, isRetryable } from "#shared/errors.ts";

import { placesIn, type Place, withValueAt, withoutValueAt } from "./places.ts";
import { failureOf, fold, pullAll, shortIds } from "./reads.ts";
import { jsonIn, pathOf, type Relay } from "./relay.ts";
import type { Candidate, Trial } from "./trial.ts";

/** Stands in spoiled answers where a value was, and must be in no message. */
const canary = "canary-4f1c9e";
const strange = { [canary]: canary };

/** Vendors change their answers without a word; a changed one is named with its place, never with its value. */
export function driftContract({ connector, sourceCase, begin }: Candidate): void {
  const { drifts, openEnums } = sourceCase;

  test.each(drifts)("$collection: a drift at $at is named", async (drift) => {
    const trial = await begin();
    const { outcome, isHit } = await pullSpoiled(trial, drift.collection, {
      request: drift.request,
      spoil: (body) => withValueAt(body, drift.at, strange),
    });
    expect(isHit).toBe(true);
    const { failure, reasons, found } = outcome;
    // Either nothing can be read, or the record alone is set aside and the rest of the page goes on.
    const drifted = failure instanceof HubError && failure.code === "connector.drifted";
    const said = drifted ? [failure.message] : reasons;
    expect([failure, said]).toEqual([
      drifted ? failure : undefined,
      [expect.stringContaining(drift.says)],
    ]);
    const { length } = trial.collection(drift.collection).facts;
    expect(found).toHaveLength(drifted ? 0 : length - 1);
  });

  test.each(openEnums)(
    "$collection: a value that nobody knew yesterday passes at $at",
    async (one) => {
      const trial = await begin();
      const { outcome, isHit } = await pullSpoiled(trial, one.collection, {
        request: one.request,
        spoil: (body) => withValueAt(body, one.at, one.value),
      });
      expect(isHit).toBe(true);
      expect(outcome).toMatchObject({ failure: undefined, reasons: [] });
      expect(outcome.found).toEqual(trial.collection(one.collection).facts.toSorted());
    },
  );

  test.each(sourceCase.paged)(
    "%s: a drift of what leads to the next page is no end",
    async (name) => {
      const trial = await begin("several-pages");
      const relay = await trial.relay();
      await pullAll(await trial.openThrough(relay), name);
      const count = trial.collection(name).facts.length;
      const silent: string[] = [];
      for (const [request, places] of placesAsked(relay)) {
        // Only a list has a next page, and what stands in its records does not lead to it.
        const isList = places.some(({ at }) => at.includes(0));
        for (const place of places.filter(({ at }) => isList && !at.includes(0))) {
          const spoil = (body: unknown) =>
            withValueAt(body, place.at, place.isLeaf ? strange : canary);
          const { outcome } = await pullSpoiled(trial, name, { request, spoil }, relay);
          const { failure, found, reasons } = outcome;
          const isSaid = failure instanceof HubError && !isRetryable(failure);
          if (isSaid || (failure === undefined && found.length + reasons.length >= count)) continue;
          silent.push(`${request} ${place.text}: ${found.length} of ${count} ${inWords(failure)}`);
        }
      }
      expect(silent).toEqual([]);
    },
    60_000,
  );

  describe.each(connector.collections)("any drift in $name", ({ name }) => {
    test("is an error with its place or a rejected record, never a crash and never a silent loss", async () => {
      const trial = await begin();
      const relay = await trial.relay();
      await pullAll(await trial.openThrough(relay), name);
      const count = trial.collection(name).facts.length;
      const silent: string[] = [];
      for (const [request, places] of placesAsked(relay)) {
        for (const place of places) {
          for (const [how, spoil] of ways(place)) {
            const { outcome } = await pullSpoiled(trial, name, { request, spoil }, relay);
            const { failure, found, reasons } = outcome;
            const isNamed = failure instanceof HubError && !isRetryable(failure);
            // What hangs below a record that is set aside may be out of reach, but not unsaid.
            const isWhole = failure === undefined && (found.length >= count || reasons.length > 0);
            if (!isNamed && !isWhole) {
              const what = `${found.length} of ${count} ${inWords(failure)}`;
              silent.push(`${request} ${place.text} ${how}: ${what}`);
            }
          }
        }
      }
      expect(silent).toEqual([]);
    }, 60_000);
  });
}

function ways(
  place: Place,
): readonly (readonly [how: string, spoil: (body: unknown) => unknown])[] {
  return [
    ["of another type", (body) => withValueAt(body, place.at, place.isLeaf ? strange : canary)],
    ["missing", (body) => withoutValueAt(body, place.at)],
  ];
}

/** Every place in the answers that a read looked at, once per kind of request. */
function placesAsked(relay: Relay): ReadonlyMap<string, readonly Place[]> {
  const asked = new Map<string, readonly Place[]>();
  for (const exchange of relay.exchanges) {
    // One request by id stands for all of its kind.
    const kind = `${exchange.method} ${pathOf(exchange).replaceAll(/\/\d+/gu, "/#")}`;
    const isKnown = [...asked.keys()].some((known) => known.replaceAll(/\/\d+/gu, "/#") === kind);
    const body = jsonIn(exchange.responseBody);
    if (isKnown || body === undefined) continue;
    asked.set(`${exchange.method} ${pathOf(exchange)}`, placesIn(body));
  }
  return asked;
}

function inWords(failure: unknown): string {
  return failure instanceof Error ? `${failure.name}: ${failure.message}` : "";
}

interface Spoiling {
  /** `GET /path`, or a prefix of a path. */
  readonly request: string;
  readonly spoil: (body: unknown) => unknown;
}

interface SpoiledOutcome {
  readonly failure: unknown;
  readonly found: readonly string[];
  readonly reasons: readonly string[];
}

/** Reads a collection while the first such answer is spoiled. */
async function pullSpoiled(
  trial: Trial,
  collection: string,
  { request, spoil }: Spoiling,
  through?: Relay,
): Promise<{ readonly outcome: SpoiledOutcome; readonly isHit: boolean }> {
  trial.witness.forbid(canary);
  const relay = through ?? (await trial.relay());
  let isHit = false;
  relay.meddle(({ method, path }, body) => {
    if (isHit || !(`${method} ${path}` === request || path.startsWith(request))) return body;
    isHit = true;
    return spoil(body);
  });
  const source = await trial.openThrough(relay);
  let found: readonly string[] = [];
  let reasons: readonly string[] = [];
  const failure = await failureOf(
    (async () => {
      const pages = await pullAll(source, collection);
      found = shortIds(fold(pages).keys());
      reasons = pages.flatMap(({ rejected }) => rejected.map(({ reason }) => reason));
    })(),
  );
  return { outcome: { failure, found, reasons }, isHit };
}

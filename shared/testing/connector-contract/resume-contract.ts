import { describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import type { Source } from "#shared/kit/connector.ts";
import { hourMs, minuteMs } from "#shared/model/time.ts";

import { endOf, failureOf, fold, pullAll, shortIds } from "./reads.ts";
import type { Candidate, Trial } from "./trial.ts";

const year2999 = "2999-01-01T00:00:00.000Z";

/** A run may be cut off after any page, and a saved position may be anything. */
export function resumeContract({ connector, sourceCase, begin }: Candidate): void {
  const names = connector.collections.map(({ name }) => name);

  test.each(sourceCase.paged)("%s: the large tool gives several pages", async (name) => {
    const trial = await begin("several-pages");
    expect((await pullAll(await trial.open(), name)).length).toBeGreaterThan(2);
  });

  test.each(names)("%s: a run resumed from any saved position loses nothing", async (name) => {
    const trial = await begin("several-pages");
    const pages = await pullAll(await trial.open(), name);
    const whole = fold(pages);
    for (const [index, { position }] of pages.slice(0, -1).entries()) {
      const rest = await pullAll(await trial.open(), name, position);
      expect(rest.at(-1)?.isLast).toBe(true);
      expect(fold([...pages.slice(0, index + 1), ...rest])).toEqual(whole);
    }
  });

  test.each(names)("%s: what changes while a run lies cut off is not lost", async (name) => {
    const trial = await begin("several-pages");
    const pages = await pullAll(await trial.open(), name);
    const { change } = trial.collection(name);
    const [first] = pages;
    trial.stage.clock.advance(10 * minuteMs);
    await change.perform();
    trial.stage.clock.advance(minuteMs);
    const resumed =
      pages.length > 1 ? await pullAll(await trial.open(), name, first?.position) : pages;
    trial.stage.clock.advance(10 * minuteMs);
    const next = await pullAll(await trial.open(), name, endOf(resumed));
    const kept = fold([...(first ? [first] : []), ...resumed, ...next]);
    const truth = fold(await pullAll(await trial.open(), name));
    expect(shortIds(kept.keys())).toEqual(shortIds(truth.keys()));
    const id = trial.id(change.of);
    expect(withoutMoment(kept.get(id))).toEqual(withoutMoment(truth.get(id)));
  });

  describe.each(names)("%s: a position that is none of ours", (name) => {
    test.each([
      ["", "empty text"],
      ["no position", "words"],
      ["{", "half of JSON"],
      ["null", "null"],
      ["[]", "a list"],
      ["{}", "an empty object"],
      ['{"version":999,"v":999,"phase":"other"}', "of another release"],
    ])("%j (%s) starts over or loses nothing", async (position) => {
      const trial = await begin();
      await expectSafe(trial, name, position);
    });

    test.each([
      [year2999, "in the year 2999"],
      ["1970-01-01T00:00:00.000Z", "at the beginning of time"],
      ["0000-00-00T99:99:99.999Z", "no time at all"],
    ])("with every moment replaced by %s (%s) starts over or loses nothing", async (moment) => {
      const trial = await begin("several-pages");
      const pages = await pullAll(await trial.open(), name);
      const positions = new Set([pages[0]?.position ?? "", endOf(pages)]);
      for (const position of positions) {
        const spoiled = position.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/gu, moment);
        expect(spoiled.length).toBeGreaterThan(0);
        await expectSafe(trial, name, spoiled, { within: pages });
      }
    });
  });
}

/** Reads from the position, then from where that ends: a change between must come to light. */
async function expectSafe(
  trial: Trial,
  name: string,
  position: string,
  { within = [] }: { readonly within?: Awaited<ReturnType<typeof pullAll>> } = {},
): Promise<void> {
  trial.stage.clock.advance(2 * minuteMs);
  const { change } = trial.collection(name);
  await change.perform();
  // Longer than any run looks back, so that only the position can tell that something happened.
  trial.stage.clock.advance(trial.overlapMs + 3 * hourMs);
  const source = await trial.open();
  const failure = await failureOf(pullAll(source, name, position));
  if (failure instanceof HubError && failure.code === "connector.cursor-expired") return;
  expect(failure).toBeUndefined();
  const pages = await pullTwice(trial, name, position);
  const kept = fold([...within, ...pages]);
  const truth = fold(await pullAll(await trial.open(), name));
  expect(shortIds(kept.keys())).toEqual(shortIds(truth.keys()));
  const id = trial.id(change.of);
  expect(withoutMoment(kept.get(id))).toEqual(withoutMoment(truth.get(id)));
}

async function pullTwice(trial: Trial, name: string, position: string) {
  const pages = await pullAll(await trial.open(), name, position);
  const source: Source = await trial.open();
  return [...pages, ...(await pullAll(source, name, endOf(pages)))];
}

/** Two readings of the same at different moments differ in nothing else. */
function withoutMoment(change: ReturnType<ReturnType<typeof fold>["get"]>): unknown {
  if (!change) return undefined;
  const { readAt: _readAt, sourceVersion: _version, ...record } = change.record;
  return { ...change, record };
}

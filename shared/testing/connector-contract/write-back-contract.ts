import { expect, test } from "vitest";

import { minuteMs } from "#shared/model/time.ts";

import type { WriteBackCase } from "./contract-case.ts";
import { endOf, fold, pullAll } from "./reads.ts";
import { statement, tourWriteBack } from "./tour.ts";
import type { Candidate } from "./trial.ts";

/** Lines of sight go into the tool only where that is allowed, can be taken back, and are no news to us. */
export function writeBackContract(
  { begin }: Candidate,
  { settings, collection }: WriteBackCase,
): void {
  test("without being asked for in the settings, nothing can be written", async () => {
    const trial = await begin();
    expect((await trial.open()).writeBack).toBeUndefined();
  });

  test("what is written is read back, reads well, and taken back leaves what was there", async () => {
    const trial = await begin();
    const source = await trial.open(settings);
    const ids = [...fold(await pullAll(source, collection)).keys()].slice(0, 5);
    const value = source.writeBack?.render(statement) ?? null;
    expect(source.writeBack?.render({ ...statement })).toEqual(value);
    expect(source.writeBack?.place).toMatch(/\S/u);
    expect(source.writeBack?.inWords(String(value))).toMatch(/\S \S/u);
    const { before, meanwhile, after } = await tourWriteBack(source, ids);
    expect(before.size).toBe(ids.length);
    const held = [...before].filter(([, stored]) => typeof stored !== "object" || stored === null);
    expect(held.length).toBeGreaterThan(0);
    for (const [id] of held) expect([id, meanwhile.get(id)]).toEqual([id, value]);
    expect(after).toEqual(before);
    // Once more, as after a crash between writing and noting it: the same.
    expect((await tourWriteBack(await trial.open(settings), ids)).after).toEqual(before);
  });

  test("a record that is not there is left out, not written to", async () => {
    const trial = await begin();
    const { writeBack } = await trial.open(settings);
    const unknown = trial.id(trial.collection(collection).unknown);
    expect([...((await writeBack?.read([unknown])) ?? [])]).toEqual([]);
  });

  test("our own writing changes no fact", async () => {
    const trial = await begin();
    const source = await trial.open(settings);
    const pages = await pullAll(source, collection);
    const before = fold(pages);
    trial.stage.clock.advance(trial.overlapMs + minuteMs);
    for (const id of [...before.keys()].slice(0, 5)) {
      const stored = (await source.writeBack?.read([id]))?.get(id);
      const isHeld = typeof stored === "string" || stored === null;
      if (isHeld) await source.writeBack?.write(id, source.writeBack.render(statement));
    }
    trial.stage.clock.advance(minuteMs);
    const next = fold(await pullAll(await trial.open(settings), collection, endOf(pages)));
    for (const [id, change] of next) {
      const { readAt: _at, sourceVersion: _version, ...record } = change.record;
      expect(before.get(id)).toMatchObject({ ...change, record });
    }
  });
}

import { describe, expect, test } from "vitest";

import { Change } from "#shared/model/change.ts";
import { minuteMs } from "#shared/model/time.ts";

import { endOf, enumerateAll, fold, pullAll, shortIds } from "./reads.ts";
import type { Candidate } from "./trial.ts";

/** A collection is read whole, once, and the same by whatever way it is read. */
export function readingContract({ connector, begin }: Candidate): void {
  describe.each(connector.collections)("collection $name", ({ name, facts }) => {
    test("a full read gives exactly what is there, in pages of which only the last is the last", async () => {
      const trial = await begin();
      const pages = await pullAll(await trial.open(), name);
      expect(pages.flatMap(({ rejected }) => rejected)).toEqual([]);
      expect(pages.map(({ isLast }) => isLast)).toEqual(
        pages.map((_, index) => index === pages.length - 1),
      );
      const read = fold(pages);
      for (const change of read.values()) {
        Change.parse(change);
        expect(facts).toContain(change.record.type);
        expect(change.record.connectionId).toBe(trial.connectionId);
      }
      const expected = trial.collection(name).facts;
      expect(shortIds(read.keys())).toEqual(expected.toSorted());
    });

    test("an enumeration shows what a full read gives", async () => {
      const trial = await begin();
      const source = await trial.open();
      const read = fold(await pullAll(source, name));
      expect(shortIds(await enumerateAll(source, name))).toEqual(shortIds(read.keys()));
    });

    test("parts, where they are counted, hold together what the whole holds", async () => {
      const trial = await begin();
      const source = await trial.open();
      const counts = await source.countParts?.(name);
      if (!counts) return;
      const read = fold(await pullAll(source, name));
      for (const [part, count] of counts) {
        const own = [...read.values()].filter(
          ({ record }) => source.partOf?.(name, record) === part,
        );
        const ids = own.map(({ record }) => record.id);
        expect([part, shortIds(await enumerateAll(source, name, part))]).toEqual([
          part,
          shortIds(ids),
        ]);
        expect([part, count]).toEqual([part, ids.length]);
      }
    });

    test("reading by id gives what a full read gives, and nothing for ids that nobody knows", async () => {
      const trial = await begin();
      const source = await trial.open();
      const read = fold(await pullAll(source, name));
      const byId = await source.readByIds(name, [...read.keys()]);
      expect(byId.rejected).toEqual([]);
      expect(fold([byId])).toEqual(read);
      const unknown = await source.readByIds(name, [trial.id(trial.collection(name).unknown)]);
      expect(shortIds(fold([unknown]).keys())).toEqual([]);
    });

    test("each fact belongs to this collection and to no other", async () => {
      const trial = await begin();
      const source = await trial.open();
      for (const { record } of fold(await pullAll(source, name)).values()) {
        const owners = connector.collections.filter((each) => source.isOf(each.name, record));
        expect([record.id, owners.map((each) => each.name)]).toEqual([record.id, [name]]);
      }
    });

    test("a change is read by the next run, and a run that reads increments reads nothing else", async () => {
      const trial = await begin("several-pages");
      const { clock } = trial.stage;
      const { change, isIncremental } = trial.collection(name);
      const first = await pullAll(await trial.open(), name);
      // The second run still looks back over the first; from the third on, only what changes is new.
      clock.advance(trial.overlapMs + minuteMs);
      const second = await pullAll(await trial.open(), name, endOf(first));
      clock.advance(trial.overlapMs + minuteMs);
      const before = fold([...first, ...second]).get(trial.id(change.of));
      await change.perform();
      clock.advance(minuteMs);
      const third = fold(await pullAll(await trial.open(), name, endOf(second)));
      const after = third.get(trial.id(change.of));
      expect(after).toBeDefined();
      expect(after?.record).not.toEqual(before?.record);
      const { [name]: collection } = trial.stage.collections;
      const ids = [change.of, ...(change.brings ?? [])].toSorted();
      expect(shortIds(third.keys())).toEqual(isIncremental ? ids : collection?.facts.toSorted());
    });
  });
}

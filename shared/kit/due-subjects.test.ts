import * as fc from "fast-check";
import { expect, test } from "vitest";

import type { SubjectId } from "#shared/model/ids.ts";
import { instantOf } from "#shared/model/time.ts";

import { DueSubjects } from "./due-subjects.ts";

const subject = (name: string) => name as SubjectId;

test("whoever is due is taken once, by what was said of it last", () => {
  const command = fc.oneof(
    fc.record({
      id: fc.constantFrom("a", "b", "c", "d"),
      at: fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }),
    }),
    fc.record({ until: fc.integer({ min: 0, max: 50 }) }),
  );
  const law = fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
    const due = new DueSubjects();
    const model = new Map<string, number>();
    const taken: (readonly [readonly string[], readonly string[]])[] = [];
    for (const given of commands) {
      if ("until" in given) {
        const wanted = [...model].filter(([, at]) => at <= given.until).map(([id]) => id);
        for (const id of wanted) model.delete(id);
        taken.push([due.takeUntil(instantOf(given.until)).toSorted(), wanted.toSorted()]);
      } else {
        due.set(subject(given.id), given.at === undefined ? undefined : instantOf(given.at));
        if (given.at === undefined) model.delete(given.id);
        else model.set(given.id, given.at);
      }
    }
    for (const [is, wanted] of taken) expect(is).toEqual(wanted);
  });
  fc.assert(law, { numRuns: 500 });
});

import { expect, test } from "vitest";

import type { AbsenceDays } from "#shared/model/absence.ts";
import type { PersonId } from "#shared/model/ids.ts";
import { CalendarDate, instantOf } from "#shared/model/time.ts";
import { orgOf } from "#shared/store/org-reader.ts";
import { peopleConnection, person, personId, testEpochMs } from "#shared/testing/facts.ts";

import { awayOf } from "./away.ts";

const days = (from: string, to: string): AbsenceDays => ({
  from: CalendarDate.parse(from),
  to: CalendarDate.parse(to),
});

test("days away are those of the record and those that are told beside it", () => {
  const [own, told] = [days("2026-03-02", "2026-03-06"), days("2026-04-01", "2026-04-02")];
  const ana = person("ana", { absences: [own] });
  const bo = person("bo");
  const org = orgOf([ana, bo], { matches: [] });
  const absences = new Map<PersonId, readonly AbsenceDays[]>([
    [personId("ana"), [told]],
    [personId("nobody"), [told]],
  ]);
  const away = awayOf(org, absences);
  expect(away(ana)).toEqual([own, told]);
  expect(away(bo)).toEqual([]);
});

test("whoever two records tell of is away when either says so", () => {
  const [first, second] = [days("2026-03-02", "2026-03-06"), days("2026-04-01", "2026-04-02")];
  const org = orgOf([person("ana"), person("ana-too")], {
    matches: [],
    samePeople: [
      {
        type: "same-person",
        personId: personId("ana-too"),
        intoId: personId("ana"),
        connectionId: peopleConnection,
        createdAt: instantOf(testEpochMs),
      },
    ],
  });
  const absences = new Map<PersonId, readonly AbsenceDays[]>([
    [personId("ana"), [first]],
    [personId("ana-too"), [second]],
  ]);
  const human = org.person(personId("ana-too"));
  expect(human && awayOf(org, absences)(human)).toEqual([first, second]);
});

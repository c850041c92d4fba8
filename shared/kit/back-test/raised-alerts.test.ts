import { expect, test } from "vitest";

import { GoalId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { hourMs, instantOf } from "#shared/model/time.ts";

import type { Episode, Finding } from "./episode.ts";
import { raisedAlerts } from "./raised-alerts.ts";

const at = (hour: number): Instant => instantOf(Date.parse("2026-03-02T00:00:00Z") + hour * hourMs);
const [from, to] = [at(0), at(23)];
const policy = { graceMinutes: 0, holdDownMinutes: 0, delivery: "message" } as const;
const subjectId = GoalId.parse("tool:goal:conn_goals00001:g");
const saying = (title: string): Finding => ({
  state: "open",
  severity: "warning",
  title,
  evidence: { sentence: title, path: [], facts: {} },
  teamIds: [],
  connectionIds: [],
});

/** `says`: hours, and whether it is an alert's from then on. */
function episode(
  says: readonly (readonly [number, boolean])[],
  given: Partial<Episode> = {},
): Episode {
  return {
    rule: "a-rule",
    subjectId,
    start: "seen",
    openedAt: at(says[0]?.[0] ?? 0),
    says: says.map(([hour, isWanted]) => ({ at: at(hour), finding: saying(`${hour}`), isWanted })),
    isBaseline: false,
    ...given,
  };
}

const hoursOf = (episodes: readonly Episode[], given: Partial<typeof policy> | object = {}) =>
  raisedAlerts(episodes, { ...policy, ...given }, { from, to }).raised.map(
    ({ at: raisedAt, endedAt, endedBecause }) => [raisedAt, endedAt, endedBecause],
  );

test("each time that a finding becomes an alert's one is raised, and it ends when it is one no more", () => {
  const flips = episode(
    [
      [1, false],
      [3, true],
      [4, true],
      [5, false],
      [8, true],
    ],
    { clearedAt: at(9), clearedBecause: "linked" },
  );
  expect(hoursOf([flips])).toEqual([
    [at(3), at(5), "out of scope"],
    [at(8), at(9), "linked"],
  ]);
});

test("its grace counts from the finding's opening, whenever it became an alert's", () => {
  const late = episode([
    [1, false],
    [3, true],
    [4, false],
    [5, true],
  ]);
  expect(hoursOf([late], { graceMinutes: 150 })).toEqual([
    [at(3.5), at(4), "out of scope"],
    [at(5), undefined, undefined],
  ]);
  expect(hoursOf([late], { graceMinutes: 240 })).toEqual([[at(5), undefined, undefined]]);
});

test("the wait after a clearing counts from the finding's own end, not from when it fitted no more", () => {
  const first = episode(
    [
      [1, true],
      [2, false],
    ],
    { clearedAt: at(6), clearedBecause: "linked" },
  );
  const second = episode([[7, true]]);
  expect(hoursOf([first, second], { holdDownMinutes: 120 })).toEqual([
    [at(1), at(2), "out of scope"],
    [at(8), undefined, undefined],
  ]);
  const ofAnother = { ...second, rule: "another-rule" };
  expect(hoursOf([first, ofAnother], { holdDownMinutes: 120 })).toContainEqual([
    at(7),
    undefined,
    undefined,
  ]);
});

test("what stood before is no news, until it becomes an alert's", () => {
  const stood = { start: "before" } as const;
  expect(hoursOf([episode([[0, true]], stood)])).toEqual([]);
  expect(
    hoursOf([
      episode(
        [
          [0, true],
          [2, false],
          [4, true],
        ],
        stood,
      ),
    ]),
  ).toEqual([[at(4), undefined, undefined]]);
  expect(
    hoursOf([
      episode(
        [
          [0, false],
          [4, true],
        ],
        { start: "unknown" },
      ),
    ]),
  ).toEqual([[at(4), undefined, undefined]]);
});

test("a finding that was over before anybody was told is counted once", () => {
  const short = episode(
    [
      [1, true],
      [2, false],
      [3, true],
    ],
    { clearedAt: at(4) },
  );
  const given = { ...policy, graceMinutes: 300 };
  expect(raisedAlerts([short], given, { from, to })).toEqual({ raised: [], waitedOut: 1 });
});

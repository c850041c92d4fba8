import { expect, test } from "vitest";

import type { Dispatch } from "#shared/model/notification.ts";
import { dispatchAttemptsMax } from "#shared/model/notification.ts";
import { hourMs, instantOf } from "#shared/model/time.ts";

import { failingUpdates, withUpdate } from "./update-attempts.ts";

type Attempts = Dispatch["attempts"];
const at = (hour: number) => instantOf(Date.parse("2026-03-02T00:00:00.000Z") + hour * hourMs);
const shown: Attempts = [{ at: at(0), verb: "show", outcome: "sent" }];

test("however many updates fail, it stays known when that began", () => {
  let attempts = shown;
  for (let hour = 1; hour <= 70; hour += 1) {
    attempts = withUpdate(attempts, { at: at(hour), verb: "update", outcome: "deferred" });
    expect(attempts.length).toBeLessThanOrEqual(dispatchAttemptsMax);
    expect(failingUpdates(attempts).since).toBe(at(1));
  }
  expect(attempts.at(-1)?.at).toBe(at(70));
});

test("an update that went well ends what failed before it", () => {
  const failed = withUpdate(shown, { at: at(1), verb: "update", outcome: "deferred" });
  const well = withUpdate(failed, { at: at(2), verb: "update", outcome: "sent" });
  expect(failingUpdates(failed)).toEqual({ count: 1, since: at(1) });
  expect(failingUpdates(well)).toEqual({ count: 0, since: undefined });
});

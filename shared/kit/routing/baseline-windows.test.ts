import { expect, test } from "vitest";

import { connectionId } from "#shared/model/ids.ts";
import { Instant } from "#shared/model/time.ts";

import { baselineEndOf, baselineWindows } from "./baseline-windows.ts";

const connection = (name: string, time?: string) => ({
  id: connectionId(name.padEnd(10, "0")),
  ...(time !== undefined && { readyAt: Instant.parse(`2026-03-04T${time}:00.000Z`) }),
});
const all = [
  connection("late", "12:00"),
  connection("first", "09:00"),
  connection("second", "09:50"),
  connection("never"),
];

test("connections that are read one soon after the other share a window that the last one ends", () => {
  expect(baselineWindows(all, 60)).toEqual([
    {
      connectionIds: [connection("first").id, connection("second").id],
      endsAt: "2026-03-04T10:50:00.000Z",
    },
    { connectionIds: [connection("late").id], endsAt: "2026-03-04T13:00:00.000Z" },
  ]);
  expect(baselineWindows(all, 0)).toEqual([]);
});

test("a finding waits for the last window of its sources, and for none that has none", () => {
  const windows = baselineWindows(all, 60);
  const ids = [connection("second").id, connection("late").id];
  expect(baselineEndOf(windows, ids)).toBe("2026-03-04T13:00:00.000Z");
  expect(baselineEndOf(windows, [connection("never").id])).toBeUndefined();
});

import { describe, expect, test } from "vitest";

import type { Connection } from "#shared/model/connection.ts";
import { staleAfterMinutes } from "#shared/model/connection.ts";
import { instantOf, minuteMs } from "#shared/model/time.ts";
import { testEpochMs, workConnection } from "#shared/testing/facts.ts";
import { now } from "#shared/testing/graph.ts";

import { sourceState } from "./sources.ts";

const connection: Connection = {
  type: "connection",
  id: workConnection,
  connector: "tool",
  name: "Tool",
  settings: {},
  status: "active",
  createdAt: now,
  updatedAt: now,
  revision: 0,
};

describe("a source", () => {
  test("is not ready before it was read whole, and cannot be stale before its first success", () => {
    const state = sourceState(connection, true, testEpochMs + 1000 * 24 * 3600);
    expect(state).toMatchObject({ isReady: false, isStale: false, freshAt: undefined });
  });

  test.each([
    [0, false],
    [staleAfterMinutes * minuteMs, false],
    [staleAfterMinutes * minuteMs + 1, true],
  ])("%i ms after its last success is stale: %s", (ageMs, isStale) => {
    const freshAt = instantOf(testEpochMs - ageMs);
    const state = sourceState({ ...connection, readyAt: now, freshAt }, false, testEpochMs);
    expect(state).toMatchObject({ isReady: true, isStale, freshAt });
  });
});

import type { PutEventsRequestEntry, PutEventsResultEntry } from "@aws-sdk/client-eventbridge";
import { expect, test } from "vitest";

import type { HubEvent } from "#shared/model/events.ts";
import type { GoalId } from "#shared/model/ids.ts";
import { instantOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

import { createEventBridgeBus } from "./eventbridge.ts";

const noon = Date.UTC(2026, 10, 21, 12);

function goalEvent(id: string, goalId = "goal"): HubEvent {
  return {
    id,
    type: "goal.changed.v1",
    at: instantOf(noon),
    // A stored goal id has a checked form; the bus carries any text, here of any length.
    detail: { goalId: goalId as GoalId, change: "upserted" },
  };
}

type Answer = (entries: readonly PutEventsRequestEntry[]) => PutEventsResultEntry[];
const takesAll: Answer = (entries) => entries.map(() => ({ EventId: "taken" }));

function busAnswering(...answers: readonly Answer[]) {
  const requests: (readonly PutEventsRequestEntry[])[] = [];
  const slept: number[] = [];
  const clock: Clock = {
    nowMs: () => noon,
    now: () => instantOf(noon),
    sleep: async (ms) => void slept.push(ms),
  };
  const bus = createEventBridgeBus({
    busName: "alignment",
    clock,
    calls: {
      putEvents: async ({ Entries = [] }) => {
        const answer = answers[requests.length] ?? takesAll;
        requests.push(Entries);
        return { Entries: answer(Entries) };
      },
    },
  });
  return { bus, requests, slept };
}

const idsOf = (request: readonly PutEventsRequestEntry[] | undefined) =>
  request?.flatMap((entry) => entry.Resources ?? []);

test("an event carries its type, its time, its detail and the hub's own id", async () => {
  const { bus, requests } = busAnswering();
  await bus.publish([goalEvent("change-1")]);
  expect(requests).toEqual([
    [
      {
        EventBusName: "alignment",
        Source: "throughline",
        DetailType: "goal.changed.v1",
        Detail: '{"goalId":"goal","change":"upserted"}',
        Time: new Date(noon),
        Resources: ["change-1"],
      },
    ],
  ]);
});

test("at most ten events a request, in order; nothing to publish is no request", async () => {
  const { bus, requests } = busAnswering();
  await bus.publish(Array.from({ length: 23 }, (_, index) => goalEvent(`e${index}`)));
  expect(requests.map((request) => request.length)).toEqual([10, 10, 3]);
  expect(requests.flatMap(idsOf)).toEqual(Array.from({ length: 23 }, (_, index) => `e${index}`));

  const quiet = busAnswering();
  await quiet.bus.publish([]);
  expect(quiet.requests).toEqual([]);
});

test("a request stays within 256 KB, and one large event goes alone", async () => {
  const { bus, requests } = busAnswering();
  await bus.publish([
    goalEvent("a", "x".repeat(100_000)),
    goalEvent("b", "é".repeat(50_000)),
    goalEvent("c", "x".repeat(100_000)),
    goalEvent("d", "x".repeat(300_000)),
    goalEvent("e"),
  ]);
  expect(requests.map(idsOf)).toEqual([["a", "b"], ["c"], ["d"], ["e"]]);
});

test("an event beyond 1 MB is refused before anything is sent", async () => {
  const { bus, requests } = busAnswering();
  await expect(
    bus.publish([goalEvent("a"), goalEvent("b", "x".repeat(1024 * 1024))]),
  ).rejects.toMatchObject({ code: "invariant.broken" });
  expect(requests).toEqual([]);
});

test("only the entries that were refused are sent again, after a wait", async () => {
  const { bus, requests, slept } = busAnswering((entries) =>
    entries.map((_, index) =>
      index === 1 ? { ErrorCode: "ThrottlingException" } : { EventId: "x" },
    ),
  );
  await bus.publish([goalEvent("a"), goalEvent("b"), goalEvent("c")]);
  expect(requests.map(idsOf)).toEqual([["a", "b", "c"], ["b"]]);
  expect(slept).toEqual([100]);
});

test("an entry without an answer counts as refused", async () => {
  const { bus, requests } = busAnswering(() => [{ EventId: "x" }]);
  await bus.publish([goalEvent("a"), goalEvent("b")]);
  expect(requests.map(idsOf)).toEqual([["a", "b"], ["b"]]);
});

test("after three attempts it rejects with the bus's own code", async () => {
  const refuses: Answer = (entries) => entries.map(() => ({ ErrorCode: "InternalFailure" }));
  const { bus, requests } = busAnswering(refuses, refuses, refuses);
  await expect(bus.publish([goalEvent("a")])).rejects.toMatchObject({
    code: "store.unavailable",
    details: { refused: 1, failure: "InternalFailure" },
  });
  expect(requests).toHaveLength(3);
});

import { expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import type { HubEvent } from "#shared/model/events.ts";
import { GoalId } from "#shared/model/ids.ts";
import { Instant } from "#shared/model/time.ts";

import { createLocalBus } from "./bus.ts";

const goalId = GoalId.parse("asana:goal:conn_0123456789:77");

const changed = (change: "upserted" | "removed"): HubEvent => ({
  id: `goal.changed.v1:77:${change}`,
  type: "goal.changed.v1",
  at: Instant.parse("2026-11-21T08:00:00.123Z"),
  detail: { goalId, change },
});

const targets = [
  { rule: "removals", pattern: { detail: { change: ["removed"] } }, functionName: "alert" },
  { rule: "goals", pattern: { "detail-type": [{ prefix: "goal." }] }, functionName: "notify" },
  { rule: "signals", pattern: { "detail-type": [{ prefix: "signal." }] }, functionName: "alert" },
];

type Message = { readonly queue: string; readonly body: string };

function busWith(sendAll: (messages: readonly Message[]) => Promise<void>) {
  return createLocalBus(targets, { sendAll });
}

test("every matching rule gets the event, as EventBridge would deliver it, in one durable send", async () => {
  const sends: (readonly Message[])[] = [];
  const bus = busWith((messages) => Promise.resolve(void sends.push(messages)));
  await bus.publish([changed("upserted"), changed("removed")]);
  expect(sends).toHaveLength(1);
  expect(sends[0]?.map(({ queue }) => queue)).toEqual([
    "rule.goals.notify",
    "rule.removals.alert",
    "rule.goals.notify",
  ]);
  expect(JSON.parse(sends[0]?.[1]?.body ?? "")).toEqual({
    version: "0",
    id: expect.stringMatching(/^[0-9a-f-]{36}$/u),
    "detail-type": "goal.changed.v1",
    source: "throughline",
    account: "000000000000",
    time: "2026-11-21T08:00:00Z",
    region: "local",
    resources: ["goal.changed.v1:77:removed"],
    detail: { goalId, change: "removed" },
  });
});

test("a publish that could not be stored is refused to the relay", async () => {
  const failure = new HubError("store.unavailable", "full");
  const bus = busWith(() => Promise.reject(failure));
  await expect(bus.publish([changed("removed")])).rejects.toBe(failure);
});

test("a rule with a pattern that EventBridge would refuse stops the hub at its start", () => {
  const target = { rule: "bad", pattern: { source: "text" }, functionName: "alert" };
  expect(() => createLocalBus([target], { sendAll: () => Promise.resolve() })).toThrow(HubError);
});

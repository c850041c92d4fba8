import { setImmediate } from "node:timers/promises";

import { expect, test } from "vitest";

import { PullMessage } from "#shared/model/pull.ts";
import { workConnection } from "#shared/testing/facts.ts";

import { ToolHub } from "../../tests/rig/tool-hub.ts";
import { pull } from "./pull.ts";

const subscribe = { kind: "subscribe", connectionId: workConnection } as const;
/** How long nobody else takes up what a run said that it registers. */
const claimSeconds = 60;

/** A hub in which a run died while it registered `a`, the first of two. */
async function afterKill() {
  const rig = await ToolHub.connected();
  rig.tool.resources = ["a", "b"];
  const reached = Promise.withResolvers<void>();
  rig.tool.beforeSubscribe = () => {
    reached.resolve();
    return new Promise(() => undefined);
  };
  void pull(rig.deps, subscribe);
  await reached.promise;
  rig.tool.subscribed.splice(0);
  // Whoever registers is seen at it by those who run at the same time.
  rig.tool.beforeSubscribe = async () => {
    for (let turn = 0; turn < 50; turn += 1) await setImmediate();
  };
  const advance = (seconds: number) => rig.hub.clock.advance(seconds * 1000);
  /** All that waits is delivered at once, as it is where it is due at the same time. */
  const deliver = () =>
    Promise.all(
      rig.pulls.sent
        .splice(0)
        .map(({ body }) => pull(rig.deps, PullMessage.parse(JSON.parse(body)))),
    );
  const waits = () => rig.pulls.sent.map(({ delaySeconds }) => delaySeconds);
  return { rig, advance, deliver, waits };
}

test("what a killed run was registering is taken up as soon as its claim has ended", async () => {
  const { rig, advance, deliver, waits } = await afterKill();
  advance(20);
  await pull(rig.deps, subscribe);
  expect(rig.tool.subscribed).toEqual(["b"]);
  expect(waits()).toEqual([claimSeconds - 20 + 1]);
  advance(claimSeconds - 20 + 1);
  await deliver();
  expect(rig.tool.subscribed).toEqual(["b", "a"]);
  expect(waits()).toEqual([]);
});

test("several runs that wait for the same claim do not send each other on", async () => {
  const { rig, advance, deliver, waits } = await afterKill();
  advance(1);
  await Promise.all([1, 2, 3].map(() => pull(rig.deps, subscribe)));
  expect(waits().length).toBeGreaterThan(1);
  advance(claimSeconds);
  await deliver();
  expect(rig.tool.subscribed.toSorted()).toEqual(["a", "b"]);
  expect(waits()).toEqual([]);
});

test("nor do those that wait for it and come one after the other", async () => {
  const { rig, advance, waits } = await afterKill();
  advance(1);
  await pull(rig.deps, subscribe);
  await pull(rig.deps, subscribe);
  const [first, second, ...others] = rig.pulls.sent.splice(0);
  expect(others).toEqual([]);
  advance(claimSeconds);
  const goesOn = Promise.withResolvers<void>();
  const registers = Promise.withResolvers<void>();
  rig.tool.beforeSubscribe = () => {
    registers.resolve();
    return goesOn.promise;
  };
  const running = pull(rig.deps, PullMessage.parse(JSON.parse(first?.body ?? "")));
  await registers.promise;
  advance(1);
  await pull(rig.deps, PullMessage.parse(JSON.parse(second?.body ?? "")));
  goesOn.resolve();
  await running;
  expect(rig.tool.subscribed.toSorted()).toEqual(["a", "b"]);
  expect(waits()).toEqual([]);
});

test("nobody waits for what another run has begun to register since they looked", async () => {
  const { rig, advance, waits } = await afterKill();
  advance(claimSeconds + 1);
  await Promise.all([1, 2].map(() => pull(rig.deps, subscribe)));
  expect(rig.tool.subscribed).toContain("a");
  expect(waits()).toEqual([]);
});

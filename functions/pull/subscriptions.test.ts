import { describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import type { SubscriptionReport, SubscriptionRequest } from "#shared/kit/connector.ts";
import { dayMs, hourMs, instantOf } from "#shared/model/time.ts";
import { listSubscriptions, noteHeard } from "#shared/store/connection-parts.ts";
import { workConnection } from "#shared/testing/facts.ts";

import { ToolHub } from "../../tests/rig/tool-hub.ts";
import { pull } from "./pull.ts";

const subscribe = { kind: "subscribe", connectionId: workConnection } as const;

async function registered(resources: readonly string[] = ["a", "b"]) {
  const rig = await ToolHub.connected();
  rig.tool.resources = [...resources];
  await pull(rig.deps, subscribe);
  rig.tool.subscribed.splice(0);
  const known = () => listSubscriptions(rig.hub.table, workConnection);
  return { rig, known };
}

type Found = SubscriptionReport["found"] extends ReadonlyMap<string, infer F> ? F : never;

/** A report that says the same of every registration but those it is told of. */
function reporting(special: Readonly<Record<string, Partial<Found> | "gone">> = {}) {
  return (known: readonly SubscriptionRequest[]): SubscriptionReport => ({
    strays: [],
    found: new Map(
      known.flatMap(({ id, resource }): [string, Found][] => {
        const told = special[resource];
        if (told === "gone") return [];
        return [[id, { nativeId: `native-${id}`, isWorking: true, ...told }]];
      }),
    ),
  });
}

const sent = (rig: ToolHub) =>
  rig.pulls.sent.map(({ body }) => (JSON.parse(body) as { kind: string }).kind);

describe("a webhook that stands", () => {
  test("is left alone, run after run", async () => {
    const { rig } = await registered();
    rig.tool.inspection = reporting();
    await pull(rig.deps, subscribe);
    await pull(rig.deps, subscribe);
    expect(rig.tool.subscribed).toEqual([]);
    expect(sent(rig)).toEqual([]);
  });

  test("is believed in while its source cannot be asked", async () => {
    const { rig } = await registered();
    rig.tool.inspection = () => {
      throw new HubError("connector.unavailable", "503");
    };
    await pull(rig.deps, subscribe);
    expect(rig.tool.subscribed).toEqual([]);
  });
});

describe("a webhook that died", () => {
  test("at the source is made again, and what it would have told is read", async () => {
    const { rig, known } = await registered();
    await rig.hub.changeConnection(workConnection, (one) => ({ ...one, readyAt: one.createdAt }));
    rig.tool.inspection = reporting({ b: "gone" });
    await pull(rig.deps, subscribe);
    expect(rig.tool.subscribed).toEqual([expect.stringMatching(/^not native-/u), "b"]);
    expect((await known()).map(({ state }) => state)).toEqual(["active", "active"]);
    expect(sent(rig)).toEqual(["pull", "reconcile"]);
  });

  test("or fails at the source is made again", async () => {
    const { rig } = await registered();
    rig.tool.inspection = reporting({ a: { isWorking: false, problem: "410 for a day" } });
    await pull(rig.deps, subscribe);
    expect(rig.tool.subscribed.at(-1)).toBe("a");
  });

  test("by falling silent for longer than its heartbeats allow is made again; one that was heard is not", async () => {
    const { rig, known } = await registered();
    rig.tool.quietMinutesMax = 9 * 60;
    rig.renewRegistry();
    rig.hub.clock.advance(8 * hourMs);
    const [first] = await known();
    if (!first) throw new Error("two are registered");
    await noteHeard(rig.hub.table, first, rig.hub.clock.now());
    await pull(rig.deps, subscribe);
    expect(rig.tool.subscribed).toEqual([]);
    rig.hub.clock.advance(2 * hourMs);
    await pull(rig.deps, subscribe);
    expect(rig.tool.subscribed.filter((each) => !each.startsWith("not"))).toHaveLength(1);
  });
});

describe("a webhook that ends by itself", () => {
  test("is renewed days before, once", async () => {
    const { rig, known } = await registered([]);
    rig.tool.resources = ["a"];
    rig.tool.subscriptionEnds = () => instantOf(rig.hub.clock.nowMs() + 30 * dayMs);
    await pull(rig.deps, subscribe);
    rig.hub.clock.advance(19 * dayMs);
    await pull(rig.deps, subscribe);
    expect(rig.tool.renewed).toEqual([]);
    rig.hub.clock.advance(2 * dayMs);
    await pull(rig.deps, subscribe);
    await pull(rig.deps, subscribe);
    expect(rig.tool.renewed).toHaveLength(1);
    expect((await known())[0]?.expiresAt).toBe(instantOf(rig.hub.clock.nowMs() + 30 * dayMs));
  });

  test("and ended is made again", async () => {
    const { rig } = await registered([]);
    rig.tool.resources = ["a"];
    rig.tool.subscriptionEnds = () => instantOf(rig.hub.clock.nowMs() + 30 * dayMs);
    await pull(rig.deps, subscribe);
    rig.hub.clock.advance(31 * dayMs);
    await pull(rig.deps, subscribe);
    expect(rig.tool.subscribed.filter((each) => each === "a")).toHaveLength(2);
  });
});

test("what another run registers at the same time is no stray", async () => {
  const { rig } = await registered(["a"]);
  rig.tool.resources = ["a", "b"];
  let isOther = false;
  rig.tool.inspection = (known) => {
    if (isOther) return reporting()(known);
    return { ...reporting()(known), strays: ["native-of-b"] };
  };
  const inspect = rig.tool.inspection;
  // The other run lists, inspects and registers "b" while this one waits for the source's list.
  rig.tool.beforeInspect = async () => {
    if (isOther) return;
    isOther = true;
    await pull(rig.deps, subscribe);
    isOther = false;
  };
  rig.tool.inspection = inspect;
  await pull(rig.deps, subscribe);
  expect(rig.tool.subscribed).not.toContain("not native-of-b");
});

test("registrations of ours that nobody knows are removed at the source", async () => {
  const { rig } = await registered();
  rig.tool.inspection = (known) => ({ ...reporting()(known), strays: ["stray-7"] });
  await pull(rig.deps, subscribe);
  expect(rig.tool.subscribed).toEqual(["not stray-7"]);
});

import type { DynamoDBRecord } from "aws-lambda";
import { describe, expect, test } from "vitest";

import { acknowledge, answerContest, contest, snooze } from "#shared/kit/alert-verbs.ts";
import type { Connection } from "#shared/model/connection.ts";
import { eventSchemas } from "#shared/model/events.ts";
import type { HubEvent } from "#shared/model/events.ts";
import type { Alert } from "#shared/model/signal.ts";
import type { Instant } from "#shared/model/time.ts";
import { instantOf } from "#shared/model/time.ts";
import type { Item, ItemChange } from "#shared/ports/table.ts";
import { replaceDocument } from "#shared/store/documents.ts";
import { scanAll } from "#shared/store/list.ts";
import { alertSpec } from "#shared/store/specs.ts";
import {
  goal,
  goalId,
  itemId,
  linkTo,
  removed,
  upserted,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";
import type { LogLine } from "#shared/testing/silent-logger.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { MemoryHub } from "../../tests/rig/memory-hub.ts";
import { eventsOf } from "./events-of.ts";
import { createHandler } from "./handler.ts";

const now = "2026-03-02T09:00:00.000Z" as Instant;

/** What the hub published of these types while `act` happened. */
async function published(
  hub: MemoryHub,
  prefix: string,
  act: () => Promise<unknown>,
): Promise<readonly HubEvent[]> {
  hub.events.length = 0;
  await act();
  await hub.settle();
  return hub.events.filter(({ type }) => type.startsWith(prefix));
}

const types = (events: readonly HubEvent[]) => events.map(({ type }) => type);

async function epicHub(): Promise<MemoryHub> {
  const hub = await MemoryHub.ready();
  await hub.setRule("unlinked-work");
  await hub.apply(upserted(goal("g")));
  return hub;
}
const epic = (version: number, given = {}) => upserted(workItem("epic", { version, ...given }));
const linkedEpic = (version: number) =>
  upserted(workItem("epic", { version }), [linkTo(itemId("epic"), goalId("g"))]);

describe("a signal", () => {
  test("is told of once when it opens, is another, clears and opens again", async () => {
    const hub = await epicHub();
    const steps = [epic(1), epic(2, { title: "Other" }), linkedEpic(3), epic(4)];
    const told: HubEvent[] = [];
    for (const change of steps)
      told.push(...(await published(hub, "signal.", () => hub.apply(change))));
    expect(types(told)).toEqual([
      "signal.opened.v1",
      "signal.updated.v1",
      "signal.cleared.v1",
      "signal.opened.v1",
    ]);
    expect(told.map(({ detail }) => "generation" in detail && detail.generation)).toEqual([
      1, 1, 1, 2,
    ]);
    expect(new Set(told.map(({ id }) => id)).size).toBe(4);
  });

  test("is not told of when nothing about it changed", async () => {
    const hub = await epicHub();
    await hub.apply(epic(1));
    const again = await published(hub, "signal.", () => hub.apply(epic(2)));
    expect(again).toEqual([]);
  });
});

describe("an alert", () => {
  test("is told of when it opens, is acknowledged, is snoozed and resolves, never when its text changes", async () => {
    const hub = await epicHub();
    const opened = await published(hub, "alert.", () => hub.apply(epic(1)));
    const renamed = await published(hub, "alert.", () => hub.apply(epic(2, { title: "Other" })));
    const act = (verb: (alert: Alert) => Alert | undefined) =>
      published(hub, "alert.", async () => {
        const [alert] = await hub.alerts();
        const next = alert && verb(alert);
        if (next) await replaceDocument(hub.table, alertSpec, alert, next);
      });
    const actor = { by: "ops", now: hub.clock.now() };
    const acknowledged = await act((alert) => acknowledge(alert, actor));
    const until = instantOf(hub.clock.nowMs() + 1000);
    const snoozed = await act((alert) => snooze(alert, until, actor));
    const resolved = await published(hub, "alert.", () => hub.apply(linkedEpic(3)));
    expect([opened, renamed, acknowledged, snoozed, resolved].map(types)).toEqual([
      ["alert.opened.v1"],
      [],
      ["alert.acknowledged.v1"],
      ["alert.snoozed.v1"],
      ["alert.resolved.v1"],
    ]);
  });

  test("is told of when it is contested, when that is answered, and when it wakes", async () => {
    const hub = await epicHub();
    await hub.apply(epic(1));
    const act = (verb: (alert: Alert) => Alert | undefined) =>
      published(hub, "alert.", async () => {
        const [alert] = await hub.alerts();
        const next = alert && verb(alert);
        if (next) await replaceDocument(hub.table, alertSpec, alert, next);
      });
    const actor = { by: "ops", now: hub.clock.now() };
    const contested = await act((alert) => contest(alert, "wrong", actor));
    const upheld = await act((alert) => answerContest(alert, "upheld", actor));
    const woken = await published(hub, "alert.", () => hub.apply(epic(2, { title: "Other" })));
    expect([contested, upheld, woken].map(types)).toEqual([
      ["alert.contested.v1"],
      ["alert.contest-answered.v1", "alert.snoozed.v1"],
      ["alert.opened.v1"],
    ]);
    expect(woken).toMatchObject([{ detail: { generation: 1, wokenAt: actor.now } }]);
    expect(JSON.stringify(contested)).not.toContain("ops");
  });

  test("that was told of and whose next opening waits is told to have ended", async () => {
    const hub = await epicHub();
    await hub.setRule("unlinked-work", { holdDownMinutes: 60 });
    await hub.apply(epic(1));
    hub.isBusDown = true;
    await hub.apply(linkedEpic(2));
    hub.isBusDown = false;
    const told = await published(hub, "alert.", () => hub.apply(epic(3)));
    expect(told).toMatchObject([{ type: "alert.resolved.v1", detail: { generation: 1 } }]);
    expect(await hub.alerts()).toMatchObject([{ status: "pending", generation: 2 }]);
  });

  test.each([
    { was: "pending", is: "pending", told: [] },
    { was: "resolved", is: "pending", told: [] },
    { was: "open", is: "open", told: ["alert.opened.v1"] },
  ])("that was $was and opened anew, $is, is told of as $told", async ({ was, is, told }) => {
    const hub = await epicHub();
    await hub.apply(epic(1));
    const item = (await scanAll(hub.table)).find(({ type }) => type === "alert") as Item;
    const before = { ...item, status: was, generation: 1, revision: 1 };
    const after = { ...item, status: is, generation: 2, revision: 2 };
    expect(types(eventsOf({ sequenceNumber: "1", before, after }, now))).toEqual(told);
  });

  test("that opened and resolved within its grace was never there", async () => {
    const hub = await MemoryHub.ready();
    await hub.setRule("unlinked-work", { graceMinutes: 60 });
    await hub.apply(upserted(goal("g")));
    const told = await published(hub, "alert.", async () => {
      await hub.apply(epic(1));
      await hub.apply(linkedEpic(2));
    });
    expect(told).toEqual([]);
    expect(await hub.alerts("resolved")).toHaveLength(1);
  });
});

describe("a connection", () => {
  const changed = async (given: Partial<Connection>) => {
    const hub = await MemoryHub.ready();
    return published(hub, "connection.", () =>
      hub.changeConnection(workConnection, (connection) => ({ ...connection, ...given })),
    );
  };

  test("is told of when its status or problem changes", async () => {
    const problem = { code: "connector.unauthorized", message: "secret words", since: now };
    const told = await changed({ status: "degraded", problem });
    expect(told).toMatchObject([
      {
        type: "connection.changed.v1",
        detail: { connectionId: workConnection, status: "degraded", problem: problem.code },
      },
    ]);
    expect(JSON.stringify(told)).not.toContain("secret words");
  });

  test("is not told of for being fresh, renamed or removed from the table", async () => {
    expect(await changed({ freshAt: "2026-03-02T09:05:00.000Z" as Instant })).toEqual([]);
    expect(await changed({ name: "Other" })).toEqual([]);
    const gone: ItemChange = { sequenceNumber: "1", before: { pk: workConnection, sk: "0" } };
    expect(eventsOf(gone, now)).toEqual([]);
  });
});

describe("a goal", () => {
  test("is told of when it changes and when it is deleted; its links are nobody's news", async () => {
    const hub = await MemoryHub.ready();
    const told = await published(hub, "goal.", async () => {
      await hub.apply(upserted(goal("g"), [linkTo(itemId("epic"), goalId("g"))]));
      await hub.apply(upserted(goal("g", { version: 1 }), [linkTo(itemId("epic"), goalId("g"))]));
      await hub.apply(removed(goalId("g"), 2));
    });
    expect(told.map(({ detail }) => detail)).toEqual([
      { goalId: goalId("g"), change: "upserted" },
      { goalId: goalId("g"), change: "removed" },
    ]);
  });
});

test("every event keeps the catalogue's schema, and has an id that its change alone decides", async () => {
  const hub = await epicHub();
  await hub.apply(epic(1));
  await hub.apply(linkedEpic(2));
  expect(hub.events.length).toBeGreaterThan(4);
  for (const { type, detail } of hub.events)
    expect(() => eventSchemas[type].parse(detail)).not.toThrow();
  // Each finding says how fresh the sources were that it rests on.
  const findings = hub.events.filter(({ detail }) => "evidence" in detail);
  for (const { detail } of findings) {
    expect(detail).toMatchObject({
      evaluatedAt: expect.any(String),
      restsOn: expect.arrayContaining([expect.objectContaining({ freshAt: expect.any(String) })]),
    });
  }
  const before = new Set(hub.events.map(({ id }) => id));
  await hub.redeliver(100);
  for (const { id } of hub.events) expect(before).toContain(id);
});

describe("the relay", () => {
  const record = (change: ItemChange) => change as unknown as DynamoDBRecord;
  const item: Item = { pk: goalId("g"), sk: "0", type: "goal", hash: "h" };

  test("acknowledges a batch only when the bus has all of it", async () => {
    const handler = createHandler({
      bus: { publish: () => Promise.reject(new Error("bus is down")) },
      clock: new MemoryHub().clock,
      logger: createSilentLogger(),
      readRecord: (given) => given as ItemChange,
    });
    const Records = [record({ sequenceNumber: "1", after: item })];
    await expect(handler({ Records })).rejects.toThrow("bus is down");
    const nothing = [record({ sequenceNumber: "2", before: item, after: item })];
    await expect(handler({ Records: nothing })).resolves.toBeUndefined();
  });

  test("tells of all but what cannot be read, which it names in the log", async () => {
    const told: string[] = [];
    const logs: LogLine[] = [];
    const handler = createHandler({
      bus: { publish: async (events) => void told.push(...events.map(({ type }) => type)) },
      clock: new MemoryHub().clock,
      logger: createSilentLogger(logs),
      readRecord: (given) => given as ItemChange,
    });
    const spoilt: Item = { pk: "signal:unlinked-work:x", sk: "0", type: "signal", title: 7 };
    await handler({
      Records: [
        record({ sequenceNumber: "1", after: spoilt }),
        record({ sequenceNumber: "2", after: item }),
      ],
    });
    expect(told).toEqual(["goal.changed.v1"]);
    expect(logs.map(({ event, fields }) => [event, fields["type"]])).toContainEqual([
      "store.set-aside",
      "signal",
    ]);
  });
});

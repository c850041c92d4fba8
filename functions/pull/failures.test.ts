import { describe, expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";
import { minuteMs } from "#shared/model/time.ts";
import type { Table } from "#shared/ports/table.ts";
import { getConnection } from "#shared/store/connections.ts";
import { readFactItem } from "#shared/store/facts.ts";
import { connectionPartition, lists } from "#shared/store/keys.ts";
import { scanAll } from "#shared/store/list.ts";
import { upserted, workConnection, workItem } from "#shared/testing/facts.ts";

import { ToolHub } from "../../tests/rig/tool-hub.ts";
import { pull } from "./pull.ts";

const down = () => {
  throw new HubError("connector.unavailable", "down");
};

async function waitMs(rig: ToolHub): Promise<number> {
  return Date.parse((await rig.cursor())?.dueAt ?? "") - rig.hub.clock.nowMs();
}

describe("a collection that cannot be read", () => {
  test("is tried again after waits that double, up to half an hour", async () => {
    const rig = await ToolHub.connected();
    rig.tool.beforePage = down;
    const waits: number[] = [];
    for (let turn = 0; turn < 13; turn += 1) {
      await pull(rig.deps, rig.pullThings);
      const wait = await waitMs(rig);
      waits.push(wait / 1000);
      rig.hub.clock.advance(wait);
    }
    expect(waits).toEqual([2, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1800, 1800]);
    // As long as a queue can hold a message back, it is the queue that wakes the next try.
    const delays = rig.pulls.sent.map(({ delaySeconds }) => delaySeconds);
    expect(delays).toEqual([2, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
  });

  test("and then gets a page is new again: the next failure waits little", async () => {
    const rig = await ToolHub.connected();
    rig.tool.records = Array.from({ length: 6 }, (_, n) => upserted(workItem(`w${n}`)));
    rig.tool.beforePage = down;
    await pull(rig.deps, rig.pullThings);
    rig.hub.clock.advance(60 * minuteMs);
    rig.tool.beforePage = (page) => void (page === 1 && down());
    await pull(rig.deps, rig.pullThings);
    expect(await waitMs(rig)).toBe(2000);
    expect((await rig.cursor())?.recordsRead).toBe(2);
  });

  test("keeps its reason while it is being tried again, so that nobody calls the connection fresh", async () => {
    const rig = await ToolHub.connected();
    rig.tool.beforePage = down;
    await pull(rig.deps, rig.pullThings);
    let during: string | undefined;
    let seen = Promise.resolve();
    rig.tool.beforePage = () => {
      seen = rig.cursor().then((cursor) => void (during = cursor?.problem?.code));
      down();
    };
    await pull(rig.deps, rig.pullThings);
    await seen;
    expect(during).toBe("connector.unavailable");
  });

  test("is no dead letter when even its settings cannot be read before its first reconcile", async () => {
    const rig = await ToolHub.connected({ settings: {} });
    await pull(rig.deps, rig.reconcileThings);
    expect(await getConnection(rig.hub.table, workConnection)).toMatchObject({
      problem: { code: "connector.misconfigured" },
    });
  });
});

test("a connection that the index does not show yet is pulled all the same", async () => {
  const rig = await ToolHub.connected();
  rig.tool.records = [upserted(workItem("w"))];
  const table = hidingConnections(rig.hub.table);
  await pull({ ...rig.deps, table }, rig.pullThings);
  expect(await rig.cursor()).toMatchObject({ state: "idle", recordsRead: 1 });
});

function hidingConnections(table: Table): Table {
  return {
    ...table,
    query: async (request) =>
      request.partition === lists.connections ? { items: [] } : table.query(request),
  };
}

describe("removing a connection", () => {
  const heldCount = async ({ hub }: ToolHub) =>
    (await scanAll(hub.table)).filter((item) => readFactItem(item)?.isRemoved === false).length;

  test("also removes what a run that was still reading stores meanwhile", async () => {
    const rig = await ToolHub.connected();
    rig.tool.records = Array.from({ length: 8 }, (_, n) => upserted(workItem(`w${n}`)));
    let hasLooked = false;
    let reading: Promise<void> | undefined;
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    // The run stores its second page only after the removal has looked at the table.
    const slow: Table = {
      ...rig.hub.table,
      batchGet: async (keys) => {
        if (keys.some(({ pk }) => pk.endsWith(":w2"))) await gate;
        return rig.hub.table.batchGet(keys);
      },
    };
    const watched: Table = {
      ...rig.hub.table,
      query: async (request) => {
        const page = await rig.hub.table.query(request);
        // The last of the places where it looks.
        const isLast = request.partition === connectionPartition(workConnection, "org-unit");
        if (request.index === "connection" && isLast && !hasLooked) {
          hasLooked = true;
          release();
          await reading;
        }
        return page;
      },
    };
    reading = pull({ ...rig.deps, table: slow }, rig.pullThings);
    await pull({ ...rig.deps, table: watched }, { kind: "remove", connectionId: workConnection });
    await reading;
    expect(await heldCount(rig)).toBe(0);
    expect(await rig.cursor()).toBeUndefined();
  });

  test("takes away every webhook it can, also after one that cannot be taken away", async () => {
    const rig = await ToolHub.connected();
    rig.tool.resources = ["a", "b"];
    await pull(rig.deps, { kind: "subscribe", connectionId: workConnection });
    let calls = 0;
    rig.tool.beforeUnsubscribe = () => {
      calls += 1;
      if (calls === 1) down();
    };
    await pull(rig.deps, { kind: "remove", connectionId: workConnection });
    expect(rig.tool.subscribed.filter((what) => what.startsWith("not "))).toHaveLength(1);
    expect(await getConnection(rig.hub.table, workConnection)).toBeUndefined();
  });
});

import { describe, expect, test } from "vitest";

import { hourMs, minuteMs } from "#shared/model/time.ts";

import { testConnection, testSource } from "./simulator/test-source.ts";
import { serving, world } from "./simulator/test-world.ts";

const [checkout, reliability] = ["1500000000000001", "1500000000000002"] as const;

/** A source and a hub that can fall silent. */
async function watched() {
  const all = await world();
  const answering = { status: 200 };
  const url = await serving((request, response) => {
    const secret = request.headers["x-hook-secret"];
    if (typeof secret === "string") response.setHeader("X-Hook-Secret", secret);
    response.statusCode = typeof secret === "string" ? 200 : answering.status;
    response.end();
  });
  const source = testSource({
    settings: { baseUrl: all.simulator.apiUrl },
    clock: all.clock,
  });
  const request = (id: string, resource: string, root = url) => ({
    id,
    resource,
    targetUrl: `${root}/webhooks/asana/${testConnection}?subscription=${id}`,
  });
  return { ...all, source, request, answering };
}

describe("what Asana has of our webhooks", () => {
  test("those that stand are found by our id, those that are gone are not", async () => {
    const { source, request, simulator } = await watched();
    const [first, second] = [
      request("sub_0000000001", checkout),
      request("sub_0000000002", reliability),
    ];
    const made = await source.subscribe(first);
    const lost = await source.subscribe(second);
    simulator.perform({ kind: "deleteWebhook", gid: lost.nativeId });
    expect(await source.inspectSubscriptions([first, second])).toEqual({
      found: new Map([[first.id, { nativeId: made.nativeId, isWorking: true }]]),
      strays: [],
    });
  });

  test("one of this connection that nobody knows is a stray, others' are nobody's business", async () => {
    const { source, request } = await watched();
    const known = request("sub_0000000001", checkout);
    await source.subscribe(known);
    const stray = await source.subscribe(request("sub_9999999999", reliability));
    const others = request("sub_8888888888", reliability);
    await source.subscribe({
      ...others,
      targetUrl: others.targetUrl.replace(testConnection, "conn_somebodye1"),
    });
    expect((await source.inspectSubscriptions([known])).strays).toEqual([stray.nativeId]);
  });

  test("one that Asana is about to give up on does not work, and is made anew in its place", async () => {
    const { source, request, simulator, clock, answering } = await watched();
    const known = request("sub_0000000001", checkout);
    const old = await source.subscribe(known);
    await simulator.settle();
    answering.status = 500;
    simulator.perform({ kind: "updateTask", gid: "1800000000000008", name: "Untold" });
    // The first delivery is under way; its failure is what Asana counts from.
    await expect
      .poll(async () => (await source.inspectSubscriptions([known])).found.get(known.id)?.isWorking)
      .toBe(false);
    const report = await source.inspectSubscriptions([known]);
    expect(report.found.get(known.id)?.problem).toMatch(/could not deliver.*will delete/u);
    answering.status = 200;
    const made = await source.subscribe(known);
    expect(made.nativeId).not.toBe(old.nativeId);
    expect([...simulator.state.webhooks.keys()]).toEqual([made.nativeId]);
    clock.advance(minuteMs);
    expect((await source.inspectSubscriptions([known])).found.get(known.id)).toEqual({
      nativeId: made.nativeId,
      isWorking: true,
    });
  });

  test("after a webhook is made anew, reading from nothing gives all that was missed", async () => {
    const { source, request, simulator, clock } = await watched();
    const known = request("sub_0000000001", checkout);
    const { nativeId } = await source.subscribe(known);
    simulator.perform({ kind: "deleteWebhook", gid: nativeId });
    simulator.perform({ kind: "updateTask", gid: "1800000000000008", name: "Untold" });
    clock.advance(30 * hourMs);
    await source.subscribe(known);
    const titles: string[] = [];
    for await (const { changes } of source.pull("tasks", undefined)) {
      for (const change of changes) {
        if (change.kind === "upserted" && "title" in change.record)
          titles.push(change.record.title);
      }
    }
    expect(titles).toContain("Untold");
    expect(titles).toHaveLength(9);
  });
});

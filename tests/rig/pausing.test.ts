import { expect, test } from "vitest";

import { ConnectionDetail } from "#functions/app/connections/connection-answers.ts";
import { DeliveryTally } from "#functions/ingest/delivery-tally.ts";
import { ingest } from "#functions/ingest/ingest.ts";
import { pull } from "#functions/pull/pull.ts";
import { sweep } from "#functions/sweep/sweep.ts";
import type { Change } from "#shared/model/change.ts";
import type { FactId } from "#shared/model/ids.ts";
import { ConnectionId, factId } from "#shared/model/ids.ts";
import { minuteMs } from "#shared/model/time.ts";
import { readFactItem } from "#shared/store/facts.ts";
import { scanAll } from "#shared/store/list.ts";
import { upserted, workItem } from "#shared/testing/facts.ts";

import { AppRig } from "./app-rig.ts";
import { MemoryQueue } from "./tool-hub.ts";

/** A hub whose tool holds `records`; it lists what changed since the last pull, and what there is. */
async function hub() {
  const rig = await AppRig.create();
  const tool = { records: new Map<FactId, Change>(), changed: [] as Change[], asked: 0 };
  const put = (change: ReturnType<typeof upserted>) => {
    tool.records.set(change.record.id, change);
    tool.changed.push(change);
  };
  rig.source = () => ({
    async *pull(collection) {
      tool.asked += 1;
      const changes = collection === "things" ? tool.changed.splice(0) : [];
      yield { changes, rejected: [], position: "p", isLast: true, recordsRead: changes.length };
    },
    async *enumerate() {
      tool.asked += 1;
      yield [...tool.records.keys()];
    },
    confirm: async (_collection, ids) =>
      new Map(ids.map((id) => [id, tool.records.has(id) ? "present" : "gone"] as const)),
    isOf: () => true,
    readByIds: async (_collection, ids) => ({
      changes: ids.flatMap((id) => tool.records.get(id) ?? []),
      rejected: [],
    }),
    interpret: async () => {
      tool.asked += 1;
      return { changes: [...tool.records.values()], rejected: [] };
    },
  });
  const settings = { baseUrl: "https://tool.example", token: "s3cr3t-token", projects: [] };
  const json = { connector: "tool", name: "Our tool", settings };
  const { body } = await rig.send("POST", "/api/connections", { json });
  const id = ConnectionId.parse(ConnectionDetail.parse(body).id);
  /** Reads whatever is due, for some minutes. */
  const run = async () => {
    for (let minute = 0; minute < 3; minute += 1) {
      for (let next = rig.pulls.sent.shift(); next; next = rig.pulls.sent.shift()) {
        await pull(rig.deps, JSON.parse(next.body));
      }
      rig.hub.clock.advance(minuteMs);
      await sweep(rig.deps);
    }
  };
  const idOf = (native: string) => factId("work-item", "tool", id, native);
  const item = (native: string) =>
    upserted({ ...workItem(native), id: idOf(native), connectionId: id });
  const tally = new DeliveryTally(rig.hub.table, rig.hub.clock);
  const deliver = () =>
    ingest({ ...rig.deps, inbox: new MemoryQueue(), tally }, [
      JSON.stringify({
        connector: "tool",
        connectionId: id,
        deliveryId: "d",
        receivedAt: rig.hub.clock.now(),
        attempt: 0,
        headers: {},
        query: {},
        body: { text: "{}" },
      }),
    ]);
  const held = async () =>
    (await scanAll(rig.hub.table)).flatMap((item) => {
      const stored = readFactItem(item);
      return stored?.isRemoved === false ? [stored.fact.id] : [];
    });
  return { rig, tool, put, item, id, idOf, run, deliver, held };
}

test("what webhooks told while a connection was paused is there after it was resumed, deletions too", async () => {
  const { rig, tool, put, item, id, idOf, run, deliver, held } = await hub();
  put(item("w1"));
  put(item("w2"));
  await run();
  expect((await held()).toSorted()).toEqual([idOf("w1"), idOf("w2")]);
  await rig.send("POST", `/api/connections/${id}/pause`);
  tool.records.delete(idOf("w2"));
  put(item("w3"));
  const before = tool.asked;
  expect(await deliver()).toEqual(["done"]);
  await run();
  expect([tool.asked - before, (await held()).toSorted()]).toEqual([0, [idOf("w1"), idOf("w2")]]);
  const page = await rig.get(`/connections/${id}`, { accept: "text/html" });
  expect(page.text).toContain("webhooks are acknowledged without being taken in");
  await rig.send("POST", `/api/connections/${id}/resume`);
  await run();
  expect((await held()).toSorted()).toEqual([idOf("w1"), idOf("w3")]);
});

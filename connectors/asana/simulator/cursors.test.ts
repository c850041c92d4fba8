import { expect, test } from "vitest";

import { simulator } from "./test-simulator.ts";

const checkout = "1500000000000001";
const list = `/tasks?project=${checkout}&limit=50`;
const task = "1800000000000001";

test("pages are as short as it is told, of lists and of events", async () => {
  const { get, perform } = await simulator({ pageRowsMax: 1 });
  const first = await get(list);
  expect(first.body.data).toHaveLength(1);
  expect(first.body.next_page).not.toBeNull();
  const { sync } = (await get(`/events?resource=${checkout}`)).body;
  for (const name of ["One", "Two"]) perform({ kind: "updateTask", gid: task, name });
  const { body } = await get(`/events?resource=${checkout}&sync=${sync}`);
  expect([body.data, body.has_more]).toEqual([[expect.anything()], true]);
});

test("offsets expire in the middle of a read when a fault says so, and the readers are counted", async () => {
  const { get, faults, state } = await simulator({ pageRowsMax: 1 });
  faults.arm({ on: "cursor", kind: "expire", of: "page", skip: 1, times: 1 });
  const offsetOf = async (offset = "") => (await get(`${list}${offset}`)).body.next_page?.offset;
  const first = await offsetOf();
  const second = await offsetOf(`&offset=${first}`);
  expect((await get(`${list}&offset=${second}`)).status).toBe(400);
  expect(state.offsets.expiredMet).toBe(1);
  const fresh = await offsetOf();
  expect((await get(`${list}&offset=${fresh}`)).status).toBe(200);
});

test("a stream is forgotten when a fault says so; that events were lost so is told apart", async () => {
  const { get, faults, perform, state } = await simulator();
  const stream = async (sync = "") => get(`/events?resource=${checkout}&sync=${sync}`);
  const begun = (await stream()).body.sync;
  expect(state.log.met).toEqual({ expired: 0, withLoss: 0 });
  faults.arm({ on: "cursor", kind: "expire", of: "events", times: 1 });
  const quiet = await stream(begun);
  expect([quiet.status, state.log.met]).toEqual([412, { expired: 1, withLoss: 0 }]);
  perform({ kind: "updateTask", gid: task, name: "Nobody hears of it" });
  perform({ kind: "forgetEvents" });
  expect((await stream(quiet.body.sync)).status).toBe(412);
  expect(state.log.met).toEqual({ expired: 2, withLoss: 1 });
});

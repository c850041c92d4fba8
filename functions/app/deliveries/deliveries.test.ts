import { expect, test } from "vitest";

import type { ConnectionId } from "#shared/model/ids.ts";
import { alertId } from "#shared/model/ids.ts";
import { DispatchId, channelRecipient, personRecipient } from "#shared/model/notification.ts";
import type { Dispatch } from "#shared/model/notification.ts";
import { dayMs, instantOf } from "#shared/model/time.ts";
import { createDocument } from "#shared/store/documents.ts";
import { dispatchSpec } from "#shared/store/specs.ts";
import { itemId, person, personId, upserted } from "#shared/testing/facts.ts";

import { AppRig } from "../../../tests/rig/app-rig.ts";

const pager = "conn_pager00000" as ConnectionId;

async function log() {
  const rig = await AppRig.create();
  await rig.hub.connect(pager, { connector: "pager", name: "Pager", settings: {} });
  await rig.hub.apply(upserted(person("ann", { name: "Ann" })));
  const sent = async (id: string, given: Partial<Dispatch> = {}, daysAgo = 0) => {
    const at = instantOf(rig.hub.clock.nowMs() - daysAgo * dayMs);
    const dispatch: Dispatch = {
      type: "dispatch",
      id: DispatchId.parse(`dispatch:${id}`),
      kind: "alert",
      recipient: channelRecipient(pager),
      connectionId: pager,
      because: "Channel of Red",
      title: `About ${id}`,
      alerts: [{ alertId: alertId("unlinked-work", itemId(id)), generation: 1, reason: "opened" }],
      alertCount: 1,
      outcome: "sent",
      attemptCount: 1,
      attempts: [{ at, verb: "show", outcome: "sent" }],
      createdAt: at,
      updatedAt: at,
      revision: 0,
      ...given,
    };
    await createDocument(rig.hub.table, dispatchSpec, dispatch);
  };
  return { rig, sent };
}

const titles = (body: unknown) =>
  (body as { readonly deliveries: readonly { readonly title: string }[] }).deliveries.map(
    ({ title }) => title,
  );

test("what was sent and what still waits stand in one list, newest first, this month and the last", async () => {
  const { rig, sent } = await log();
  await sent("now");
  await sent(
    "retried",
    {
      outcome: "deferred",
      recipient: personRecipient(personId("ann")),
      dueAt: rig.hub.clock.now(),
    },
    1,
  );
  await sent("last-month", {}, 20);
  await sent("long-ago", {}, 70);
  const { body } = await rig.get("/api/deliveries");
  expect(titles(body)).toEqual(["About now", "About retried", "About last-month"]);
  expect(body).toMatchObject({
    deliveries: [
      { recipient: { kind: "channel", name: "Pager" }, because: "Channel of Red" },
      { recipient: { kind: "person", name: "Ann" }, outcome: "deferred" },
      {},
    ],
  });
  expect(titles((await rig.get("/api/deliveries?outcome=deferred")).body)).toEqual([
    "About retried",
  ]);
  const month = instantOf(rig.hub.clock.nowMs() - 70 * dayMs).slice(0, 7);
  expect(titles((await rig.get(`/api/deliveries?month=${month}`)).body)).toEqual([
    "About long-ago",
  ]);
});

test("the page shows every attempt with what was said of it", async () => {
  const { rig, sent } = await log();
  const at = rig.hub.clock.now();
  await sent("one", {
    outcome: "refused",
    attempts: [{ at, verb: "show", outcome: "refused", detail: "no_service: <b>gone</b>" }],
  });
  const { text } = await rig.get("/deliveries");
  expect(text).toContain("no_service: &lt;b&gt;gone&lt;/b&gt;");
  expect(text).toContain("Refused");
});

test("one delivery can be asked for, and one that there is not is not found", async () => {
  const { rig, sent } = await log();
  await sent("one");
  expect((await rig.get("/api/deliveries/dispatch:one")).body).toMatchObject({
    title: "About one",
  });
  expect((await rig.get("/api/deliveries/dispatch:other")).status).toBe(404);
});

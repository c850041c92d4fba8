import { afterEach, expect, test } from "vitest";

import { jira } from "#connectors/jira/connector.ts";
import { startJiraSimulator } from "#connectors/jira/simulator/server.ts";
import { smallSite } from "#connectors/jira/simulator/small-site.ts";
import { createHandler } from "#functions/notify/handler.ts";
import { openSource } from "#shared/access/open-source.ts";
import { Registry, secretName } from "#shared/kit/registry.ts";
import { connectionId, factId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { dayMs, epochMsOf, minuteMs } from "#shared/model/time.ts";
import { getConnection, listConnections } from "#shared/store/connections.ts";
import { factKey } from "#shared/store/keys.ts";
import { goal, goalId, linkTo, upserted } from "#shared/testing/facts.ts";

import { NotifyRig } from "./notify-rig.ts";
import { MemorySecrets } from "./tool-hub.ts";

const site = connectionId("jira000001");
// PAY-4, an epic without a goal above it.
const issueId = "10105";
const epic = factId("work-item", "jira", site, issueId);

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function begin(settings: Readonly<Record<string, unknown>> = { comments: true }) {
  const rig = await NotifyRig.with({});
  const { hub } = rig;
  // Its own handler knows no Jira; the one below tells.
  rig.isDeaf = true;
  const startMs = epochMsOf("2026-11-21T08:00:00.000Z" as Instant);
  hub.clock.advance(startMs - hub.clock.nowMs());
  const simulator = await startJiraSimulator({ seed: smallSite, clock: hub.clock });
  cleanups.push(() => simulator.close());
  const secrets = new MemorySecrets();
  await secrets.write(secretName(site), { apiToken: "token-of-the-hub" });
  const [readyAt, freshAt] = [hub.clock.now(), hub.clock.now()];
  const base = { baseUrl: simulator.url, email: "hub@acme.example" };
  await hub.connect(site, {
    connector: "jira",
    name: "Jira",
    settings: { ...base, ...settings },
    readyAt,
    freshAt,
  });
  const deps = { ...rig.deps, secrets, registry: new Registry([jira]) };
  const notify = createHandler(deps);
  const refresh = async () => {
    for (const { id } of await listConnections(hub.table)) {
      const now = hub.clock.now();
      await hub.changeConnection(id, (one) => ({ ...one, freshAt: now }));
    }
  };
  const pass = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      hub.clock.advance(minuteMs);
      await refresh();
      await notify({ schedule: true });
      await hub.settle();
    }
  };
  /** Reads the issue as a delivery of a webhook makes the hub do. */
  const read = async () => {
    const connection = await getConnection(hub.table, site);
    if (!connection) throw new Error("The connection is gone");
    const connections = await listConnections(hub.table);
    const source = await openSource(deps, { connection, connections });
    const { changes } = await source.readByIds("issues", [epic]);
    return { changes, applied: await hub.apply(...changes) };
  };
  const tell = async () => {
    for (const { id } of await hub.alerts("open", "acknowledged", "resolved")) {
      const event = { "detail-type": "alert.changed.v1", detail: { id } };
      await notify(event as Parameters<typeof notify>[0]);
      // Once more, as a bus may bring it.
      await notify(event as Parameters<typeof notify>[0]);
    }
    await pass(5);
  };
  const comments = () =>
    (simulator.state.comments.get(issueId) ?? []).map(({ body }) => JSON.stringify(body));
  await refresh();
  await hub.setRule("unlinked-work");
  await hub.apply(upserted(goal("g")));
  return { rig, hub, simulator, read, tell, pass, comments };
}

test("an alert is one comment on its item, which says when it is over, and no sign of life", async () => {
  const { rig, hub, simulator, read, tell, comments } = await begin();
  const { changes } = await read();
  await tell();
  expect(comments()).toHaveLength(1);
  expect(comments()[0]).toContain("No goal above PAY-4 Unlinked epic");
  expect(comments()[0]).toMatch(/"href":"https:\/\/hub\.example\/alerts\//u);

  // The comment moved the issue's version; read again, it is the same item, as old as it was.
  const before = await hub.table.batchGet([factKey(epic)]);
  const { changes: again, applied } = await read();
  const versionOf = (all: typeof changes) =>
    all.map((one) => (one.kind === "upserted" ? one.record.sourceVersion : 0));
  expect(versionOf(again)[0]).toBeGreaterThan((versionOf(changes)[0] ?? 0) + 7 * dayMs);
  expect(applied).toMatchObject({ applied: 0, unchanged: 1 });
  expect(await hub.table.batchGet([factKey(epic)])).toEqual(before);
  await tell();
  expect(comments()).toHaveLength(1);

  const [first] = changes;
  if (first?.kind !== "upserted") throw new Error("The issue was not read");
  const version = { sourceVersion: hub.clock.nowMs(), readAt: hub.clock.now() };
  const record = { ...first.record, ...version };
  await hub.apply({ ...first, record, edges: [linkTo(epic, goalId("g"))] });
  await tell();
  expect(comments()).toHaveLength(1);
  expect(comments()[0]).toContain("Resolved");
  expect(comments()[0]).not.toContain("Next step");
  const [dispatch, ...others] = await rig.dispatches();
  expect(dispatch).toMatchObject({ outcome: "sent", connectionId: site });
  expect(others).toEqual([]);

  // What people do after that counts again.
  hub.clock.advance(dayMs);
  simulator.perform({ kind: "updateIssue", key: "PAY-4", labels: ["moved"] });
  expect((await read()).applied).toMatchObject({ applied: 1 });
});

test("by default nothing is written", async () => {
  const { hub, read, tell, comments, rig } = await begin({});
  await read();
  await tell();
  expect(await hub.alerts("open")).not.toEqual([]);
  expect(comments()).toEqual([]);
  expect(await rig.dispatches()).toEqual([]);
});

test("a Jira that is away for a day gets the comment once, and none for what is over by then", async () => {
  const { simulator, read, tell, pass, comments } = await begin();
  await read();
  simulator.faults.arm({ on: "request", kind: "status", status: 503 });
  await tell();
  expect(comments()).toEqual([]);
  simulator.faults.clear();
  await pass(150);
  expect(comments()).toHaveLength(1);
  await pass(60);
  expect(comments()).toHaveLength(1);
});

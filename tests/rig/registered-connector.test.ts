import { afterEach, expect, test } from "vitest";

import { hibobPersonId } from "#connectors/hibob/normalize.ts";
import { startHibobSimulator } from "#connectors/hibob/simulator/start-hibob-simulator.ts";
import { hibobWebhook } from "#connectors/hibob/webhook.ts";
import { connectors } from "#connectors/index.ts";
import { DeliveryTally } from "#functions/ingest/delivery-tally.ts";
import { ingest } from "#functions/ingest/ingest.ts";
import { pull } from "#functions/pull/pull.ts";
import { HeardSubscriptions } from "#functions/receive/heard-subscriptions.ts";
import { KnownConnections } from "#functions/receive/known-connections.ts";
import { receive } from "#functions/receive/receive.ts";
import { turnOfDay } from "#functions/sweep/turn-of-day.ts";
import { Registry, secretName } from "#shared/kit/registry.ts";
import type { Cursor } from "#shared/model/connection.ts";
import type { Person } from "#shared/model/facts.ts";
import { ConnectionId } from "#shared/model/ids.ts";
import { dayMs } from "#shared/model/time.ts";
import { createDocument } from "#shared/store/documents.ts";
import { readFactItem } from "#shared/store/facts.ts";
import { cursorSpec } from "#shared/store/specs.ts";
import { startReceiver } from "#shared/testing/connector-contract/receiver.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";

import { MemoryHub } from "./memory-hub.ts";
import { MemoryQueue, MemorySecrets } from "./tool-hub.ts";

const connectionId = ConnectionId.parse("conn_people0002");
const access = { serviceUserId: "SERVICE-1", serviceUserToken: "token-of-the-simulator" };
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const row = { effectiveDate: "2020-01-01", department: "501" };
const employees = ["1000", "1001"].map((id) => ({
  id,
  firstName: "Person",
  surname: id,
  email: `p${id}@acme.example`,
  startDate: "2020-01-01",
  work: [{ ...row, reportsTo: id === "1000" ? null : "1000" }],
}));
const departments = [
  { id: "501", value: "Product" },
  { id: "502", value: "Sales" },
];

/** The hub's own functions over the registry as it is: nothing here is told of HiBob but its name. */
async function connectedHub() {
  const hub = new MemoryHub();
  const { clock, table } = hub;
  const seed = { ...access, departments, employees };
  const simulator = await startHibobSimulator({ seed, clock, timeScale: 0.0001 });
  closers.push(() => simulator.close());
  const secrets = new MemorySecrets();
  const { serviceUserToken, serviceUserId } = access;
  const settings = { serviceUserId, orgLevels: ["work.department"], baseUrl: simulator.url };
  await secrets.write(secretName(connectionId), { serviceUserToken });
  await hub.connect(connectionId, { connector: "hibob", settings });
  const waiting: Cursor = {
    type: "cursor",
    connectionId,
    collection: "people",
    mode: "backfill",
    state: "waiting",
    recordsRead: 0,
    changesApplied: 0,
    recordsRejected: 0,
    updatedAt: clock.now(),
    dueAt: clock.now(),
    revision: 0,
  };
  await createDocument(table, cursorSpec, waiting);
  let count = 0;
  const inbox = new MemoryQueue();
  const deps = {
    table,
    clock,
    secrets,
    inbox,
    logger: createSilentLogger(hub.logs),
    registry: new Registry(connectors),
    pulls: new MemoryQueue(),
    publicUrl: "https://hub.example",
    random: (length: number) => String((count += 1)).padStart(length, "0"),
    tally: new DeliveryTally(table, clock),
    connections: new KnownConnections(table, clock),
  };
  const personOf = async (employeeId: string): Promise<Person | undefined> => {
    const pk = hibobPersonId(connectionId, employeeId);
    const item = await table.get({ pk, sk: "0" });
    const stored = item && readFactItem(item);
    if (!stored || stored.isRemoved) return undefined;
    return stored.fact.type === "person" ? stored.fact : undefined;
  };
  return { hub, simulator, secrets, inbox, personOf, deps };
}

type Rig = Awaited<ReturnType<typeof connectedHub>>;

/** An admin adds the webhook in HiBob, which tries it, and types the secret in here. */
async function addWebhook({ hub, simulator, secrets, deps }: Rig) {
  const receiver = await startReceiver(hibobWebhook, hub.clock);
  closers.push(() => receiver.close());
  const webhookSecret = await simulator.addWebhook(`${receiver.url}/webhooks/hibob`);
  const received = { ...deps, heard: new HeardSubscriptions(deps) };
  const deliver = async () => {
    await simulator.settle();
    const incoming = receiver.deliveries.map((each) => ({
      ...each,
      connector: "hibob",
      connectionId,
    }));
    receiver.forget();
    return Promise.all(incoming.map(async (each) => (await receive(received, each)).status));
  };
  const pings = await deliver();
  await secrets.merge(secretName(connectionId), { webhookSecret });
  return { pings, deliver };
}

test("registered is all it takes: people are read, webhooks heard, and a move happens on its day", async () => {
  const rig = await connectedHub();
  const { hub, simulator, inbox, personOf, deps } = rig;
  await pull(deps, { kind: "pull", connectionId, collection: "people" });
  const product = `hibob:org-unit:${connectionId}:/501`;
  const sales = `hibob:org-unit:${connectionId}:/502`;
  expect(await personOf("1001")).toMatchObject({
    unitId: product,
    managerId: hibobPersonId(connectionId, "1000"),
  });

  const { pings, deliver } = await addWebhook(rig);
  expect(pings).toEqual([200]);
  simulator.perform({
    kind: "move",
    id: "1001",
    row: { effectiveDate: "2026-03-05", department: "502" },
  });
  expect(await deliver()).toEqual([202]);
  await ingest(
    deps,
    inbox.sent.map(({ body }) => body),
  );
  // Known ahead, and nothing of today is another.
  expect(await personOf("1001")).toMatchObject({
    unitId: product,
    placements: [
      { unitId: product, validTo: "2026-03-05" },
      { unitId: sales, validFrom: "2026-03-05" },
    ],
  });

  const asked = simulator.deliveries().length;
  hub.clock.advance(3 * dayMs);
  await turnOfDay(deps);
  // The day came without HiBob being asked or telling anything.
  expect(await personOf("1001")).toMatchObject({ unitId: sales });
  expect(simulator.deliveries()).toHaveLength(asked);

  simulator.perform({ kind: "delete", id: "1001" });
  expect(await deliver()).toEqual([202]);
  await ingest(
    deps,
    inbox.sent.slice(1).map(({ body }) => body),
  );
  expect(await personOf("1001")).toBeUndefined();
});

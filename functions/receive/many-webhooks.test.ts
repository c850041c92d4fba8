import { expect, test } from "vitest";

import { keepWebhookSecret, webhookKeyName } from "#shared/access/webhook-secrets.ts";
import { secretName } from "#shared/kit/registry.ts";
import type { Subscription } from "#shared/model/connection.ts";
import type { SecretValues } from "#shared/ports/secrets.ts";
import { removeSubscription, saveSubscription } from "#shared/store/connection-parts.ts";
import { scanAll } from "#shared/store/list.ts";
import { workConnection } from "#shared/testing/facts.ts";

import { sign } from "../../tests/rig/fake-connector.ts";
import { MemoryQueue, MemorySecrets, ToolHub } from "../../tests/rig/tool-hub.ts";
import { HeardSubscriptions } from "./heard-subscriptions.ts";
import { KnownConnections } from "./known-connections.ts";
import { receive } from "./receive.ts";

/** One value of AWS Secrets Manager, and the versions of it that a day may make. */
const valueBytesMax = 65_536;
const versionsMax = 100;

class CountingSecrets extends MemorySecrets {
  reads = 0;
  readonly writes = new Map<string, number>();

  override async read(name: string): Promise<SecretValues | undefined> {
    this.reads += 1;
    return super.read(name);
  }

  override async merge(name: string, values: SecretValues): Promise<void> {
    this.writes.set(name, (this.writes.get(name) ?? 0) + 1);
    await super.merge(name, values);
  }
}

function subscription(index: number): Subscription {
  return {
    type: "subscription",
    id: `sub_${String(index).padStart(10, "0")}`,
    connectionId: workConnection,
    resource: `project ${index}`,
    state: "pending",
    publicUrl: "https://hub.example",
    createdAt: "2026-03-02T09:00:00.000Z" as Subscription["createdAt"],
  };
}

async function receiver() {
  const rig = await ToolHub.connected();
  const secrets = new CountingSecrets();
  secrets.values.set(secretName(workConnection), { token: "t", webhookSecret: "shared" });
  const connections = new KnownConnections(rig.hub.table, rig.hub.clock);
  const heard = new HeardSubscriptions(rig.deps);
  const deps = { ...rig.deps, secrets, inbox: new MemoryQueue(), connections, heard };
  const send = async (id: string | undefined, headers: Record<string, string>) => {
    const answer = await receive(deps, {
      connector: "tool",
      connectionId: workConnection,
      headers,
      query: id === undefined ? {} : { subscription: id },
      body: Buffer.from("{}"),
      receivedAt: rig.hub.clock.now(),
    });
    return answer.status;
  };
  return { deps, secrets, table: rig.hub.table, send };
}

const signed = (secret: string) => ({ "x-signature": sign("{}", secret) });
/** As long as Asana's may be. */
const secretOf = (index: number) => `${index}-${"s".repeat(58)}`;

test("five thousand webhooks fit into small secrets, and a delivery reads one of them", async () => {
  const { secrets, table, send } = await receiver();
  const all = Array.from({ length: 5000 }, (_, index) => subscription(index));
  for (const [index, one] of all.entries()) {
    await saveSubscription(table, one);
    expect(await send(one.id, { "x-introduce": secretOf(index) })).toBe(200);
  }
  const sizes = [...secrets.values.values()].map((each) => JSON.stringify(each).length);
  expect(Math.max(...sizes)).toBeLessThan(valueBytesMax);
  expect(Math.max(...secrets.writes.values())).toBeLessThan(versionsMax);
  for (const index of [0, 2500, 4999]) {
    const before = secrets.reads;
    expect(await send(all[index]?.id ?? "", signed(secretOf(index)))).toBe(202);
    expect(secrets.reads - before).toBe(1);
  }
  expect(await send(all[1]?.id ?? "", signed(secretOf(0)))).toBe(401);
  expect(JSON.stringify(await scanAll(table))).not.toContain("s".repeat(20));
}, 60_000);

test("a tool that leaves the query of its target out is known by the secrets of its few registrations", async () => {
  const { deps, secrets, send } = await receiver();
  for (let index = 0; index < 3; index += 1) {
    await keepWebhookSecret(deps, subscription(index), secretOf(index));
  }
  expect(await send(undefined, signed(secretOf(2)))).toBe(202);
  expect(await send(undefined, signed("shared"))).toBe(202);
  secrets.reads = 0;
  expect(await send(undefined, signed("nobody's"))).toBe(401);
  expect(secrets.reads).toBe(3);
});

test("handshakes that make the first key at once are all readable afterwards", async () => {
  const { deps, table, send } = await receiver();
  const some = Array.from({ length: 8 }, (_, index) => subscription(index));
  for (const one of some) await saveSubscription(table, one);
  await Promise.all(some.map((one, index) => keepWebhookSecret(deps, one, secretOf(index))));
  for (const [index, one] of some.entries()) {
    expect(await send(one.id, signed(secretOf(index)))).toBe(202);
  }
});

test("a registration that is removed takes its secret along; one copied elsewhere opens nothing", async () => {
  const { deps, secrets, table, send } = await receiver();
  const [one, two] = [subscription(1), subscription(2)];
  await saveSubscription(table, one);
  await keepWebhookSecret(deps, one, "own");
  const item = (await scanAll(table)).find(({ type }) => type === "sealed-secrets");
  if (!item) throw new Error("Nothing was kept");
  const copy = { ...item, sk: item.sk.replace(one.id, two.id), subscriptionId: two.id };
  await table.write({ kind: "put", item: copy, condition: [] });
  expect(await send(two.id, signed("own"))).toBe(401);
  await removeSubscription(table, one);
  expect(await send(one.id, signed("own"))).toBe(401);
  expect(secrets.values.has(webhookKeyName(workConnection))).toBe(true);
});

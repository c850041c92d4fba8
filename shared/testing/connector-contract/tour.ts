import type { Source, SubscriptionRequest } from "#shared/kit/connector.ts";
import type { CannotHold, SightStatement, StoredValue } from "#shared/kit/write-back.ts";
import type { FactId } from "#shared/model/ids.ts";
import { hourMs, minuteMs } from "#shared/model/time.ts";

import type { Variant } from "./contract-case.ts";
import { endOf, enumerateAll, fold, pullAll, pullHistories, workItemIn } from "./reads.ts";
import { startReceiver } from "./receiver.ts";
import type { Relay } from "./relay.ts";
import type { Candidate, Trial } from "./trial.ts";

/**
 * Does through a relay everything that a source can do, as the hub does it over some days: connecting,
 * reading whole and what changed, reconciling, webhooks, writing back.
 */
export async function tour(
  { connector }: Candidate,
  trial: Trial,
  { relay, as }: { readonly relay: Relay; readonly as: Variant | undefined },
): Promise<void> {
  const open = () => trial.openThrough(relay, as);
  const source = await open();
  await source.probe();
  await source.discover?.();
  for (const { name } of connector.collections) await tourCollection(trial, name, open);
  await source.findByKeys?.(["PAY-1", "NOBODY-1"]);
  await readHistories(connector, trial, source);
  await tourSubscriptions(connector, trial, source);
  for (const { name } of connector.collections) await tourPresence(trial, name, source);
}

async function tourCollection(trial: Trial, name: string, open: () => Promise<Source>) {
  const { clock } = trial.stage;
  const { change, unknown } = trial.collection(name);
  const pages = await pullAll(await open(), name);
  let position = endOf(pages);
  for (const waitMs of [20 * minuteMs, 7 * hourMs, 30 * hourMs]) {
    await change.perform();
    clock.advance(waitMs);
    position = endOf(await pullAll(await open(), name, position));
  }
  const source = await open();
  const ids = [...fold(pages).keys()];
  await enumerateAll(source, name);
  const parts = await source.countParts?.(name);
  for (const part of parts?.keys() ?? []) await enumerateAll(source, name, part);
  await source.readByIds(name, [...ids.slice(0, 120), trial.id(unknown)]);
  await source.confirm(name, [...ids.slice(0, 20), trial.id(unknown)]);
}

/** After all those changes there is a past; then only what changed since the last look. */
async function readHistories(
  connector: Candidate["connector"],
  trial: Trial,
  source: Source,
): Promise<void> {
  if (!source.pullHistories) return;
  const items = Object.values(trial.stage.collections).flatMap(({ facts }) =>
    facts.map(trial.id).flatMap((id) => workItemIn(id)),
  );
  const pages = await pullHistories(source, undefined, items);
  for (const { name } of connector.collections) await trial.collection(name).change.perform();
  trial.stage.clock.advance(2 * hourMs);
  await pullHistories(source, pages.at(-1)?.position, items);
}

async function tourPresence(trial: Trial, name: string, source: Source): Promise<void> {
  const facts = fold(await pullAll(source, name));
  const held = new Map([...facts].map(([id, { record }]) => [id, record]));
  const { remove, hide } = trial.collection(name);
  for (const deed of [hide, remove]) {
    if (!deed) continue;
    await deed.perform();
    await source.confirm(name, [trial.id(deed.of)], held);
    await source.readByIds(name, [trial.id(deed.of)]);
  }
}

async function tourSubscriptions(
  connector: Candidate["connector"],
  trial: Trial,
  source: Source,
): Promise<void> {
  const verifier = await connector.webhook?.();
  if (!verifier) return;
  const receiver = await startReceiver(verifier, trial.stage.clock);
  try {
    const resources = (await source.subscriptionResources?.()) ?? [];
    const requests = resources.map((resource, index): SubscriptionRequest => {
      const id = `sub_${String(index).padStart(10, "0")}`;
      return { id, targetUrl: `${receiver.url}/webhooks/tour?subscription=${id}`, resource };
    });
    const made = await subscribeAll(source, requests);
    await source.inspectSubscriptions?.(requests);
    for (const { name } of connector.collections) await trial.collection(name).change.perform();
    await trial.stage.settle?.();
    for (const delivery of receiver.deliveries) await source.interpret(delivery);
    // The second time there is nothing left to remove.
    for (const nativeId of [...made, ...made]) await source.unsubscribe?.(nativeId);
  } finally {
    await receiver.close();
  }
}

async function subscribeAll(source: Source, requests: readonly SubscriptionRequest[]) {
  const made: string[] = [];
  for (const request of requests) {
    const subscription = await source.subscribe?.(request);
    if (subscription === undefined) continue;
    made.push(subscription.nativeId);
    if (subscription.expiresAt === undefined) continue;
    await source.renewSubscription?.(subscription.nativeId);
  }
  return made;
}

/** What the hub would write into the tool about an item. */
export const statement: SightStatement = {
  verdict: "linked",
  sentence: "Serves Grow in Asia through Payments revamp",
  goalTitle: "Grow in Asia",
  goalUrl: "https://hub.example/goals/1",
  itemUrl: "https://hub.example/work-items/1",
};

type Stored = ReadonlyMap<FactId, StoredValue | CannotHold>;

/** Writes, reads back and takes away again; answers what stood there before, meanwhile and after. */
export async function tourWriteBack(
  { writeBack }: Source,
  ids: readonly FactId[],
): Promise<{ readonly before: Stored; readonly meanwhile: Stored; readonly after: Stored }> {
  if (!writeBack) throw new Error("settings that allow writing back open a source that cannot");
  const before = await writeBack.read(ids);
  const value = writeBack.render(statement);
  const holding = [...before].flatMap(([id, stored]) =>
    typeof stored === "string" || stored === null ? [{ id, stored }] : [],
  );
  for (const { id } of holding) await writeBack.write(id, value);
  const meanwhile = await writeBack.read(ids);
  for (const { id, stored } of holding) await writeBack.write(id, stored);
  return { before, meanwhile, after: await writeBack.read(ids) };
}

import { afterEach, describe, expect, test } from "vitest";

import type { Source } from "#shared/kit/connector.ts";
import { secretFields, webhookSecretField } from "#shared/kit/connector.ts";
import type { WebhookVerifier } from "#shared/kit/webhook-verifier.ts";
import type { Delivery } from "#shared/model/delivery.ts";

import type { WebhookCase } from "./contract-case.ts";
import { fold } from "./reads.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import type { Candidate, Trial } from "./trial.ts";

const ownSecret = "secret-of-the-contract-0123456789";

/** Nobody but the tool can tell the hub something, and what it tells is understood. */
export function webhookContract({ connector, begin }: Candidate, webhook: WebhookCase): void {
  const receivers: Receiver[] = [];
  afterEach(async () => {
    for (const receiver of receivers.splice(0)) await receiver.close();
  });

  async function verifierOf(): Promise<WebhookVerifier> {
    const verifier = await connector.webhook?.();
    if (!verifier) throw new Error(`${connector.name} has a case for webhooks and takes none`);
    return verifier;
  }

  /** Registers everything, lets something happen, and answers what the tool sent. */
  async function deliver(trial: Trial) {
    const verifier = await verifierOf();
    const receiver = await startReceiver(verifier, trial.stage.clock);
    receivers.push(receiver);
    const source = await trial.openBy(webhook.variant);
    const { secrets, nativeIds } = webhook.isAddedByHand
      ? await addByHand(trial, receiver)
      : await subscribeAll(source, receiver.url);
    await trial.collection(webhook.collection).change.perform();
    await trial.stage.settle?.();
    const all = [...secrets, ...receiver.secrets];
    for (const secret of all) trial.witness.keepSecret(secret);
    return { verifier, source, deliveries: receiver.deliveries, secrets: all, nativeIds };
  }

  test("what the tool itself sends is accepted and says what changed", async () => {
    const trial = await begin();
    const { verifier, source, deliveries, secrets } = await deliver(trial);
    const { change } = trial.collection(webhook.collection);
    const told = [];
    for (const delivery of deliveries) {
      const verdict = await verifier.verify(delivery, secrets, trial.stage.clock.nowMs());
      expect(["accepted", "ignored"]).toContain(verdict.outcome);
      if (verdict.outcome !== "accepted") continue;
      // Rotation and several registrations: one right secret among others is enough.
      const others = ["another-secret-000000", ...secrets];
      expect(await verifier.verify(delivery, others, trial.stage.clock.nowMs())).toEqual(verdict);
      told.push(await source.interpret(delivery));
    }
    expect([...fold(told).keys()]).toContain(trial.id(change.of));
  });

  test("unsigned, wrongly signed, altered and secretless deliveries of it are refused", async () => {
    const trial = await begin();
    const { verifier, deliveries, secrets } = await deliver(trial);
    const nowMs = trial.stage.clock.nowMs();
    const outcome = async (delivery: Delivery, known: readonly string[]) =>
      (await verifier.verify(delivery, known, nowMs)).outcome;
    expect(deliveries.length).toBeGreaterThan(0);
    for (const delivery of deliveries) {
      expect(await outcome(delivery, [])).toBe("unverified");
      expect(await outcome(delivery, [""])).toBe("unverified");
      expect(await outcome(delivery, ["another-secret-000000"])).toBe("unverified");
      expect(await outcome({ ...delivery, headers: {} }, secrets)).toBe("unverified");
      const altered = Buffer.from(`${Buffer.from(delivery.body).toString("utf8")} `);
      const found = await outcome({ ...delivery, body: altered }, secrets);
      expect([found, webhook.isBodySigned]).toEqual([
        webhook.isBodySigned ? "unverified" : found,
        webhook.isBodySigned,
      ]);
    }
  });

  describe.each(webhook.sign ? [webhook.sign] : [])("a delivery that somebody made", (sign) => {
    test.each([
      ["{", "half of JSON"],
      ["null", "null"],
      ["[]", "a list"],
      ['{"unheard":"of"}', "something else"],
      ["", "nothing"],
    ])("%j (%s), well signed, is never accepted as something and never thrown at", async (body) => {
      const trial = await begin();
      const verifier = await verifierOf();
      const delivery = deliveryOf(body, sign(body, ownSecret), trial);
      const verdict = await verifier.verify(delivery, [ownSecret], trial.stage.clock.nowMs());
      expect(["malformed", "ignored"]).toContain(verdict.outcome);
    });

    test("signed with an empty secret it is refused, even where one is stored", async () => {
      const trial = await begin();
      const verifier = await verifierOf();
      const { clock } = trial.stage;
      for (const body of ["{}", '{"events":[{"action":"changed"}]}']) {
        const delivery = deliveryOf(body, sign(body, ""), trial);
        for (const known of [[], [""], ["", ownSecret]]) {
          const verdict = await verifier.verify(delivery, known, clock.nowMs());
          expect([known, verdict.outcome]).toEqual([known, "unverified"]);
        }
      }
    });
  });

  test("where an admin adds it, its secret can be typed in", () => {
    const isTyped = secretFields(connector).includes(webhookSecretField);
    expect(isTyped || !webhook.isAddedByHand).toBe(true);
  });

  const isOurs = !webhook.isAddedByHand;
  test.runIf(isOurs)("registering twice makes one, and removing twice removes one", async () => {
    const trial = await begin();
    const { source, nativeIds, deliveries } = await deliver(trial);
    const before = deliveries.length;
    const [receiver] = receivers;
    if (!receiver) throw new Error("nothing was registered");
    const again = await subscribeAll(source, receiver.url);
    await trial.collection(webhook.collection).change.perform();
    await trial.stage.settle?.();
    expect(receiver.deliveries.length - before).toBeLessThanOrEqual(before);
    for (const id of new Set([...nativeIds, ...again.nativeIds])) {
      await source.unsubscribe?.(id);
      await source.unsubscribe?.(id);
    }
    const removed = receiver.deliveries.length;
    await trial.collection(webhook.collection).change.perform();
    await trial.stage.settle?.();
    expect(receiver.deliveries.length).toBe(removed);
  });
}

/** Tools try the target before there is a secret: what they send then is no delivery yet. */
async function addByHand({ stage }: Trial, receiver: Receiver) {
  const secret = await stage.addWebhook?.(`${receiver.url}/webhooks/contract`);
  if (secret === undefined)
    throw new Error("the case has no `addWebhook` for what is added by hand");
  receiver.forget();
  return { secrets: [secret], nativeIds: [] };
}

async function subscribeAll(source: Source, root: string) {
  const secrets: string[] = [];
  const nativeIds: string[] = [];
  for (const resource of (await source.subscriptionResources?.()) ?? []) {
    const id = `sub_${resource.replaceAll(/[^0-9a-z]/gu, "").slice(0, 30)}`;
    const targetUrl = `${root}/webhooks/contract?subscription=${id}`;
    const made = await source.subscribe?.({ id, targetUrl, resource });
    if (made?.secret !== undefined) secrets.push(made.secret);
    if (made) nativeIds.push(made.nativeId);
  }
  return { secrets, nativeIds };
}

function deliveryOf(
  body: string,
  headers: Readonly<Record<string, string>>,
  { stage }: Trial,
): Delivery {
  return { headers, query: {}, body: Buffer.from(body), receivedAt: stage.clock.now() };
}

import { HubError } from "#shared/errors.ts";
import type {
  MadeSubscription,
  SubscriptionReport,
  SubscriptionRequest,
} from "#shared/kit/connector.ts";

import type { BambooClient } from "./client.ts";
import { fieldsFor } from "./fields.ts";
import type { WebhookSetup } from "./wire.ts";

/** The thin kind of today: field-based deliveries would carry values that nobody asked for. */
const events = ["employee.created", "employee.updated", "employee.deleted"];

/**
 * The webhooks of one connection. They belong to the account that makes them and die with it, and
 * BambooHR shows an account only its own: what another account made is as good as gone for us.
 */
export class BambooSubscriptions {
  readonly #client: BambooClient;
  readonly #fields: readonly string[];

  constructor(client: BambooClient, orgLevels: readonly string[]) {
    this.#client = client;
    this.#fields = fieldsFor(orgLevels);
  }

  /** Whether our account may register webhooks at all; the probe says so where it may not. */
  async resources(): Promise<readonly string[]> {
    try {
      await this.#client.listWebhooks();
      return ["employees"];
    } catch (error) {
      if (error instanceof HubError && error.code === "connector.forbidden") return [];
      throw error;
    }
  }

  /** A registration for the target is replaced, since its key cannot be read a second time. */
  async subscribe({ targetUrl }: SubscriptionRequest): Promise<MadeSubscription> {
    for (const webhook of await this.#client.listWebhooks()) {
      if (webhook.url === targetUrl) await this.#client.deleteWebhook(webhook.id);
    }
    const { wanted } = await this.#monitored();
    const { id, privateKey } = await this.#client.createWebhook({
      name: "Throughline",
      url: targetUrl,
      format: "json",
      events,
      monitorFields: wanted,
    });
    return { nativeId: id, secret: privateKey };
  }

  /** What our account has of the registrations that send to this connection. */
  async inspect(known: readonly SubscriptionRequest[]): Promise<SubscriptionReport> {
    const found = new Map<string, Found>();
    const strays: string[] = [];
    const monitored = await this.#monitored();
    for (const { id, url } of await this.#client.listWebhooks()) {
      if (!known.some(({ targetUrl }) => isSameTarget(url, targetUrl))) continue;
      const request = known.find(({ targetUrl }) => targetUrl === url);
      if (!request || found.has(request.id)) {
        strays.push(id);
        continue;
      }
      const setup = await this.#client.readWebhook(id);
      if (!setup) continue;
      const problem = problemOf(setup, monitored);
      found.set(request.id, {
        nativeId: id,
        isWorking: problem === undefined,
        ...(problem !== undefined && { problem }),
      });
    }
    return { found, strays };
  }

  async #monitored(): Promise<Monitored> {
    const fields = await this.#client.listMonitorFields();
    return {
      wanted: fields.flatMap(({ alias }) => (alias && this.#fields.includes(alias) ? [alias] : [])),
      aliasOf: new Map(fields.flatMap(({ id, alias }) => (alias ? [[id, alias]] : []))),
    };
  }
}

type Found = SubscriptionReport["found"] extends ReadonlyMap<string, infer V> ? V : never;

interface Monitored {
  /** Aliases of the fields that we read and that a webhook of our account can watch. */
  readonly wanted: readonly string[];
  readonly aliasOf: ReadonlyMap<string, string>;
}

/**
 * Only what making it anew would mend: whatever else BambooHR complains of would be there again, and the
 * webhook be replaced for ever.
 */
function problemOf(setup: WebhookSetup, { wanted, aliasOf }: Monitored): string | undefined {
  if (setup.format !== "json") return "It no longer sends JSON";
  const lost = (setup.errors ?? [])
    .flatMap(({ monitorFields }) => monitorFields ?? [])
    .filter(({ id }) => id === undefined || !aliasOf.has(id));
  if (lost.length > 0) return "Its account may no longer see all the fields that it watches";
  if (events.some((event) => setup.events?.includes(event) === false)) {
    return "It no longer sends all the events that the hub needs";
  }
  // The document does not say whether fields come back by alias or by id.
  const watched = new Set(setup.monitorFields?.map((field) => aliasOf.get(field) ?? field));
  const missing = wanted.filter((field) => !watched.has(field));
  const isLegible = missing.length < wanted.length;
  return isLegible && missing.length > 0 ? `It does not watch ${missing.join(", ")}` : undefined;
}

/** Whether both send to one connection: the path names it, the query the registration. */
function isSameTarget(url: string, targetUrl: string): boolean {
  const [given, target] = [URL.parse(url), URL.parse(targetUrl)];
  return (
    given !== null &&
    target !== null &&
    given.origin === target.origin &&
    given.pathname === target.pathname
  );
}

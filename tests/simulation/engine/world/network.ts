import type { APIGatewayProxyEventV2 } from "aws-lambda";

import { minuteMs } from "#shared/model/time.ts";

import type { Met } from "../met.ts";
import type { PlanConfig } from "../plan.ts";
import { streamOf } from "../random.ts";
import type { Company } from "./company.ts";
import type { Registration, Site } from "./site.ts";
import type { ToolHappening } from "./tool.ts";
import type { VirtualClock } from "./virtual-clock.ts";
import { bodyOf, sign } from "./webhook.ts";

interface Flying {
  readonly connector: string;
  readonly connectionId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: string;
  readonly body: string;
  readonly deliveryId: string;
  readonly tries: number;
  dueMs: number;
}

const triesMax = 6;
const againAfterMs = 5 * minuteMs;
const delayMsMax = 30 * minuteMs;

interface NetworkOptions {
  readonly seed: number;
  readonly clock: VirtualClock;
  readonly company: Company;
  readonly config: PlanConfig;
  readonly met: Met;
}

/** Between the tools and the hub: webhooks that are lost, come twice, late, or out of order. */
export class Network {
  /** Deliveries that the hub has acknowledged, and when. */
  readonly acknowledged = new Map<string, number>();
  sent = 0;
  /** Whose doing the next webhooks are: their chances come from it. */
  key = "";
  isCalm = false;
  /** What the hub answers; a throw or 5xx has the tool try again. */
  receive: (event: APIGatewayProxyEventV2) => Promise<number> = async () => 503;
  /** The secret of the webhook that was made by hand. */
  handSecret = "by-hand-1";
  #flying: Flying[] = [];
  #ofKey = 0;
  readonly #options: NetworkOptions;

  constructor(options: NetworkOptions) {
    this.#options = options;
    for (const site of Object.values(options.company.sites)) {
      site.tool.onHappening = (happening) => this.#emit(site, happening);
      site.shakeHands = (registration) => this.#shakeHands(site, registration);
    }
  }

  begin(key: string): void {
    this.key = key;
    this.#ofKey = 0;
  }

  #emit(site: Site, happening: ToolHappening): void {
    this.#ofKey += 1;
    const key = `${this.key}#${this.#ofKey}`;
    for (const { secret, query } of this.#listeners(site)) {
      const body = bodyOf(happening, key);
      this.#send(site, { key, body, secret, query });
    }
  }

  #listeners(site: Site): readonly { readonly secret: string; readonly query: string }[] {
    if (!this.#options.config.hasWebhooks) return [];
    if (site.tool.spec.secretBy === "hand") return [{ secret: this.handSecret, query: "" }];
    return [...site.registrations.values()].map(({ secret, targetUrl }) => ({
      secret,
      query: targetUrl.split("?")[1] ?? "",
    }));
  }

  /** Signed and verified, and no event of ours in it. */
  garbage(site: Site, key: string, body: string): void {
    for (const { secret, query } of this.#listeners(site)) {
      this.#send(site, { key, body, secret, query });
    }
  }

  #send(
    site: Site,
    { key, body, secret, query }: { key: string; body: string; secret: string; query: string },
  ): void {
    const { seed, config, met, clock } = this.#options;
    this.sent += 1;
    const random = streamOf(seed, `hook ${key}`);
    if (!this.isCalm && random() < config.dropped) return met.add("webhook dropped");
    const isTwice = !this.isCalm && random() < config.duplicated;
    if (isTwice) met.add("webhook duplicated");
    for (let copies = isTwice ? 2 : 1; copies > 0; copies -= 1) {
      const isLate = !this.isCalm && random() < config.delayed;
      if (isLate) met.add("webhook delayed");
      this.#flying.push({
        connector: site.tool.spec.name,
        connectionId: site.tool.spec.connectionId,
        headers: { "x-signature": sign(body, secret), "x-delivery": key },
        query,
        body,
        deliveryId: key,
        tries: 0,
        dueMs: clock.nowMs() + (isLate ? Math.floor(random() * delayMsMax) : 0),
      });
    }
  }

  /** Hands on what is due now; `all` hands on everything. */
  async deliver(all = false): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    const due = this.#flying.filter(({ dueMs }) => all || dueMs <= nowMs);
    if (due.length === 0) return;
    this.#flying = this.#flying.filter(({ dueMs }) => !all && dueMs > nowMs);
    for (const one of due.toSorted((a, b) => a.dueMs - b.dueMs)) {
      const status = await this.receive(eventOf(one));
      if (status === 202) this.acknowledged.set(one.deliveryId, nowMs);
      else if (status >= 500 && one.tries < triesMax) {
        this.#flying.push({ ...one, tries: one.tries + 1, dueMs: nowMs + againAfterMs });
      }
    }
  }

  async #shakeHands(site: Site, { secret, targetUrl }: Registration): Promise<void> {
    const { name: connector, connectionId } = site.tool.spec;
    await this.receive(
      eventOf({
        connector,
        connectionId,
        headers: { "x-introduce": secret },
        query: targetUrl.split("?")[1] ?? "",
        body: "{}",
      }),
    );
  }
}

/** What the receiver reads of an HTTP API event; the rest is the gateway's. */
function eventOf(
  one: Pick<Flying, "connector" | "connectionId" | "headers" | "query" | "body">,
): APIGatewayProxyEventV2 {
  const event: Partial<APIGatewayProxyEventV2> = {
    pathParameters: { connector: one.connector, connectionId: one.connectionId },
    headers: one.headers,
    rawQueryString: one.query,
    body: one.body,
    isBase64Encoded: false,
  };
  return event as APIGatewayProxyEventV2;
}

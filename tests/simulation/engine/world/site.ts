import * as z from "zod";

import type { Connector, SourceContext, SubscriptionRequest } from "#shared/kit/connector.ts";
import { defineConnector } from "#shared/kit/connector.ts";
import type { Delivery } from "#shared/model/delivery.ts";
import { factId } from "#shared/model/ids.ts";

import type { Met } from "../met.ts";
import { Api } from "./api.ts";
import { Consent } from "./consent.ts";
import { expired } from "./position.ts";
import type { Position } from "./position.ts";
import { WorldSource } from "./source.ts";
import type { Fields, Tool, Truth } from "./tool.ts";
import type { VirtualClock } from "./virtual-clock.ts";
import { verifier } from "./webhook.ts";

export interface Registration {
  readonly id: string;
  readonly nativeId: string;
  readonly targetUrl: string;
  readonly secret: string;
}

const Settings = z.object({
  token: z.string().optional().meta({ title: "Token", description: "Its token", secret: true }),
  webhookSecret: z.string().optional().meta({ title: "Secret", description: "…", secret: true }),
});

/** A tool on the network: its API, its registrations, and its connector. */
export class Site {
  readonly tool: Tool;
  readonly api: Api;
  readonly consent: Consent | undefined;
  readonly registrations = new Map<string, Registration>();
  readonly connector: Connector;
  hasWebhooks = true;
  pageSize = 4;
  /** Records changed less than this ago are not in its lists yet. */
  indexLagMs = 0;
  /** Counts what was done to cursors. */
  epoch = 0;
  onInterpreted: (delivery: Delivery) => void = () => undefined;
  shakeHands: (registration: Registration) => Promise<void> = async () => undefined;
  #pagesOverBefore = 0;
  #allOverBefore = 0;
  readonly #met: Met;

  constructor(tool: Tool, clock: VirtualClock, met: Met) {
    this.tool = tool;
    this.#met = met;
    this.api = new Api(met);
    if (tool.spec.hasConsent) {
      const consent = new Consent(clock);
      this.consent = consent;
      this.api.accepts = (token) => consent.accepts(token);
    }
    this.connector = connectorOf(this);
  }

  /** Positions given out so far are over: those in the middle of a run, or all. */
  expire(which: "pages" | "all"): void {
    this.epoch += 1;
    this.#pagesOverBefore = this.epoch;
    if (which === "all") this.#allOverBefore = this.epoch;
  }

  assertStands(position: Position | undefined): void {
    if (!position) return;
    if (position.epoch < this.#allOverBefore) {
      this.#met.add("cursor expired");
      throw expired("412");
    }
    if (position.run && position.epoch < this.#pagesOverBefore) {
      this.#met.add("page token expired");
      throw expired("410");
    }
  }

  page(
    collection: string,
    fromMs: number | undefined,
    after: string | undefined,
  ): { readonly records: readonly Fields[]; readonly after?: string; readonly isLast: boolean } {
    const listedUntil = this.tool.nowMs() - this.indexLagMs;
    const order = (record: Truth) =>
      fromMs === undefined ? record.id : `${String(record.version).padStart(16, "0")} ${record.id}`;
    const rest = this.tool
      .visible(collection)
      .filter((record) => fromMs === undefined || record.version >= fromMs)
      .filter((record) => this.indexLagMs === 0 || record.version <= listedUntil)
      .map((record) => ({ record, place: order(record) }))
      .filter(({ place }) => after === undefined || place > after)
      .toSorted((a, b) => (a.place < b.place ? -1 : 1));
    const shown = rest.slice(0, this.pageSize);
    const last = shown.at(-1)?.place;
    return {
      records: shown.map(({ record }) => this.tool.wireOf(record)),
      ...(last !== undefined && { after: last }),
      isLast: rest.length <= this.pageSize,
    };
  }

  register({ id, targetUrl }: SubscriptionRequest): Registration {
    const known = this.registrations.get(targetUrl);
    if (known) return known;
    const nativeId = `hook-${this.registrations.size + 1}`;
    const registration = { id, nativeId, targetUrl, secret: `secret-${nativeId}` };
    this.registrations.set(targetUrl, registration);
    return registration;
  }

  forget(nativeId: string): void {
    for (const [url, one] of this.registrations) {
      if (one.nativeId === nativeId) this.registrations.delete(url);
    }
  }
}

function connectorOf(site: Site): Connector {
  const { spec } = site.tool;
  const { consent } = site;
  return defineConnector({
    name: spec.name,
    title: spec.name,
    summary: "A product of the simulated company",
    settings: Settings,
    collections: spec.collections.map(
      ({ name, type, pullEveryMinutes, reconcileEveryMinutes }) => ({
        name,
        title: name,
        facts: [type],
        pullEveryMinutes,
        ...(reconcileEveryMinutes !== undefined && { reconcileEveryMinutes }),
      }),
    ),
    providesGoals: () => spec.providesGoals,
    recognizeUrl: (url, { id }) => {
      if (id !== spec.connectionId || url.host !== `${spec.name}.example`) return undefined;
      const [, collection = "", native = ""] = url.pathname.split("/");
      const type = site.tool.typeOf(collection);
      if (type !== "work-item" && type !== "goal") return undefined;
      return factId(type, spec.name, id, native);
    },
    ...(consent && { oauth: async () => consent.provider }),
    source: async () => (context: SourceContext<z.infer<typeof Settings>>) =>
      new WorldSource(site, context),
    webhook: async () => verifier,
  });
}

import type {
  MadeSubscription,
  Presence,
  Probe,
  PulledPage,
  Reading,
  Source,
  SourceContext,
  SubscriptionReport,
  SubscriptionRequest,
} from "#shared/kit/connector.ts";
import { isLateDelivery } from "#shared/kit/late-delivery.ts";
import type { Outline } from "#shared/kit/outline.ts";
import type { Change, Rejected } from "#shared/model/change.ts";
import type { Delivery } from "#shared/model/delivery.ts";
import type { HeldFact } from "#shared/model/held-fact.ts";
import type { FactId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";
import { instantOf } from "#shared/model/time.ts";

import { addressesIn, normalize } from "./normalize.ts";
import { beginRun, positionAfter, readPosition } from "./position.ts";
import type { Registration, Site } from "./site.ts";
import type { Truth } from "./tool.ts";
import type { WireEvent } from "./webhook.ts";
import { readEvents } from "./webhook.ts";

/** The readable side of a tool in memory: every look at it is one request to its API. */
export class WorldSource implements Source {
  readonly #site: Site;
  readonly #context: SourceContext<unknown>;

  constructor(site: Site, context: SourceContext<unknown>) {
    this.#site = site;
    this.#context = context;
  }

  #ask<T>(make: () => T): Promise<T> {
    return this.#site.api.ask(this.#context.tokens, make);
  }

  async probe(): Promise<Probe> {
    return { identity: this.#site.tool.spec.name, gaps: [] };
  }

  async *pull(collection: string, text: string | undefined): AsyncIterable<PulledPage> {
    const { site, tool } = { site: this.#site, tool: this.#site.tool };
    let before = readPosition(text);
    for (;;) {
      const at = before;
      const serverMs = tool.nowMs();
      const isWhole = tool.spec.collections.some(
        (one) => one.name === collection && one.isReadWhole === true,
      );
      const run = beginRun(isWhole && !at?.run ? undefined : at, serverMs);
      const page = await this.#ask(() => {
        site.assertStands(at);
        return site.page(collection, run.fromMs, run.after);
      });
      const reading = await this.#normalized(page.records, this.#context.clock.now());
      const position = positionAfter(run, {
        epoch: site.epoch,
        after: page.after,
        isLast: page.isLast,
        since: at?.since,
      });
      yield { ...reading, position, isLast: page.isLast, recordsRead: page.records.length };
      if (page.isLast) return;
      before = readPosition(position);
    }
  }

  async *enumerate(collection: string): AsyncIterable<readonly FactId[]> {
    yield await this.#ask(() =>
      this.#listed(collection).map((record) => this.#site.tool.idOf(record)),
    );
  }

  async *enumerateOutlines(collection: string): AsyncIterable<ReadonlyMap<FactId, Outline>> {
    const { tool } = this.#site;
    const wires = await this.#ask(() => this.#listed(collection).map((one) => tool.wireOf(one)));
    const { changes } = await this.#normalized(wires, this.#context.clock.now());
    yield new Map(
      changes.flatMap((change) => (change.kind === "upserted" ? [outlineOf(change)] : [])),
    );
  }

  #listed(collection: string): readonly Truth[] {
    return this.#site.tool.visible(collection);
  }

  isOf(collection: string, fact: HeldFact): boolean {
    const parts = readFactId(fact.id);
    return parts !== undefined && this.#site.tool.typeOf(collection) === parts.type;
  }

  async readByIds(collection: string, ids: readonly FactId[]): Promise<Reading> {
    const { tool } = this.#site;
    const readAt = this.#context.clock.now();
    const wires = await this.#ask(() => {
      const wanted = new Set<FactId>(ids);
      return tool
        .visible(collection)
        .filter((record) => wanted.has(tool.idOf(record)))
        .map((record) => tool.wireOf(record));
    });
    return this.#normalized(wires, readAt);
  }

  async confirm(
    _collection: string,
    ids: readonly FactId[],
  ): Promise<ReadonlyMap<FactId, Presence>> {
    const { tool } = this.#site;
    const found = await this.#ask(() =>
      ids.map((id): readonly [FactId, Presence] => {
        const record = tool.records.get(readFactId(id)?.nativeId ?? "");
        if (!record || record.isDeleted) return [id, "gone"];
        return [id, record.isHidden ? "hidden" : "present"];
      }),
    );
    return new Map(found);
  }

  async #normalized(wires: readonly unknown[], readAt: Instant): Promise<Reading> {
    const addresses = addressesIn(wires);
    const resolve =
      addresses.length === 0 ? () => undefined : await this.#context.resolveUrls(addresses);
    const changes: Change[] = [];
    const rejected: Rejected[] = [];
    for (const wire of wires) {
      const one = normalize({ tool: this.#site.tool, readAt, resolve }, wire);
      if ("kind" in one) changes.push(one);
      else rejected.push(one);
    }
    return { changes, rejected };
  }

  /** Fat events say all; thin ones say what to read, as do those that were long on their way. */
  async interpret(delivery: Delivery): Promise<Reading> {
    const events = readEvents(delivery.body);
    const readings: Reading[] = [];
    for (const event of events ?? []) readings.push(await this.#interpretOne(event, delivery));
    this.#site.onInterpreted(delivery);
    const noEvents = events ? [] : [{ record: "delivery", reason: "no events" }];
    return {
      changes: readings.flatMap(({ changes }) => changes),
      rejected: [...readings.flatMap(({ rejected }) => rejected), ...noEvents],
    };
  }

  async #interpretOne(event: WireEvent, { receivedAt }: Delivery): Promise<Reading> {
    const id = this.#site.tool.idOf(event);
    const saidAt = instantOf(event.at);
    const readAt = earlier(saidAt, receivedAt);
    const isLate = isLateDelivery(saidAt, receivedAt);
    if (event.action === "deleted") {
      const now = isLate ? await this.readByIds(event.collection, [id]) : undefined;
      if (now && now.changes.length + now.rejected.length > 0) return now;
      const removal = { kind: "removed", id, sourceVersion: event.version, readAt } as const;
      return { changes: [removal], rejected: [] };
    }
    const isSaid = event.record !== undefined && !isLate;
    return isSaid
      ? this.#normalized([event.record], readAt)
      : this.readByIds(event.collection, [id]);
  }

  async subscriptionResources(): Promise<readonly string[]> {
    return this.#site.tool.spec.secretBy === "hand" || !this.#site.hasWebhooks ? [] : ["*"];
  }

  async subscribe(request: SubscriptionRequest): Promise<MadeSubscription> {
    const registration = await this.#ask(() => this.#site.register(request));
    if (this.#site.tool.spec.secretBy === "answer") return { ...registration };
    await this.#site.shakeHands(registration);
    return { nativeId: registration.nativeId };
  }

  async unsubscribe(nativeId: string): Promise<void> {
    await this.#ask(() => this.#site.forget(nativeId));
  }

  async inspectSubscriptions(known: readonly SubscriptionRequest[]): Promise<SubscriptionReport> {
    const all = await this.#ask((): readonly Registration[] => [
      ...this.#site.registrations.values(),
    ]);
    const ids = new Set(known.map(({ id }) => id));
    return {
      found: new Map(
        all
          .filter(({ id }) => ids.has(id))
          .map(({ id, nativeId }) => [id, { nativeId, isWorking: true }]),
      ),
      strays: all.filter(({ id }) => !ids.has(id)).map(({ nativeId }) => nativeId),
    };
  }
}

function outlineOf(change: Extract<Change, { kind: "upserted" }>): [FactId, Outline] {
  const { record, edges } = change;
  const outline: Outline = { version: record.sourceVersion };
  if (record.type !== "work-item") return [record.id, outline];
  const { parentId, otherParentIds = [] } = record;
  return [
    record.id,
    {
      ...outline,
      parentIds: parentId === undefined ? otherParentIds : [parentId, ...otherParentIds],
      dependsOn: edges.flatMap((edge) => (edge.type === "dependency" ? [edge.blockingId] : [])),
    },
  ];
}

function earlier(a: Instant, b: Instant): Instant {
  return a < b ? a : b;
}

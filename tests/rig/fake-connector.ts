import { createHmac } from "node:crypto";

import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type {
  Connector,
  Presence,
  PulledPage,
  Reading,
  Source,
  SourceContext,
  SubscriptionReport,
  SubscriptionRequest,
} from "#shared/kit/connector.ts";
import { defineConnector } from "#shared/kit/connector.ts";
import type { HistoryPage } from "#shared/kit/history-page.ts";
import type { Outline } from "#shared/kit/outline.ts";
import type { Absences } from "#shared/model/absence.ts";
import type { Change } from "#shared/model/change.ts";
import type { Delivery } from "#shared/model/delivery.ts";
import type { History } from "#shared/model/history.ts";
import type { FactId } from "#shared/model/ids.ts";
import { Instant } from "#shared/model/time.ts";

const Settings = z.object({
  site: z.string().meta({ title: "Site", description: "Which site" }),
  token: z.string().meta({ title: "Token", description: "Its token", secret: true }),
  webhookSecret: z.string().optional().meta({ title: "Secret", description: "…", secret: true }),
});

/** A product that exists in memory: tests say what it holds, and what goes wrong. */
export class FakeTool {
  /** What a full read shows, in order. */
  records: Change[] = [];
  /** What is under an id that is not among the records; else it is gone. */
  readonly presence = new Map<FactId, Presence>();
  /** Of which facts it was told whenever it was asked whether things are still there. */
  readonly heldAtConfirm: FactId[] = [];
  pageSize = 2;
  /** What every page says beside its records. */
  pageExtras: Pick<PulledPage, "gaps"> = {};
  /** Called before each page is handed out: throw to fail, count to observe. */
  beforePage: (page: number) => void = () => undefined;
  /** Called before records are read by id. */
  beforeRead: (ids: readonly FactId[]) => Promise<void> | void = () => undefined;
  /** What reading by id cannot understand. */
  rejectedByIds: Reading["rejected"] = [];
  interpretation: (delivery: Delivery) => Reading = () => ({ changes: [], rejected: [] });
  readonly subscribed: string[] = [];
  resources: string[] = [];
  beforeUnsubscribe: () => void = () => undefined;
  /** What the tool says of its registrations; absent: it cannot be asked. */
  inspection: ((known: readonly SubscriptionRequest[]) => SubscriptionReport) | undefined;
  beforeInspect: () => Promise<void> = async () => undefined;
  quietMinutesMax: number | undefined;
  /** What a new registration lasts; absent: for ever. */
  subscriptionEnds: (() => Instant) | undefined;
  readonly renewed: string[] = [];
  /** Counts by part, and how a record falls into one; absent: the tool cannot count. */
  counting:
    | { readonly counts: () => Map<string, number>; readonly partOf: (id: FactId) => string }
    | undefined;
  /** Whether its lists tell versions. */
  tellsVersions = false;
  /** The past, page by page: the position of the n-th is n; absent: the tool tells nothing of it. */
  pasts: (readonly History[])[] | undefined;
  /** Who is away, where the tool tells at all. */
  absences: (() => Promise<Absences | undefined>) | undefined;
  /** Called before each page of the past is handed out. */
  beforePast: (page: number) => Promise<void> | void = () => undefined;
  /** Ids that were read one by one. */
  readonly readById: FactId[] = [];
  readonly enumerated: (string | undefined)[] = [];
  beforeSubscribe: (resource: string) => Promise<void> = async () => undefined;

  get connector(): Connector {
    return defineConnector({
      name: "tool",
      title: "Fake tool",
      summary: "For tests",
      settings: Settings,
      collections: [
        {
          name: "things",
          title: "things",
          facts: ["work-item", "goal"],
          pullEveryMinutes: 5,
          reconcileEveryMinutes: 60,
        },
      ],
      providesGoals: () => true,
      ...(this.quietMinutesMax !== undefined && { quietMinutesMax: this.quietMinutesMax }),
      ...(this.pasts && { historiesEveryMinutes: 60 }),
      source: async () => (context: SourceContext<z.infer<typeof Settings>>) =>
        this.#source(context),
      webhook: async () => ({ verify: verifyFake }),
    });
  }

  #source(_context: SourceContext<z.infer<typeof Settings>>): Source {
    return {
      probe: async () => ({ identity: "fake", gaps: [] }),
      pull: (_collection, position) => this.#pages(position),
      enumerate: (_collection, part) => this.#enumerate(part),
      ...(this.tellsVersions && { enumerateOutlines: () => this.#outlines() }),
      ...(this.counting && {
        countParts: async () => this.counting?.counts(),
        partOf: (_collection, { id }) => this.counting?.partOf(id),
      }),
      ...(this.inspection && {
        inspectSubscriptions: async (known) => {
          await this.beforeInspect();
          return this.inspection?.(known) ?? { found: new Map(), strays: [] };
        },
      }),
      ...(this.pasts && { pullHistories: (position) => this.#pasts(position) }),
      ...(this.absences && { readAbsences: this.absences }),
      isOf: () => true,
      readByIds: async (_collection, wanted) => {
        this.readById.push(...wanted);
        await this.beforeRead(wanted);
        const changes = this.records.filter((change) => wanted.includes(idOf(change)));
        return { changes, rejected: this.rejectedByIds };
      },
      confirm: async (_collection, asked, held = new Map()) => {
        this.heldAtConfirm.push(...held.keys());
        return new Map(asked.map((id) => [id, this.presence.get(id) ?? "gone"]));
      },
      interpret: async (delivery) => this.interpretation(delivery),
      subscriptionResources: async () => this.resources,
      subscribe: async ({ id, resource }) => {
        await this.beforeSubscribe(resource);
        this.subscribed.push(resource);
        return {
          nativeId: `native-${id}`,
          secret: `secret-of-${resource}`,
          ...(this.subscriptionEnds && { expiresAt: this.subscriptionEnds() }),
        };
      },
      renewSubscription: async (nativeId) => {
        this.renewed.push(nativeId);
        return this.subscriptionEnds?.() ?? Instant.parse("2099-01-01T00:00:00.000Z");
      },
      unsubscribe: async (nativeId) => {
        this.beforeUnsubscribe();
        this.subscribed.push(`not ${nativeId}`);
      },
    };
  }

  async *#outlines(): AsyncIterable<ReadonlyMap<FactId, Outline>> {
    const versionOf = (change: Change) =>
      change.kind === "upserted" ? change.record.sourceVersion : change.sourceVersion;
    const outlines = this.records.map((change): [FactId, Outline] => {
      const edges = change.kind === "upserted" ? change.edges : [];
      const dependsOn = edges.flatMap((edge) =>
        edge.type === "dependency" ? edge.blockingId : [],
      );
      return [idOf(change), { version: versionOf(change), dependsOn }];
    });
    yield new Map(outlines);
  }

  async *#pasts(position: string | undefined): AsyncIterable<HistoryPage> {
    if (position === "expired") throw new HubError("connector.cursor-expired", "too old");
    const pages = this.pasts ?? [];
    const start = position === undefined || position === "done" ? 0 : Number(position);
    for (const [index, histories] of [...pages.entries()].slice(start)) {
      await this.beforePast(index);
      const isLast = index === pages.length - 1;
      const next = isLast ? "done" : String(index + 1);
      yield { histories, position: next, isLast, recordsRead: histories.length };
    }
  }

  async *#enumerate(part: string | undefined): AsyncIterable<readonly FactId[]> {
    this.enumerated.push(part);
    yield this.records
      .map(idOf)
      .filter((id) => part === undefined || this.counting?.partOf(id) === part);
  }

  async *#pages(position: string | undefined): AsyncIterable<PulledPage> {
    if (position === "expired") throw new HubError("connector.cursor-expired", "too old");
    const start = position === undefined || position === "done" ? 0 : Number(position);
    const size = this.pageSize;
    for (let at = start; ; at += size) {
      this.beforePage(at / size);
      const changes = this.records.slice(at, at + size);
      const isLast = at + size >= this.records.length;
      const base = { changes, rejected: [], recordsRead: changes.length, ...this.pageExtras };
      yield {
        ...base,
        recordsTotal: this.records.length,
        isLast,
        position: isLast ? "done" : String(at + size),
      };
      if (isLast) return;
    }
  }
}

function idOf(change: Change): FactId {
  return change.kind === "upserted" ? change.record.id : change.id;
}

const verifyFake: Awaited<ReturnType<NonNullable<Connector["webhook"]>>>["verify"] = (
  delivery,
  secrets,
) => {
  const introduced = delivery.headers["x-introduce"];
  if (introduced !== undefined) {
    return {
      outcome: "handshake",
      secret: introduced,
      responseHeaders: { "x-introduce": introduced },
    };
  }
  const signature = delivery.headers["x-signature"];
  if (!secrets.some((secret) => sign(delivery.body, secret) === signature)) {
    return { outcome: "unverified", reason: "signature" };
  }
  if (!Buffer.from(delivery.body).toString().startsWith("{")) {
    return { outcome: "malformed", reason: "not-json" };
  }
  if ("x-heartbeat" in delivery.headers) return { outcome: "ignored", reason: "heartbeat" };
  return { outcome: "accepted", deliveryId: signature ?? "" };
};

export function sign(body: Uint8Array | string, secret: string): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}

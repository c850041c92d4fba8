import { HubError } from "#shared/errors.ts";
import type {
  Presence,
  Probe,
  PulledPage,
  Reading,
  Source,
  SourceContext,
  SubscriptionReport,
  SubscriptionRequest,
} from "#shared/kit/connector.ts";
import type { Discovery } from "#shared/kit/discovery.ts";
import type { HistoryPage } from "#shared/kit/history-page.ts";
import type { ItemComments } from "#shared/kit/item-comments.ts";
import type { Outline } from "#shared/kit/outline.ts";
import type { WriteBack } from "#shared/kit/write-back.ts";
import type { Delivery } from "#shared/model/delivery.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { HeldFact } from "#shared/model/held-fact.ts";
import type { FactId, FactType, WorkItemId } from "#shared/model/ids.ts";
import { factId, readFactId } from "#shared/model/ids.ts";

import { asanaComments } from "./client-comments.ts";
import { AsanaClient } from "./client.ts";
import { discover } from "./discover.ts";
import { GoalsReader } from "./goals-reader.ts";
import { interpret } from "./interpret.ts";
import { presences } from "./presence.ts";
import { probe } from "./probe.ts";
import { ProjectsReader } from "./projects-reader.ts";
import { pullHistories } from "./pull-histories.ts";
import type { CollectionReader, ReaderDeps } from "./reader.ts";
import type { AsanaSettings } from "./settings.ts";
import { Subscriptions } from "./subscriptions.ts";
import { TasksReader } from "./tasks-reader.ts";
import { UsersReader } from "./users-reader.ts";
import { asanaWriteBack } from "./write-back.ts";

export function createAsanaSource(context: SourceContext<AsanaSettings>): AsanaSource {
  return new AsanaSource(context);
}

type CollectionName = "users" | "projects" | "tasks" | "goals";

const typeOf = {
  users: "account",
  projects: "work-item",
  tasks: "work-item",
  goals: "goal",
} as const satisfies Record<CollectionName, FactType>;

/** The readable side of one Asana connection. */
export class AsanaSource implements Source {
  readonly writeBack?: WriteBack;
  readonly comments?: ItemComments;
  readonly #deps: ReaderDeps;
  readonly #readers: Readonly<Record<CollectionName, CollectionReader>>;
  readonly #subscriptions: Subscriptions;

  constructor(source: SourceContext<AsanaSettings>) {
    const deps: ReaderDeps = { source, client: new AsanaClient(source) };
    this.#deps = deps;
    this.#subscriptions = new Subscriptions(deps);
    this.#readers = {
      users: new UsersReader(deps),
      projects: new ProjectsReader(deps),
      tasks: new TasksReader(deps),
      goals: new GoalsReader(deps),
    };
    const writeBack = asanaWriteBack(source);
    if (writeBack) this.writeBack = writeBack;
    const comments = asanaComments(source);
    if (comments) this.comments = comments;
  }

  pullHistories(
    _position: string | undefined,
    wanted: () => Promise<readonly WorkItemId[]>,
  ): AsyncIterable<HistoryPage> {
    return pullHistories(this.#deps, wanted);
  }

  probe(): Promise<Probe> {
    return probe(this.#deps);
  }

  discover(): Promise<Discovery> {
    return discover(this.#deps);
  }

  pull(collection: string, position: string | undefined): AsyncIterable<PulledPage> {
    return this.#reader(collection).pull(position);
  }

  async *enumerate(collection: string): AsyncIterable<readonly FactId[]> {
    const type = typeOf[nameOf(collection)];
    const { connectionId } = this.#deps.source;
    for await (const gids of this.#reader(collection).enumerate()) {
      yield gids.map((gid) => factId(type, "asana", connectionId, gid));
    }
  }

  /** Edits below what no list shows as changed, such as a long finished parent, are found by this. */
  async *enumerateOutlines(collection: string): AsyncIterable<ReadonlyMap<FactId, Outline>> {
    const type = typeOf[nameOf(collection)];
    const { connectionId } = this.#deps.source;
    const reader = this.#reader(collection);
    const toId = (gid: string) => factId(type, "asana", connectionId, gid);
    if (!reader.enumerateOutlines) {
      for await (const gids of reader.enumerate()) {
        yield new Map(gids.map((gid) => [toId(gid), { version: 0 }]));
      }
      return;
    }
    for await (const page of reader.enumerateOutlines()) {
      const outlines = [...page].map(([gid, { version, homes, dependencies }]) => {
        const parentIds = homes.map(toId);
        return [toId(gid), { version, parentIds, dependsOn: dependencies.map(toId) }] as const;
      });
      yield new Map(outlines);
    }
  }

  isOf(collection: string, fact: HeldFact): boolean {
    if (fact.type !== "work-item") return fact.type === typeOf[nameOf(collection)];
    const isContainer = fact.kind === "project" || fact.kind === "portfolio";
    return collection === (isContainer ? "projects" : "tasks");
  }

  readByIds(collection: string, ids: readonly FactId[]): Promise<Reading> {
    return this.#reader(collection).read(ids.map(gidOf));
  }

  /** With the facts as we hold them, what vanished together with its project is told apart. */
  confirm(
    collection: string,
    ids: readonly FactId[],
    held?: ReadonlyMap<FactId, Fact>,
  ): Promise<ReadonlyMap<FactId, Presence>> {
    const asked = ids.map((id) => ({ id, gid: gidOf(id) }));
    return presences(this.#deps.client, this.#reader(collection), asked, held);
  }

  interpret(delivery: Delivery): Promise<Reading> {
    return interpret(this.#deps, this.#readers, delivery);
  }

  subscriptionResources(): Promise<readonly string[]> {
    return this.#subscriptions.resources();
  }

  subscribe(request: SubscriptionRequest): Promise<{ nativeId: string; secret?: string }> {
    return this.#subscriptions.subscribe(request);
  }

  unsubscribe(nativeId: string): Promise<void> {
    return this.#subscriptions.unsubscribe(nativeId);
  }

  inspectSubscriptions(known: readonly SubscriptionRequest[]): Promise<SubscriptionReport> {
    return this.#subscriptions.inspect(known);
  }

  #reader(collection: string): CollectionReader {
    return this.#readers[nameOf(collection)];
  }
}

function nameOf(collection: string): CollectionName {
  switch (collection) {
    case "users":
    case "projects":
    case "tasks":
    case "goals":
      return collection;
    default:
      throw new HubError("invariant.broken", `Asana has no collection ${collection}`);
  }
}

function gidOf(id: FactId): string {
  const parts = readFactId(id);
  if (!parts) throw new HubError("invariant.broken", "An id given to Asana is not a fact id");
  return parts.nativeId;
}

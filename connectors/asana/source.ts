import { HubError } from "#shared/errors.ts";
import type {
  Gap,
  Presence,
  Probe,
  PulledPage,
  Reading,
  Source,
  SourceContext,
  SubscriptionRequest,
} from "#shared/kit/connector.ts";
import type { Delivery } from "#shared/model/delivery.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { FactId, FactType } from "#shared/model/ids.ts";
import { factId, readFactId } from "#shared/model/ids.ts";

import { AsanaClient, parsed } from "./client.ts";
import { GoalsReader } from "./goals-reader.ts";
import { interpret } from "./interpret.ts";
import { ProjectsReader } from "./projects-reader.ts";
import { collect, type CollectionReader, orGap, type ReaderDeps } from "./reader.ts";
import type { AsanaSettings } from "./settings.ts";
import { Subscriptions } from "./subscriptions.ts";
import { TasksReader } from "./tasks-reader.ts";
import { UsersReader } from "./users-reader.ts";
import { WorkspaceWire } from "./wire.ts";

export function createAsanaSource(context: SourceContext<AsanaSettings>): Source {
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
class AsanaSource implements Source {
  readonly #deps: ReaderDeps;
  readonly #readers: Readonly<Record<CollectionName, CollectionReader>>;
  readonly #subscriptions: Subscriptions;

  constructor(source: SourceContext<AsanaSettings>) {
    const deps: ReaderDeps = { source, client: new AsanaClient(source.settings) };
    this.#deps = deps;
    this.#subscriptions = new Subscriptions(deps);
    this.#readers = {
      users: new UsersReader(deps),
      projects: new ProjectsReader(deps),
      tasks: new TasksReader(deps),
      goals: new GoalsReader(deps),
    };
  }

  /** Who the token is, whether it sees the workspaces named, and what their plans leave out. */
  async probe(): Promise<Probe> {
    const { client, source } = this.#deps;
    const me = await client.me();
    const list = await collect(client.every((page) => client.workspaces(page)));
    const visible = list.map((record) => parsed(WorkspaceWire, record, "workspaces"));
    const wanted = source.settings.workspaces.map((gid) => {
      const found = visible.find((workspace) => workspace.gid === gid);
      if (found) return found;
      const choice = visible.map((workspace) => `${workspace.name} (${workspace.gid})`).join(", ");
      throw new HubError(
        "connector.misconfigured",
        `The token does not see workspace ${gid}. It sees: ${choice === "" ? "none" : choice}`,
        { issues: [{ path: "workspaces", message: `The token does not see workspace ${gid}` }] },
      );
    });
    const names = wanted.map(({ name }) => name).join(", ");
    const identity = `${me.name ?? `user ${me.gid}`} in ${names}`.slice(0, 200);
    return { identity, gaps: await this.#planGaps() };
  }

  async #planGaps(): Promise<readonly Gap[]> {
    const { client, source } = this.#deps;
    const gaps: Gap[] = [];
    for (const workspace of source.settings.workspaces) {
      const asked = [
        orGap(`Goals of workspace ${workspace}`, client.goals(workspace, { limit: 1 })),
        orGap(`Portfolios of workspace ${workspace}`, client.portfolios(workspace, { limit: 1 })),
      ];
      for (const { gap } of await Promise.all(asked)) if (gap) gaps.push(gap);
    }
    return gaps;
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

  isOf(collection: string, fact: Fact): boolean {
    if (fact.type !== "work-item") return fact.type === typeOf[nameOf(collection)];
    const isContainer = fact.kind === "project" || fact.kind === "portfolio";
    return collection === (isContainer ? "projects" : "tasks");
  }

  readByIds(collection: string, ids: readonly FactId[]): Promise<Reading> {
    return this.#reader(collection).read(ids.map(gidOf));
  }

  async confirm(
    collection: string,
    ids: readonly FactId[],
  ): Promise<ReadonlyMap<FactId, Presence>> {
    const reader = this.#reader(collection);
    const asked = ids.map(async (id) => [id, await presence(reader, gidOf(id))] as const);
    return new Map(await Promise.all(asked));
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

  #reader(collection: string): CollectionReader {
    return this.#readers[nameOf(collection)];
  }
}

/** 404 is gone; 403, or a plan that no longer shows it, is hidden. */
async function presence(reader: CollectionReader, gid: string): Promise<Presence> {
  try {
    await reader.find(gid);
    return "present";
  } catch (error) {
    const code = error instanceof HubError ? error.code : undefined;
    if (code === "connector.not-found") return "gone";
    if (code === "connector.forbidden" || code === "connector.plan-limited") return "hidden";
    throw error;
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

import { HubError } from "#shared/errors.ts";
import type { Presence } from "#shared/kit/connector.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { FactId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";

import type { AsanaClient } from "./client.ts";
import { isAbsent } from "./errors.ts";
import type { CollectionReader } from "./reader.ts";

interface Asked {
  readonly id: FactId;
  readonly gid: string;
}

type Held = ReadonlyMap<FactId, Fact>;

/**
 * What is under these gids. 404 is gone, 403 or a plan that no longer shows it is hidden. Asana may
 * answer 404 for what is hidden as well: a task whose project vanished from sight is hidden with it, and
 * so is a subtask, which is in no project, with the task above it. `held` are facts as the hub holds
 * them, those above as well, where the caller has them.
 */
export async function presences(
  client: AsanaClient,
  reader: CollectionReader,
  asked: readonly Asked[],
  held: Held = new Map(),
): Promise<ReadonlyMap<FactId, Presence>> {
  const looks = new Looks(client, reader, held);
  const answers = asked.map(async ({ id, gid }) => [id, await looks.presence(id, gid)] as const);
  return new Map(await Promise.all(answers));
}

/** More levels than Asana has; facts that name each other must not be followed for ever. */
const levelsMax = 20;

/** One look at many things: each is asked for once. */
class Looks {
  readonly #client: AsanaClient;
  readonly #reader: CollectionReader;
  readonly #held: Held;
  readonly #found = new Map<string, Promise<Presence>>();
  readonly #projects = new Map<string, Promise<boolean>>();

  constructor(client: AsanaClient, reader: CollectionReader, held: Held) {
    this.#client = client;
    this.#reader = reader;
    this.#held = held;
  }

  async presence(id: FactId, gid: string, level = 0): Promise<Presence> {
    const finding = this.#found.get(gid) ?? presence(this.#reader, gid);
    this.#found.set(gid, finding);
    const found = await finding;
    if (found !== "gone") return found;
    return (await this.#isOutOfSight(id, gid, level)) ? "hidden" : "gone";
  }

  /** Whether what it was last seen in cannot be seen either. */
  async #isOutOfSight(id: FactId, gid: string, level: number): Promise<boolean> {
    const fact = this.#held.get(id);
    if (fact?.type !== "work-item") return false;
    const { container, parentId } = fact;
    // A project's own container is itself.
    if (container !== undefined) return container !== gid && !(await this.#sees(container));
    // What is above it may have been buried: with that it is gone, too.
    const above = parentId === undefined ? undefined : readFactId(parentId)?.nativeId;
    if (parentId === undefined || above === undefined || !this.#held.has(parentId)) return false;
    return level < levelsMax && (await this.presence(parentId, above, level + 1)) === "hidden";
  }

  #sees(project: string): Promise<boolean> {
    const asking = this.#projects.get(project) ?? sees(this.#client, project);
    this.#projects.set(project, asking);
    return asking;
  }
}

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

async function sees(client: AsanaClient, project: string): Promise<boolean> {
  try {
    await client.project(project, "name");
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

import { HubError } from "#shared/errors.ts";
import type { Presence } from "#shared/kit/connector.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { FactId } from "#shared/model/ids.ts";

import type { AsanaClient } from "./client.ts";
import { isAbsent } from "./errors.ts";
import type { CollectionReader } from "./reader.ts";

interface Asked {
  readonly id: FactId;
  readonly gid: string;
  /** The fact as we hold it, where the caller has it. */
  readonly held: Fact | undefined;
}

/**
 * What is under these gids. 404 is gone, 403 or a plan that no longer shows it is hidden. Asana may
 * answer 404 for what is hidden as well: a task whose project vanished from sight is hidden with it.
 */
export async function presences(
  client: AsanaClient,
  reader: CollectionReader,
  asked: readonly Asked[],
): Promise<ReadonlyMap<FactId, Presence>> {
  const projects = new Map<string, Promise<boolean>>();
  const isSeen = (project: string) => {
    const asking = projects.get(project) ?? sees(client, project);
    projects.set(project, asking);
    return asking;
  };
  const answers = asked.map(async ({ id, gid, held }) => {
    const found = await presence(reader, gid);
    if (found !== "gone" || held?.type !== "work-item" || held.container === undefined) {
      return [id, found] as const;
    }
    // A project's own container is itself.
    const isHiddenWith = held.container !== gid && !(await isSeen(held.container));
    return [id, isHiddenWith ? "hidden" : "gone"] as const;
  });
  return new Map(await Promise.all(answers));
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

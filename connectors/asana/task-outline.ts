import { epochMsOf, readInstant } from "#shared/model/time.ts";

import type { GidOutline } from "./reader.ts";
import { GidRef, type TaskOutline } from "./wire.ts";

/** What a list tells of a task. */
export function outlineOf({ modified_at: at, ...task }: TaskOutline): GidOutline {
  const modifiedAt = readInstant(at);
  return {
    version: modifiedAt === undefined ? 0 : epochMsOf(modifiedAt),
    homes: [
      ...new Set([
        ...(task.parent ? [task.parent.gid] : []),
        ...task.memberships.flatMap(projectOf),
      ]),
    ],
    dependencies: (task.dependencies ?? []).map(({ gid }) => gid),
  };
}

/** The project that it lives in first. */
export function homeOf({ memberships }: TaskOutline): string | undefined {
  return memberships.flatMap(projectOf)[0];
}

function projectOf(membership: unknown): readonly string[] {
  if (typeof membership !== "object" || membership === null || !("project" in membership))
    return [];
  const project = GidRef.safeParse(membership.project);
  return project.success ? [project.data.gid] : [];
}

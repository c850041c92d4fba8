import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { Link } from "#shared/model/edges.ts";
import { GoalId, WorkItemId, readFactId } from "#shared/model/ids.ts";
import { Instant } from "#shared/model/time.ts";
import type { Condition } from "#shared/ports/table.ts";
import { factKey } from "#shared/store/keys.ts";
import { endPersonLink, statePersonLink } from "#shared/store/person-links.ts";

import type { AppContext } from "../app-deps.ts";

const fromId = z
  .union([WorkItemId, GoalId], { error: "Give the id of a work item or a goal" })
  .meta({ description: "A work item or a goal" });
const toId = z
  .string("Give the id of a goal")
  .pipe(GoalId)
  .meta({ description: "The goal it serves" });

export const NewLink = z.strictObject({
  fromId,
  toId,
  note: z.string().trim().max(200).optional(),
  expiresAt: Instant.optional().meta({
    description: "UTC with milliseconds; after it the link counts no more",
  }),
});
export type NewLink = z.infer<typeof NewLink>;

export const LinkEnds = z.strictObject({ fromId, toId });
export type LinkEnds = z.infer<typeof LinkEnds>;

/** States that a piece of work, or a goal, serves a goal. Both must exist at this moment. */
export async function createLink(context: AppContext, wanted: NewLink): Promise<Link> {
  const now = context.clock.now();
  assertSensible(wanted, now);
  const { fromId, toId, note, expiresAt } = wanted;
  const link: Link = {
    type: "link",
    fromId,
    toId,
    source: "person",
    confidence: 1,
    ...(note !== undefined && note !== "" && { note }),
    createdAt: now,
    ...(expiresAt !== undefined && { expiresAt }),
  };
  const outcome = await statePersonLink(context.table, link, [
    { kind: "check", key: factKey(fromId), condition: standing(fromId) },
    { kind: "check", key: factKey(toId), condition: standing(toId) },
  ]);
  if (!outcome.applied) {
    const isFrom = outcome.failed.some(({ index }) => index === 1);
    throw new HubError(
      "entity.not-found",
      `There is nothing under \`${isFrom ? "fromId" : "toId"}\` here`,
      {
        issues: [
          { path: isFrom ? "fromId" : "toId", message: "It was never read, or was removed" },
        ],
      },
    );
  }
  context.snapshots.expire();
  context.logger.info("link.created", { fromId, toId });
  return link;
}

function assertSensible({ fromId, toId, expiresAt }: NewLink, now: Instant): void {
  const issues = [
    ...((fromId as string) === toId
      ? [{ path: "toId", message: "A goal cannot serve itself" }]
      : []),
    ...(expiresAt !== undefined && expiresAt <= now
      ? [{ path: "expiresAt", message: "Name a moment in the future" }]
      : []),
  ];
  if (issues.length > 0)
    throw new HubError("input.invalid", "This link makes no sense", { issues });
}

/** A fact stands under the key, and not the tombstone of one. */
function standing(id: WorkItemId | GoalId): Condition {
  return [
    [
      ["type", "=", readFactId(id)?.type ?? ""],
      ["isRemoved", "absent"],
    ],
  ];
}

/** Takes back what a person stated. A link that a tool holds can only be removed in that tool. */
export async function removeLink(context: AppContext, { fromId, toId }: LinkEnds): Promise<void> {
  if (!(await endPersonLink(context.table, { fromId, toId }, context.clock.now()))) {
    throw new HubError(
      "entity.not-found",
      "Nobody has stated this link here. A link that comes from a tool is removed in that tool",
    );
  }
  context.snapshots.expire();
  context.logger.info("link.removed", { fromId, toId });
}

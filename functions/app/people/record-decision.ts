import { HubError } from "#shared/errors.ts";
import type { Decision, IdentitySubjectId } from "#shared/model/identity.ts";
import type { ConnectionId } from "#shared/model/ids.ts";
import type { Condition, Item, Key, Write } from "#shared/ports/table.ts";
import { writeDecision } from "#shared/store/identity.ts";
import { announceOrgChange } from "#shared/store/org-changes.ts";

import type { AppContext } from "../app-deps.ts";

/** Everybody here holds the same token. */
const operator = "operator";

/** What somebody decides, before it is recorded. */
export type Decided = Pick<
  Decision,
  "action" | "note" | "personId" | "exclusion" | "before" | "undoes"
>;

interface About {
  readonly subjectId: IdentitySubjectId;
  readonly connectionId: ConnectionId;
}

/** The item that the decision changes: as it was read, and as it shall be; undefined: not there. */
export interface ItemChanged {
  readonly key: Key;
  readonly current: Item | undefined;
  readonly next: Item | undefined;
}

/**
 * Stores what was decided with the decision itself, and tells all readers. The stream does the rest: it
 * evaluates again whatever rests on the account or the record. Throws `entity.conflict` where somebody
 * else decided since it was read.
 */
export async function recordDecision(
  context: AppContext,
  { subjectId, connectionId }: About,
  decided: Decided,
  changed: ItemChanged,
): Promise<void> {
  const at = context.clock.now();
  const decision: Decision = {
    type: "decision",
    id: `${at}#${context.random(6)}`,
    subjectId,
    connectionId,
    by: operator,
    at,
    ...decided,
  };
  if (!(await writeDecision(context.table, decision, writeOf(changed)))) {
    throw new HubError("entity.conflict", "Somebody else has decided meanwhile: look again");
  }
  await announceOrgChange(context.table, context.clock, [changed.key]);
  context.snapshots.expire();
  context.logger.info("identity.decided", { connectionId, action: decided.action });
}

function writeOf({ key, current, next }: ItemChanged): Write {
  const condition = stillAs(current);
  if (next) return { kind: "put", item: next, condition };
  return { kind: "delete", key, condition };
}

function stillAs(current: Item | undefined): Condition {
  const createdAt = current?.["createdAt"];
  if (typeof createdAt !== "string") return [[["pk", "absent"]]];
  return [[["createdAt", "=", createdAt]]];
}

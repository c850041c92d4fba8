import { isDeepStrictEqual } from "node:util";

import type { Org } from "#shared/graph/org.ts";
import type { Delta } from "#shared/kit/rule.ts";
import { announceOrgChange } from "#shared/store/org-changes.ts";
import { isOrgPart, keyOf } from "#shared/store/org-parts.ts";

import type { DetectDeps } from "./deps.ts";

/**
 * Whoever changed the organisation may have died before saying so; the stream has not. What our own
 * reading of it does not show yet is announced here, so that every reader comes to see it. Of a source
 * that is being read for the first time nothing is looked at: to announce it is cheaper.
 */
export async function announceUnseen(
  { table, clock, orgReader }: Pick<DetectDeps, "table" | "clock" | "orgReader">,
  deltas: readonly Delta[],
  isOfReadySource: (delta: Delta) => boolean,
): Promise<void> {
  const ofOrg = deltas.filter(({ before, after }) => isOrgPart(after ?? before));
  const toCompare = ofOrg.filter(isOfReadySource);
  const org = toCompare.length > 0 ? await orgReader.read() : undefined;
  const unseen = ofOrg.filter((delta) => !org || !isOfReadySource(delta) || !shows(org, delta));
  const keys = unseen.flatMap(({ before, after }) => {
    const part = after ?? before;
    return isOrgPart(part) ? keyOf(part) : [];
  });
  await announceOrgChange(table, clock, keys);
}

function shows(org: Org, { before, after }: Delta): boolean {
  const part = after ?? before;
  switch (part?.type) {
    case "person":
      return isDeepStrictEqual(org.humans.record(part.id), after);
    case "account":
      return isDeepStrictEqual(org.account(part.id), after);
    case "org-unit":
      return isDeepStrictEqual(org.unit(part.id), after);
    case "match":
      return isDeepStrictEqual(org.humans.match(part.accountId), after);
    default:
      // Memberships and joins are few, and not asked for by key.
      return false;
  }
}

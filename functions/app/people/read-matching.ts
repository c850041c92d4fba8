import { likelyPairs } from "#shared/graph/matching-records.ts";
import type { LikelyPair } from "#shared/graph/matching-records.ts";
import { Matching } from "#shared/graph/matching.ts";
import type { Org } from "#shared/graph/org.ts";
import type { Rejection } from "#shared/model/identity.ts";
import { AccountId, PersonId } from "#shared/model/ids.ts";
import { listRejections } from "#shared/store/identity.ts";

import type { AppContext } from "../app-deps.ts";

/** The organisation, with what binds its accounts and what is left for people to decide. */
export interface Identities {
  readonly org: Org;
  readonly matching: Matching;
  readonly pairs: readonly LikelyPair[];
}

interface Known {
  /** What was ruled out then. */
  readonly ruledOut: string;
  readonly identities: Identities;
}

/** Of one state of the organisation matching is done once; a large company's takes seconds. */
const known = new WeakMap<Org, Known>();

export async function readIdentities(context: AppContext): Promise<Identities> {
  const [org, rejections] = await Promise.all([
    context.orgReader.read(),
    listRejections(context.table),
  ]);
  const ruledOut = rejections.map((one) => `${one.subjectId} ${one.personId}`).join("\n");
  const before = known.get(org);
  if (before?.ruledOut === ruledOut) return before.identities;
  const identities = {
    org,
    matching: new Matching(org.humans, rejections.filter(isOfAccount)),
    pairs: likelyPairs(org.humans, rejections.filter(isOfRecord)),
  };
  known.set(org, { ruledOut, identities });
  return identities;
}

function isOfAccount({ subjectId }: Rejection): boolean {
  return AccountId.safeParse(subjectId).success;
}

function isOfRecord({ subjectId }: Rejection): boolean {
  return PersonId.safeParse(subjectId).success;
}

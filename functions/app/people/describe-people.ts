import { explainCandidates, explainStanding } from "#shared/graph/matching-reasons.ts";
import { explainPair } from "#shared/graph/matching-record-reasons.ts";
import type { LikelyPair } from "#shared/graph/matching-records.ts";
import type { Standing } from "#shared/graph/matching.ts";
import type { Org } from "#shared/graph/org.ts";
import type { Account, Person } from "#shared/model/facts.ts";
import type { PersonId } from "#shared/model/ids.ts";

import type { AccountAnswer, PairAnswer, PersonBrief } from "./people-answers.ts";

/** Names of connections by their ids. */
export type ConnectionNames = ReadonlyMap<string, string>;

export const removedConnection = "a removed connection";

export function describePerson(org: Org, { id, name }: Person): PersonBrief {
  const unitId = org.primaryTeamOf(id);
  const unit = unitId === undefined ? undefined : org.unit(unitId)?.name;
  return { id, name, ...(unit !== undefined && { unit }) };
}

/** A login with what binds it, or who may be behind it and why. */
export function describeAccount(
  org: Org,
  names: ConnectionNames,
  { account, standing }: { readonly account: Account; readonly standing: Standing },
): AccountAnswer {
  const { id, connectionId, displayName, isActive } = account;
  const candidates = "candidates" in standing ? standing.candidates : [];
  return {
    id,
    connectionId,
    connection: names.get(connectionId) ?? removedConnection,
    displayName,
    isActive,
    state: standing.state,
    because: explainStanding(account, standing),
    ...(standing.state === "bound" && {
      how: standing.how,
      person: describePerson(org, standing.person),
    }),
    ...(standing.state === "excluded" && {
      how: standing.by,
      exclusion: standing.as,
    }),
    suggestions: explainCandidates(org, account, candidates).map((one) => ({
      person: briefOf(org, one.personId),
      strength: one.strength,
      reasons: one.reasons.map((reason) => ({ ...reason })),
      apart: one.apart,
    })),
  };
}

export function describePair(org: Org, names: ConnectionNames, likely: LikelyPair): PairAnswer {
  const { pair, strength, reasons, apart } = explainPair(org, likely);
  return {
    person: briefOf(org, pair.personId),
    into: briefOf(org, pair.intoId),
    connection: systemOf(org, names, pair.personId),
    intoConnection: systemOf(org, names, pair.intoId),
    strength,
    reasons: reasons.map((reason) => ({ ...reason })),
    apart: apart[0],
    intoApart: apart[1],
  };
}

function systemOf(org: Org, names: ConnectionNames, id: PersonId): string {
  return names.get(org.person(id)?.connectionId ?? "") ?? removedConnection;
}

/** Of somebody whose record may be gone by now. */
export function briefOf(org: Org, id: PersonId): PersonBrief {
  const person = org.person(id);
  return person ? describePerson(org, person) : { id, name: "somebody whose record is gone" };
}

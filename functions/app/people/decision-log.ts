import type { Org } from "#shared/graph/org.ts";
import type { Decision, IdentitySubjectId } from "#shared/model/identity.ts";
import { AccountId, PersonId } from "#shared/model/ids.ts";
import { decisionsOf, latestDecisions } from "#shared/store/identity.ts";

import type { AppContext } from "../app-deps.ts";
import { briefOf } from "./describe-people.ts";
import type { DecisionAnswer } from "./people-answers.ts";

/** What was decided about these, the latest first. */
export async function readLog(
  context: AppContext,
  org: Org,
  subjectIds: readonly IdentitySubjectId[],
): Promise<readonly DecisionAnswer[]> {
  const logs = await Promise.all(subjectIds.map((id) => decisionsOf(context.table, id)));
  return logs
    .flatMap((log) => log.map((one) => describeDecision(org, one, undoable(log).has(one.id))))
    .toSorted((a, b) => (a.id > b.id ? -1 : 1));
}

/** The latest decisions about anything; whether one can be taken back its own page tells. */
export async function readLatest(context: AppContext, limit: number) {
  const [org, decisions] = await Promise.all([
    context.orgReader.read(),
    latestDecisions(context.table, limit),
  ]);
  return decisions.map((one) => describeDecision(org, one, false));
}

function describeDecision(org: Org, decision: Decision, canUndo: boolean): DecisionAnswer {
  const { id, subjectId, action, at, by, note, personId, exclusion, undoes } = decision;
  const person = PersonId.safeParse(personId);
  return {
    id,
    subjectId,
    subject: subjectName(org, subjectId),
    action,
    at,
    by,
    ...(note !== undefined && { note }),
    ...(person.success && { person: briefOf(org, person.data) }),
    ...(exclusion !== undefined && { exclusion }),
    ...(undoes !== undefined && { undoes }),
    canUndo,
  };
}

function subjectName(org: Org, id: IdentitySubjectId): string {
  const account = AccountId.safeParse(id);
  if (account.success) return org.account(account.data)?.displayName ?? "an account that is gone";
  const person = PersonId.safeParse(id);
  return person.success ? briefOf(org, person.data).name : id;
}

/** What a decision changed: of two about one thing only the later can be taken back. */
export function aspectOf({ action, personId }: Decision): string {
  switch (action) {
    case "bind":
    case "exclude":
    case "detach":
      return "match";
    case "merge":
    case "split":
    case "rejoin":
      return "same-person";
    case "reject":
      return `rejection ${personId ?? ""}`;
    case "undo":
      return "undo";
  }
}

/** Ids of the decisions that stand and that no later one hides. `log` begins with the latest. */
export function undoable(log: readonly Decision[]): ReadonlySet<string> {
  const undone = new Set(log.flatMap(({ undoes }) => undoes ?? []));
  const hidden = new Set<string>();
  const found = new Set<string>();
  for (const decision of log) {
    if (decision.action === "undo" || undone.has(decision.id)) continue;
    const aspect = aspectOf(decision);
    if (!hidden.has(aspect)) found.add(decision.id);
    hidden.add(aspect);
  }
  return found;
}

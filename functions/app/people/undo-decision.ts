import { HubError } from "#shared/errors.ts";
import type { IdentitySubjectId } from "#shared/model/identity.ts";
import { AccountId, PersonId } from "#shared/model/ids.ts";
import { decisionsOf } from "#shared/store/identity.ts";

import type { AppContext } from "../app-deps.ts";
import { accountWordOf, changeMatch, noted, requireAccount } from "./decide-account.ts";
import { changeSamePerson, recordWordOf } from "./decide-person.ts";
import { aspectOf, undoable } from "./decision-log.ts";
import { changeRejection } from "./rule-out.ts";

/**
 * Takes a decision back: what was said before is said again. Only the latest of one thing can be, and
 * then the one before it; the taking back is in the log too.
 */
export async function undoDecision(
  context: AppContext,
  subjectId: IdentitySubjectId,
  { decision: id, note }: { readonly decision: string; readonly note?: string | undefined },
): Promise<void> {
  const log = await decisionsOf(context.table, subjectId);
  const decision = log.find((one) => one.id === id);
  if (!decision) throw new HubError("entity.not-found", "There is no such decision");
  if (!undoable(log).has(id)) {
    throw new HubError("entity.conflict", "A later decision stands: take that one back first");
  }
  const said = { undoes: id, ...noted(note) };
  const { before } = decision;
  const aspect = aspectOf(decision);
  if (aspect === "match") {
    const account = await requireAccount(context, AccountId.parse(subjectId));
    await changeMatch(context, account, accountWordOf(before), { action: "undo", ...said });
  } else if (aspect === "same-person") {
    const personId = PersonId.parse(subjectId);
    await changeSamePerson(context, personId, recordWordOf(before), { action: "undo", ...said });
  } else {
    const person = PersonId.safeParse(decision.personId);
    if (!person.success) throw new HubError("entity.conflict", "Whom it named was erased");
    await changeRejection(context, { subjectId, personId: person.data, isRuledOut: false }, said);
  }
}

import { HubError } from "#shared/errors.ts";
import type { IdentitySubjectId, Rejection } from "#shared/model/identity.ts";
import { AccountId, PersonId, readFactId } from "#shared/model/ids.ts";
import { rejectionItem } from "#shared/store/identity.ts";
import { rejectionKey } from "#shared/store/keys.ts";

import type { AppContext } from "../app-deps.ts";
import { noted, requireAccount } from "./decide-account.ts";
import { recordDecision } from "./record-decision.ts";

/** Says that a suggested person is not the one, of an account or of a record; it is not suggested again. */
export async function ruleOut(
  context: AppContext,
  subjectId: IdentitySubjectId,
  { personId, note }: { readonly personId: PersonId; readonly note?: string | undefined },
): Promise<void> {
  await requireSubject(context, subjectId);
  const org = await context.orgReader.read();
  if (!org.person(personId)) {
    throw new HubError("input.invalid", "There is no such person", {
      issues: [{ path: "personId", message: "Give the id of a person that was suggested" }],
    });
  }
  await changeRejection(context, { subjectId, personId, isRuledOut: true }, noted(note));
}

async function requireSubject(context: AppContext, id: IdentitySubjectId): Promise<void> {
  const account = AccountId.safeParse(id);
  if (account.success) {
    await requireAccount(context, account.data);
    return;
  }
  const person = PersonId.safeParse(id);
  const org = await context.orgReader.read();
  if (!person.success || !org.person(person.data)) {
    throw new HubError("entity.not-found", "There is no such person");
  }
}

interface Ruling {
  readonly subjectId: IdentitySubjectId;
  readonly personId: PersonId;
  readonly isRuledOut: boolean;
}

export async function changeRejection(
  context: AppContext,
  { subjectId, personId, isRuledOut }: Ruling,
  said: { readonly note?: string; readonly undoes?: string },
): Promise<void> {
  const key = rejectionKey(subjectId, personId);
  const current = await context.table.get(key);
  if ((current !== undefined) === isRuledOut) return;
  const { connectionId } = readFactId(subjectId) ?? {};
  if (connectionId === undefined) {
    throw new HubError("invariant.broken", "An account or a person has an id of a source's record");
  }
  const createdAt = context.clock.now();
  const rejection: Rejection = { type: "rejection", subjectId, personId, connectionId, createdAt };
  await recordDecision(
    context,
    { subjectId, connectionId },
    { action: isRuledOut ? "reject" : "undo", personId, ...said },
    { key, current, next: isRuledOut ? rejectionItem(rejection) : undefined },
  );
}

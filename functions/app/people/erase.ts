import { HubError } from "#shared/errors.ts";
import { identifiersOf } from "#shared/graph/identifiers.ts";
import type { PersonId } from "#shared/model/ids.ts";
import type { PullMessage } from "#shared/model/pull.ts";
import { isErasureUnderWay, noteErasureRequest } from "#shared/store/erasure-list.ts";
import { forgetErased } from "#shared/store/erasures.ts";

import type { AppContext } from "../app-deps.ts";

/**
 * Sends the erasure of a human on its way: whichever of their records is named, all of them go. What is
 * asked twice is done once more, to the same end.
 */
export async function eraseOnRequest(context: AppContext, id: PersonId): Promise<PersonId> {
  const org = await context.orgReader.read();
  const personId = org.person(id)?.id ?? id;
  // Of an erasure that broke off half-way nobody may be left, but a note.
  if (!org.person(id) && !(await isErasureUnderWay(context.table, id))) {
    throw new HubError("entity.not-found", "There is no such person");
  }
  const message: PullMessage = { kind: "erase", personId };
  // Noted first: if the sending fails, whoever asked is told so, and asks again.
  await noteErasureRequest(context.table, personId, identifiersOf(org.humans, personId));
  await context.pulls.send(JSON.stringify(message));
  context.logger.info("person.erasure-requested");
  return personId;
}

/** Lets somebody back in by an address or id; false when nobody of it was erased. */
export async function liftErasure(context: AppContext, identifier: string): Promise<boolean> {
  const isLifted = await forgetErased(context.table, identifier);
  context.logger.info("person.erasure-lifted", { isLifted });
  return isLifted;
}

import type { Person } from "#shared/model/facts.ts";
import type { PersonId } from "#shared/model/ids.ts";

import { differ } from "./differ.ts";
import type { Delta, OfWork, Touch } from "./rule.ts";

/** Decides where somebody is, and which accounts and records are theirs. */
const decisive = [
  "unitId",
  "workEmail",
  "formerWorkEmails",
  "externalId",
  "employmentStatus",
] as const;

/**
 * Whose work may be another team's after this change of a person, an account, or what binds the two; of
 * that work its dependencies, or the work itself and its anchors, or all that is theirs.
 */
export function touchedByTeams(delta: Delta, of: OfWork): readonly Touch[] {
  const thing = delta.after ?? delta.before;
  switch (thing?.type) {
    case "account":
      return [{ kind: "assigned-to", accountId: thing.id, of }];
    case "match":
      return [{ kind: "assigned-to", accountId: thing.accountId, of }];
    case "membership":
      return [ofPerson(thing.personId, of)];
    case "same-person":
      return recordsNamedIn(delta).map((personId) => ofPerson(personId, of));
    case "person":
      return touchedByPerson(delta, of);
    default:
      return [];
  }
}

/** Whether a change of a unit may alter what is whose team: names and levels decide which one is meant. */
export function unitMatters({ before, after }: Delta): boolean {
  const was = before?.type === "org-unit" ? before : undefined;
  const is = after?.type === "org-unit" ? after : undefined;
  return differ(was, is, ["parentId", "boundToId", "name", "originalKind", "level"]);
}

/** Whether this change of a person, or of what binds people, may alter whose work it is or who leads whom. */
export function peopleMatter({ before, after }: Delta): boolean {
  const was = before?.type === "person" ? before : undefined;
  const is = after?.type === "person" ? after : undefined;
  if (!was || !is) return true;
  return differ(was, is, [...decisive, "managerId"]);
}

function touchedByPerson({ before, after }: Delta, of: OfWork): readonly Touch[] {
  const was = before?.type === "person" ? before : undefined;
  const is = after?.type === "person" ? after : undefined;
  const person: Person | undefined = is ?? was;
  if (!person) return [];
  // Of several records of one human the one that says more speaks for them.
  const saysMoreOrLess = (was?.managerId === undefined) !== (is?.managerId === undefined);
  if (!differ(was, is, decisive) && !saysMoreOrLess) return [];
  const states = [was, is].filter((state) => state !== undefined);
  // An address that somebody had before binds nobody else either.
  const emails = states.flatMap((one) => [one.workEmail, ...(one.formerWorkEmails ?? [])]);
  const workEmails = [...new Set(emails.filter((email) => email !== undefined))];
  const externalIds = [...new Set(states.flatMap(({ externalId }) => externalId ?? []))];
  return [{ ...ofPerson(person.id, of), workEmails, externalIds }];
}

/** Both records of a statement, and those that it named before. */
function recordsNamedIn({ before, after }: Delta): readonly PersonId[] {
  const ids = [before, after].flatMap((thing) =>
    thing?.type === "same-person" ? [thing.personId, thing.intoId] : [],
  );
  return [...new Set(ids.filter((id) => id !== undefined))];
}

function ofPerson(personId: PersonId, of: OfWork) {
  return { kind: "person" as const, personId, workEmails: [] as readonly string[], of };
}

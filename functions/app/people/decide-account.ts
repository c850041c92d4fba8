import { HubError } from "#shared/errors.ts";
import type { Exclusion, Match } from "#shared/model/edges.ts";
import { Match as MatchSchema } from "#shared/model/edges.ts";
import type { Account } from "#shared/model/facts.ts";
import type { Statement } from "#shared/model/identity.ts";
import { PersonId } from "#shared/model/ids.ts";
import type { AccountId } from "#shared/model/ids.ts";
import { fromItem } from "#shared/store/codec.ts";
import { matchItem } from "#shared/store/identity.ts";
import { matchKey } from "#shared/store/keys.ts";

import type { AppContext } from "../app-deps.ts";
import type { MatchChange } from "./people-answers.ts";
import { recordDecision } from "./record-decision.ts";
import type { Decided } from "./record-decision.ts";

/** What an operator may say of an account; undefined: nothing, so that ids and addresses decide. */
export type AccountWord =
  | { readonly personId: PersonId }
  | { readonly exclusion: Exclusion }
  | undefined;

/** States whose account it is, or that it is nobody's. */
export async function stateOwner(
  context: AppContext,
  accountId: AccountId,
  { personId, exclusion, note }: MatchChange,
): Promise<void> {
  const account = await requireAccount(context, accountId);
  if (personId === null) {
    const word = { exclusion: exclusion ?? "nobody" };
    await changeMatch(context, account, word, { action: "exclude", ...word, ...noted(note) });
    return;
  }
  if (exclusion !== undefined) {
    throw new HubError("input.invalid", "An account of a person is not excluded", {
      issues: [{ path: "exclusion", message: "Leave it out, or give null as the person" }],
    });
  }
  const person = (await context.orgReader.read()).person(personId);
  if (!person) {
    throw new HubError("input.invalid", "There is no such person", {
      issues: [{ path: "personId", message: "Give the id of a person that the HR system knows" }],
    });
  }
  const word = { personId: person.id };
  await changeMatch(context, account, word, { action: "bind", ...word, ...noted(note) });
}

/** Takes back what operators said: ids and addresses decide again. */
export async function detach(
  context: AppContext,
  accountId: AccountId,
  note?: string,
): Promise<void> {
  const account = await requireAccount(context, accountId);
  await changeMatch(context, account, undefined, { action: "detach", ...noted(note) });
}

export async function requireAccount(context: AppContext, id: AccountId): Promise<Account> {
  const account = (await context.orgReader.read()).account(id);
  if (!account) throw new HubError("entity.not-found", "There is no such account");
  return account;
}

export function noted(note: string | undefined): { readonly note?: string } {
  return note === undefined || note === "" ? {} : { note };
}

/** Makes it what is said of the account. What is said already is not recorded again. */
export async function changeMatch(
  context: AppContext,
  { id, connectionId }: Account,
  word: AccountWord,
  decided: Omit<Decided, "before">,
): Promise<void> {
  const key = matchKey(id);
  const current = await context.table.get(key);
  const before = current && statementOf(fromItem(MatchSchema, current));
  if (isSame(before, word)) return;
  const createdAt = context.clock.now();
  const match: Match = { type: "match", accountId: id, ...word, connectionId, createdAt };
  await recordDecision(
    context,
    { subjectId: id, connectionId },
    { ...decided, ...(before && { before }) },
    { key, current, next: word && matchItem(match) },
  );
}

function statementOf({ personId, exclusion = "nobody", createdAt }: Match): Statement {
  return personId === undefined ? { exclusion, createdAt } : { personId, createdAt };
}

function isSame(before: Statement | undefined, word: AccountWord): boolean {
  if (!before || !word) return !before && !word;
  return "personId" in word
    ? before.personId === word.personId
    : before.personId === undefined && before.exclusion === word.exclusion;
}

/** The word that a statement was; undefined where there was none. Throws where an erasure took it. */
export function accountWordOf(statement: Statement | undefined): AccountWord {
  if (!statement) return undefined;
  const { personId, exclusion } = statement;
  const person = PersonId.safeParse(personId);
  if (person.success) return { personId: person.data };
  if (exclusion !== undefined) return { exclusion };
  throw new HubError("entity.conflict", "What was said before was erased");
}

import { HubError } from "#shared/errors.ts";
import type { Org } from "#shared/graph/org.ts";
import type { Statement } from "#shared/model/identity.ts";
import { PersonId } from "#shared/model/ids.ts";
import { SamePerson } from "#shared/model/org.ts";
import { fromItem } from "#shared/store/codec.ts";
import { samePersonItem } from "#shared/store/identity.ts";
import { samePersonKey } from "#shared/store/keys.ts";

import type { AppContext } from "../app-deps.ts";
import { noted } from "./decide-account.ts";
import { recordDecision } from "./record-decision.ts";
import type { Decided } from "./record-decision.ts";

/** What an operator may say of a record; undefined: nothing, so that exact addresses join. */
export type RecordWord = { readonly intoId: PersonId } | { readonly isAlone: true } | undefined;

/** Says that two humans, as far as was known, are one: the second record goes on for both. */
export async function mergePeople(
  context: AppContext,
  personId: PersonId,
  { intoId, note }: { readonly intoId: PersonId; readonly note?: string | undefined },
): Promise<void> {
  const org = await context.orgReader.read();
  const [from, into] = [requireRecord(org, personId), org.person(intoId)];
  if (!into) {
    throw new HubError("input.invalid", "There is no such person", {
      issues: [{ path: "intoId", message: "Give the id of a person that an HR system knows" }],
    });
  }
  const speaker = org.humans.canonical(from);
  if (speaker === into.id) {
    throw new HubError("input.invalid", "They are one person already", {
      issues: [{ path: "intoId", message: "Give another person" }],
    });
  }
  // The record that speaks for the one human leads to the other, and with it all that lead to it.
  const word = { intoId: into.id };
  const decided = { action: "merge", personId: into.id, ...noted(note) } as const;
  await changeSamePerson(context, speaker, word, decided);
}

/** Says that a record is a human of its own, whatever address it shares. */
export async function splitRecord(
  context: AppContext,
  personId: PersonId,
  note?: string,
): Promise<void> {
  const id = requireRecord(await context.orgReader.read(), personId);
  const decided = { action: "split", ...noted(note) } as const;
  await changeSamePerson(context, id, { isAlone: true }, decided);
}

/** Takes back what operators said of a record: exact addresses decide again. */
export async function rejoinRecord(
  context: AppContext,
  personId: PersonId,
  note?: string,
): Promise<void> {
  const id = requireRecord(await context.orgReader.read(), personId);
  await changeSamePerson(context, id, undefined, { action: "rejoin", ...noted(note) });
}

function requireRecord(org: Org, id: PersonId): PersonId {
  if (!org.person(id)) throw new HubError("entity.not-found", "There is no such person");
  return id;
}

/** Makes it what is said of the record. What is said already is not recorded again. */
export async function changeSamePerson(
  context: AppContext,
  personId: PersonId,
  word: RecordWord,
  decided: Omit<Decided, "before">,
): Promise<void> {
  const org = await context.orgReader.read();
  const connectionId = recordOf(org, personId).connectionId;
  const key = samePersonKey(personId);
  const current = await context.table.get(key);
  const before = current && statementOf(fromItem(SamePerson, current));
  if (isSame(before, word)) return;
  const intoId = word && "intoId" in word ? word.intoId : undefined;
  const said: SamePerson = {
    type: "same-person",
    personId,
    ...(intoId !== undefined && { intoId }),
    connectionId,
    createdAt: context.clock.now(),
  };
  await recordDecision(
    context,
    { subjectId: personId, connectionId },
    { ...decided, ...(before && { before }) },
    { key, current, next: word && samePersonItem(said) },
  );
}

function recordOf(org: Org, id: PersonId) {
  const record = org.humans.record(id);
  if (!record) throw new HubError("entity.not-found", "There is no such person");
  return record;
}

function statementOf({ intoId, createdAt }: SamePerson): Statement {
  return intoId === undefined ? { isAlone: true, createdAt } : { personId: intoId, createdAt };
}

function isSame(before: Statement | undefined, word: RecordWord): boolean {
  if (!before || !word) return !before && !word;
  return "intoId" in word ? before.personId === word.intoId : before.isAlone === true;
}

/** The word that a statement was; undefined where there was none. Throws where an erasure took it. */
export function recordWordOf(statement: Statement | undefined): RecordWord {
  if (!statement) return undefined;
  const into = PersonId.safeParse(statement.personId);
  if (into.success) return { intoId: into.data };
  if (statement.isAlone) return { isAlone: true };
  throw new HubError("entity.conflict", "What was said before was erased");
}

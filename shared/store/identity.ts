import type { Match } from "#shared/model/edges.ts";
import { Decision, Rejection } from "#shared/model/identity.ts";
import type { IdentitySubjectId } from "#shared/model/identity.ts";
import type { SamePerson } from "#shared/model/org.ts";
import type { Item, Table, Write } from "#shared/ports/table.ts";

import { fromItem, toAttributes } from "./codec.ts";
import { decisionKey, heldUnder, lists, matchKey, rejectionKey, samePersonKey } from "./keys.ts";
import { queryAll } from "./list.ts";

/*
 * What operators said of accounts and of records of people. Each stands in the partition of what it is
 * about, so that it goes when the connection goes; a decision that changes it is written with it.
 */

/** So many decisions are kept of one account or record; older ones go first. */
const decisionsMax = 50;

export function matchItem(match: Match): Item {
  const { accountId } = match;
  return {
    ...toAttributes(match),
    lpk: lists.matches,
    lsk: accountId,
    ...heldUnder(accountId),
    ...matchKey(accountId),
  };
}

export function samePersonItem(word: SamePerson): Item {
  const { personId } = word;
  return {
    ...toAttributes(word),
    lpk: lists.samePeople,
    lsk: personId,
    ...heldUnder(personId),
    ...samePersonKey(personId),
  };
}

export function rejectionItem(rejection: Rejection): Item {
  const { subjectId, personId } = rejection;
  return {
    ...toAttributes(rejection),
    lpk: lists.rejections,
    lsk: `${subjectId} ${personId}`,
    ...heldUnder(subjectId),
    ...rejectionKey(subjectId, personId),
  };
}

function decisionItem(decision: Decision): Item {
  const { subjectId, id } = decision;
  return {
    ...toAttributes(decision),
    lpk: lists.decisions,
    lsk: `${id} ${subjectId}`,
    ...heldUnder(subjectId),
    ...decisionKey(subjectId, id),
  };
}

/** Writes a decision with what it changes, all or nothing; false when that changed since it was read. */
export async function writeDecision(
  table: Table,
  decision: Decision,
  change: Write,
): Promise<boolean> {
  const put: Write = { kind: "put", item: decisionItem(decision), condition: [] };
  const { applied } = await table.transact([change, put]);
  if (applied) await trim(table, decision.subjectId);
  return applied;
}

async function trim(table: Table, subjectId: IdentitySubjectId): Promise<void> {
  for (const { id } of (await decisionsOf(table, subjectId)).slice(decisionsMax)) {
    await table.write({ kind: "delete", key: decisionKey(subjectId, id), condition: [] });
  }
}

/** The decisions about one account or record, the latest first. */
export async function decisionsOf(
  table: Table,
  subjectId: IdentitySubjectId,
): Promise<readonly Decision[]> {
  const { pk, sk } = decisionKey(subjectId, "");
  const request = { partition: pk, sortPrefix: sk, consistent: true, descending: true };
  return (await queryAll(table, request)).map((item) => fromItem(Decision, item));
}

/** The latest decisions about anything. */
export async function latestDecisions(table: Table, limit: number): Promise<readonly Decision[]> {
  const request = { index: "list", partition: lists.decisions, descending: true, limit } as const;
  return (await table.query(request)).items.map((item) => fromItem(Decision, item));
}

/** Everybody whom operators ruled out, of all accounts and records. */
export async function listRejections(table: Table): Promise<readonly Rejection[]> {
  const items = await queryAll(table, { index: "list", partition: lists.rejections });
  return items.map((item) => fromItem(Rejection, item));
}

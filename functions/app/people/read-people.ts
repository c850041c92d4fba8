import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import { maskedAddress } from "#shared/graph/matching-names.ts";
import type { Org } from "#shared/graph/org.ts";
import type { Person } from "#shared/model/facts.ts";
import { IdentitySubjectId } from "#shared/model/identity.ts";
import type { AccountId, PersonId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { pageOf, pageQuery } from "../http/paging.ts";
import { connectionNames } from "./connection-names.ts";
import { readLog } from "./decision-log.ts";
import type { ConnectionNames } from "./describe-people.ts";
import {
  describeAccount,
  describePair,
  describePerson,
  removedConnection,
} from "./describe-people.ts";
import type { AccountDetail, PairAnswer, PersonBrief, PersonDetail } from "./people-answers.ts";
import { readIdentities } from "./read-matching.ts";

export const PeopleQuery = z.strictObject({ text: z.string().max(120).optional(), ...pageQuery });

/** Humans by name, for finding whose an account is. */
export async function listPeople(
  context: AppContext,
  query: z.infer<typeof PeopleQuery>,
): Promise<{ total: number; people: PersonBrief[]; next: string | undefined }> {
  const org = await context.orgReader.read();
  const text = query.text?.trim().toLowerCase();
  const fitting = [...org.people()].filter(
    ({ name }) => !text || name.toLowerCase().includes(text),
  );
  const keyOf = ({ name, id }: Person) => `${name.toLowerCase()}\n${id}`;
  const sorted = fitting.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const { page, next } = pageOf(sorted, keyOf, query);
  return { total: fitting.length, people: page.map((one) => describePerson(org, one)), next };
}

/** Two humans who may be one, likeliest first. */
export async function listPairs(
  context: AppContext,
  { limit }: { readonly limit: number },
): Promise<{ total: number; pairs: PairAnswer[] }> {
  const [{ org, pairs }, names] = await Promise.all([
    readIdentities(context),
    connectionNames(context),
  ]);
  const shown = pairs.slice(0, limit).map((pair) => describePair(org, names, pair));
  return { total: pairs.length, pairs: shown };
}

export async function readAccount(context: AppContext, id: AccountId): Promise<AccountDetail> {
  const [{ org, matching }, names] = await Promise.all([
    readIdentities(context),
    connectionNames(context),
  ]);
  const account = org.account(id);
  const standing = matching.standing(id);
  if (!account || !standing) throw new HubError("entity.not-found", "There is no such account");
  return {
    account: describeAccount(org, names, { account, standing }),
    decisions: [...(await readLog(context, org, [id]))],
  };
}

/** Who somebody is and why accounts are theirs; nothing of what they work on. */
export async function readPerson(context: AppContext, id: PersonId): Promise<PersonDetail> {
  const [{ org, matching, pairs }, names] = await Promise.all([
    readIdentities(context),
    connectionNames(context),
  ]);
  const person = org.person(id);
  if (!person) throw new HubError("entity.not-found", "There is no such person");
  const records = [...org.humans.records()].filter((one) => org.person(one.id) === person);
  const accounts = [...matching.standings()].flatMap(([accountId, standing]) => {
    const account = org.account(accountId);
    return account && standing.state === "bound" && standing.person === person
      ? [describeAccount(org, names, { account, standing })]
      : [];
  });
  const likely = pairs.filter((one) => [one.personId, one.intoId].includes(person.id));
  return {
    ...describeHuman(org, person),
    records: records.map((record) => describeRecord(org, names, { record, person })),
    accounts,
    likely: likely.map((pair) => describePair(org, names, pair)),
    decisions: [
      ...(await readLog(
        context,
        org,
        [...records, ...accounts].map((one) => IdentitySubjectId.parse(one.id)),
      )),
    ],
  };
}

function describeHuman(org: Org, person: Person) {
  const { id, name, workEmail, employmentStatus, unitId, managerId } = person;
  const manager = managerId === undefined ? undefined : org.person(managerId);
  const unit = unitId === undefined ? undefined : org.unit(unitId)?.name;
  return {
    id,
    name,
    employmentStatus,
    ...(workEmail !== undefined && { address: maskedAddress(workEmail) }),
    ...(unit !== undefined && { unit }),
    ...(manager && { manager: describePerson(org, manager) }),
    teams: org.teamsOf(id).flatMap(({ unitId: teamId, isPrimary }) => {
      const team = org.unit(teamId);
      return team ? [{ id: teamId, name: team.name, isPrimary }] : [];
    }),
  };
}

function describeRecord(
  org: Org,
  names: ConnectionNames,
  { record, person }: { readonly record: Person; readonly person: Person },
): PersonDetail["records"][number] {
  const { id, name, connectionId } = record;
  const speaks = record === person;
  const joinedBy = org.humans.isLed(id) ? ("operator" as const) : ("work-email" as const);
  return {
    id,
    name,
    connection: names.get(connectionId) ?? removedConnection,
    speaks,
    ...(!speaks && { joinedBy }),
  };
}

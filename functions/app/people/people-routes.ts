import * as z from "zod";

import { AccountId, PersonId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { next } from "../http/paging.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { detach, stateOwner } from "./decide-account.ts";
import { mergePeople, rejoinRecord, splitRecord } from "./decide-person.ts";
import { AccountsQuery, listAccounts } from "./list-accounts.ts";
import {
  AccountAnswer,
  AccountDetail,
  MatchChange,
  PairAnswer,
  PeopleSummary,
  PersonBrief,
  PersonDetail,
  RejectionChange,
  SamePersonChange,
  UndoChange,
} from "./people-answers.ts";
import { PeopleQuery, listPairs, listPeople, readAccount, readPerson } from "./read-people.ts";
import { ruleOut } from "./rule-out.ts";
import { readSummary } from "./summary.ts";
import { undoDecision } from "./undo-decision.ts";

const topic = "People";
const accountParams = z.strictObject({ id: AccountId });
const personParams = z.strictObject({ id: PersonId });
const mayBeMissing = ["entity.not-found"] as const;
const mayConflict = ["entity.not-found", "entity.conflict"] as const;

/** People and their accounts: what binds them, what waits for a human, and the decisions of operators. */
export function peopleRoutes(context: AppContext): readonly Route[] {
  return [
    ...accountRoutes(context),
    ...accountVerbs(context),
    // What has a path of its own comes before the ids, which may hold slashes.
    ...peopleReads(context),
    ...personVerbs(context),
    defineRoute({
      method: "get",
      path: "/api/people/{id}",
      topic,
      summary: "Who somebody is and why accounts are theirs; nothing of what they work on",
      params: personParams,
      answer: PersonDetail,
      refusals: mayBeMissing,
      run: ({ params }) => readPerson(context, params.id),
    }),
  ];
}

function accountRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/api/accounts",
      topic,
      summary: "Logins of the tools; those without a person, with who it may be and why",
      query: AccountsQuery,
      answer: z.strictObject({ total: z.int(), accounts: z.array(AccountAnswer), next }),
      run: ({ query }) => listAccounts(context, query),
    }),
    defineRoute({
      method: "get",
      path: "/api/accounts/{id}",
      topic,
      summary: "A login with what was decided about it",
      params: accountParams,
      answer: AccountDetail,
      refusals: mayBeMissing,
      run: ({ params }) => readAccount(context, params.id),
    }),
  ];
}

function accountVerbs(context: AppContext): readonly Route[] {
  const given = { topic, params: accountParams, answer: AccountAnswer, refusals: mayConflict };
  const answer = async (id: AccountId) => (await readAccount(context, id)).account;
  return [
    defineRoute({
      ...given,
      method: "put",
      path: "/api/accounts/{id}/match",
      summary: "State whose account it is, or why it is nobody's",
      body: MatchChange,
      run: async ({ params, body }) => {
        await stateOwner(context, params.id, body);
        return answer(params.id);
      },
    }),
    defineRoute({
      ...given,
      method: "delete",
      path: "/api/accounts/{id}/match",
      summary: "Take that back: ids and addresses decide again",
      run: async ({ params }) => {
        await detach(context, params.id);
        return answer(params.id);
      },
    }),
    defineRoute({
      ...given,
      method: "post",
      path: "/api/accounts/{id}/rejections",
      summary: "Rule a suggested person out; they are not suggested again",
      body: RejectionChange,
      run: async ({ params, body }) => {
        await ruleOut(context, params.id, body);
        return answer(params.id);
      },
    }),
    defineRoute({
      ...given,
      method: "post",
      path: "/api/accounts/{id}/undo",
      summary: "Take a decision back: what was said before is said again",
      body: UndoChange,
      run: async ({ params, body }) => {
        await undoDecision(context, params.id, body);
        return answer(params.id);
      },
    }),
  ];
}

function peopleReads(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/api/people",
      topic,
      summary: "People by name",
      query: PeopleQuery,
      answer: z.strictObject({ total: z.int(), people: z.array(PersonBrief), next }),
      run: ({ query }) => listPeople(context, query),
    }),
    defineRoute({
      method: "get",
      path: "/api/people/summary",
      topic,
      summary: "How many accounts are matched, by connection and by team of five people and more",
      answer: PeopleSummary,
      run: () => readSummary(context),
    }),
    defineRoute({
      method: "get",
      path: "/api/people/likely-pairs",
      topic,
      summary: "Records that may be of one human, with the reasons",
      query: z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
      answer: z.strictObject({ total: z.int(), pairs: z.array(PairAnswer) }),
      run: ({ query }) => listPairs(context, query),
    }),
  ];
}

function personVerbs(context: AppContext): readonly Route[] {
  const given = { topic, params: personParams, answer: PersonDetail, refusals: mayConflict };
  return [
    defineRoute({
      ...given,
      method: "put",
      path: "/api/people/{id}/same",
      summary: "State that two records are one human, or that one is a human of its own",
      body: SamePersonChange,
      run: async ({ params, body: { intoId, note } }) => {
        if (intoId === null) await splitRecord(context, params.id, note);
        else await mergePeople(context, params.id, { intoId, note });
        return readPerson(context, params.id);
      },
    }),
    defineRoute({
      ...given,
      method: "delete",
      path: "/api/people/{id}/same",
      summary: "Take that back: exact addresses decide again",
      run: async ({ params }) => {
        await rejoinRecord(context, params.id);
        return readPerson(context, params.id);
      },
    }),
    defineRoute({
      ...given,
      method: "post",
      path: "/api/people/{id}/rejections",
      summary: "Say that two records are two people; they are not suggested again",
      body: RejectionChange,
      run: async ({ params, body }) => {
        await ruleOut(context, params.id, body);
        return readPerson(context, params.id);
      },
    }),
    defineRoute({
      ...given,
      method: "post",
      path: "/api/people/{id}/undo",
      summary: "Take a decision back: what was said before is said again",
      body: UndoChange,
      run: async ({ params, body }) => {
        await undoDecision(context, params.id, body);
        return readPerson(context, params.id);
      },
    }),
  ];
}

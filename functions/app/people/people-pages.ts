import type { Context, Hono } from "hono";
import * as z from "zod";

import { AccountId, PersonId } from "#shared/model/ids.ts";
import { isErasureUnderWay } from "#shared/store/erasure-list.ts";

import type { AppContext } from "../app-deps.ts";
import { parseInput } from "../http/route.ts";
import { backPath, noticeOf, readFilters, readForm, withNotice } from "../page/page-input.ts";
import { accountPage } from "./account-page.ts";
import { detach, stateOwner } from "./decide-account.ts";
import { mergePeople, rejoinRecord, splitRecord } from "./decide-person.ts";
import { readLatest } from "./decision-log.ts";
import { findPage } from "./find-page.ts";
import { AccountsQuery, listAccounts } from "./list-accounts.ts";
import { MatchChange, RejectionChange, UndoChange } from "./people-answers.ts";
import { personPage } from "./person-page.ts";
import { queuePage, queuePath } from "./queue-page.ts";
import { PeopleQuery, listPairs, listPeople, readAccount, readPerson } from "./read-people.ts";
import { ruleOut } from "./rule-out.ts";
import { readSummary } from "./summary.ts";
import { undoDecision } from "./undo-decision.ts";

/** How much of each list the first page shows. */
const shown = { accounts: 20, pairs: 10, latest: 8, found: 20 } as const;

/** The pages about who is who, and the forms by which people decide it. */
export function servePeoplePages(app: Hono, context: AppContext): void {
  app.get("/people", async (c) => c.html(await showQueue(context, c)));

  app.get("/people/find", async (c) => {
    const query = readFilters(PeopleQuery, c);
    const list = await listPeople(context, query);
    return c.html(findPage({ text: query.text, after: query.after, list }));
  });

  app.get("/people/:id{.+}", async (c) => {
    const id = parseInput(PersonId, c.req.param("id"), "id");
    const person = await readPerson(context, id);
    // The record that speaks for the human is the one whose erasure was asked for.
    const isBeingErased = await isErasureUnderWay(context.table, PersonId.parse(person.id));
    return c.html(personPage(person, { notice: noticeOf(c), isBeingErased }));
  });

  app.get("/accounts", (c) => c.redirect("/people", 301));

  app.get("/accounts/:id{.+}", async (c) => {
    const id = parseInput(AccountId, c.req.param("id"), "id");
    const text = c.req.query("find")?.trim().slice(0, 120);
    const [detail, found] = await Promise.all([
      readAccount(context, id),
      text ? listPeople(context, { text, limit: shown.found }) : undefined,
    ]);
    const notice = noticeOf(c);
    const note = c.req.query("note")?.trim().slice(0, 300) ?? "";
    const searched = found && { ...found, text: text ?? "", note };
    return c.html(accountPage({ detail, found: searched, notice }));
  });

  app.post("/accounts/:id{.+}/decide", async (c) => {
    const id = parseInput(AccountId, c.req.param("id"), "id");
    const form = await readForm(c);
    await decideAccount(context, id, form);
    return c.redirect(withNotice(backPath(form["back"], "/people"), "matched"), 303);
  });

  app.post("/people/:id{.+}/decide", async (c) => {
    const id = parseInput(PersonId, c.req.param("id"), "id");
    const form = await readForm(c);
    await decidePerson(context, id, form);
    return c.redirect(withNotice(backPath(form["back"], "/people"), "matched"), 303);
  });
}

async function showQueue(context: AppContext, c: Context) {
  const query = { ...readFilters(AccountsQuery, c), matched: "no", limit: shown.accounts } as const;
  const [summary, list, { pairs }, latest] = await Promise.all([
    readSummary(context),
    listAccounts(context, query),
    listPairs(context, { limit: shown.pairs }),
    readLatest(context, shown.latest),
  ]);
  const here = queuePath(query);
  return queuePage({ summary, list, pairs, latest, query, here, notice: noticeOf(c) });
}

type Form = Readonly<Record<string, string>>;

const AccountAction = z.enum(["bind", "exclude", "detach", "reject", "undo"]);

async function decideAccount(context: AppContext, id: AccountId, form: Form): Promise<void> {
  const { action, personId, exclusion, decision, note } = form;
  switch (parseInput(AccountAction, action, "action")) {
    case "bind":
      // A form without a person must not say that the account is nobody's.
      return stateOwner(
        context,
        id,
        parseInput(MatchChange, { personId: personId ?? "", note }, ""),
      );
    case "exclude":
      return stateOwner(context, id, parseInput(MatchChange, { personId: null, exclusion }, ""));
    case "detach":
      return detach(context, id);
    case "reject":
      return ruleOut(context, id, parseInput(RejectionChange, { personId }, ""));
    case "undo":
      return undoDecision(context, id, parseInput(UndoChange, { decision }, ""));
  }
}

const PersonAction = z.enum(["merge", "split", "rejoin", "reject", "undo"]);

async function decidePerson(context: AppContext, id: PersonId, form: Form): Promise<void> {
  const { action, personId, decision } = form;
  switch (parseInput(PersonAction, action, "action")) {
    case "merge":
      return mergePeople(context, id, { intoId: parseInput(PersonId, personId, "personId") });
    case "split":
      return splitRecord(context, id);
    case "rejoin":
      return rejoinRecord(context, id);
    case "reject":
      return ruleOut(context, id, parseInput(RejectionChange, { personId }, ""));
    case "undo":
      return undoDecision(context, id, parseInput(UndoChange, { decision }, ""));
  }
}

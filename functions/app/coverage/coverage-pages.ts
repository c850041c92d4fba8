import type { Hono } from "hono";

import { AccountId, PersonId } from "#shared/model/ids.ts";
import { listConnections } from "#shared/store/connections.ts";

import type { AppContext } from "../app-deps.ts";
import { parseInput } from "../http/route.ts";
import { noticeOf, readFilters, readForm, withNotice } from "../page/page-input.ts";
import { accountsPage } from "./accounts-page.ts";
import { AccountsQuery, listAccounts, matchAccount } from "./accounts.ts";
import { coveragePage } from "./coverage-page.ts";
import { readCoverage } from "./coverage.ts";
import { listDeadLetters, redrive } from "./dead-letters.ts";

/** The pages about what the hub sees, and the forms that help it see more. */
export function serveCoveragePages(app: Hono, context: AppContext): void {
  app.get("/coverage", async (c) => {
    const [coverage, deadLetters] = await Promise.all([
      readCoverage(context),
      listDeadLetters(context),
    ]);
    return c.html(coveragePage({ coverage, deadLetters, notice: noticeOf(c) }));
  });

  app.post("/dead-letters/redrive", async (c) => {
    await redrive(context, (await readForm(c))["queue"]);
    return c.redirect(withNotice("/coverage", "redriven"), 303);
  });

  app.get("/accounts", async (c) => {
    const query = readFilters(AccountsQuery, c);
    const [list, connections, org] = await Promise.all([
      listAccounts(context, query),
      listConnections(context.table),
      context.orgReader.read(),
    ]);
    const people = [...org.units()]
      .flatMap((unit) => org.membersOf(unit.id))
      .map(({ id, name }) => ({ id, name }))
      .toSorted((a, b) => a.name.localeCompare(b.name, "en"));
    const names = new Map(connections.map(({ id, name }) => [id as string, name]));
    const page = { list, people, connections: names, after: query.after, notice: noticeOf(c) };
    return c.html(accountsPage(page));
  });

  app.post("/accounts/:id{.+}/match", async (c) => {
    const id = parseInput(AccountId, c.req.param("id"), "id");
    const { personId } = await readForm(c);
    const person = personId === undefined ? null : parseInput(PersonId, personId, "personId");
    await matchAccount(context, id, person);
    return c.redirect(withNotice("/accounts", "matched"), 303);
  });
}

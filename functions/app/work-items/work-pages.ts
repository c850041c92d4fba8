import type { Hono } from "hono";

import { GoalId, WorkItemId } from "#shared/model/ids.ts";
import type { OrgUnitId } from "#shared/model/ids.ts";

import type { AppContext } from "../app-deps.ts";
import { parseInput } from "../http/route.ts";
import { pathTo } from "../page/html.ts";
import { backPath, noticeOf, readFilters, readForm, withNotice } from "../page/page-input.ts";
import { rateOfFilter } from "../people/team-rate.ts";
import { listGoals, readGoal } from "./goal-answers.ts";
import { goalChoices } from "./goal-choices.ts";
import { goalPage, goalsPage } from "./goal-pages.ts";
import { LinkEnds, NewLink, createLink, removeLink } from "./links.ts";
import { WorkItemsQuery, listWorkItems } from "./list-work-items.ts";
import { readWorkItem } from "./read-work-item.ts";
import type { Snapshot } from "./snapshot.ts";
import { workItemPage } from "./work-item-page.ts";
import { workItemsPage } from "./work-items-page.ts";

/** The pages of work and goals, and the form that links them. */
export function serveWorkPages(app: Hono, context: AppContext): void {
  app.get("/work-items", async (c) => {
    const query = readFilters(WorkItemsQuery, c);
    const [list, snapshot] = await Promise.all([
      listWorkItems(context, query),
      context.snapshots.read(),
    ]);
    const connections = [...snapshot.graph.sources.values()];
    const matchRate = rateOfFilter(snapshot.graph.org, query.team);
    const teams = teamsWithWork(snapshot);
    return c.html(workItemsPage({ list, query, teams, connections, matchRate }));
  });

  app.get("/work-items/:id{.+}", async (c) => {
    const id = parseInput(WorkItemId, c.req.param("id"), "id");
    const [detail, snapshot] = await Promise.all([
      readWorkItem(context, id),
      context.snapshots.read(),
    ]);
    const here = pathTo("work-items", id);
    return c.html(
      workItemPage({ detail, goals: goalChoices(snapshot.graph), here, notice: noticeOf(c) }),
    );
  });

  app.post("/links", async (c) => {
    const { back, ...fields } = await readForm(c);
    await createLink(context, parseInput(NewLink, fields, ""));
    return c.redirect(withNotice(backPath(back, "/work-items"), "linked"), 303);
  });

  app.post("/links/remove", async (c) => {
    const { back, ...fields } = await readForm(c);
    await removeLink(context, parseInput(LinkEnds, fields, ""));
    return c.redirect(withNotice(backPath(back, "/work-items"), "unlinked"), 303);
  });

  app.get("/goals", async (c) => {
    return c.html(goalsPage(await listGoals(context)));
  });

  app.get("/goals/:id{.+}", async (c) => {
    const detail = await readGoal(context, parseInput(GoalId, c.req.param("id"), "id"));
    return c.html(goalPage(detail));
  });
}

function teamsWithWork({ seen, graph }: Snapshot) {
  const ids = new Set<OrgUnitId>();
  for (const { team } of seen) if (team.teamId !== undefined) ids.add(team.teamId);
  return [...ids]
    .map((id) => ({ id, name: graph.org.unit(id)?.name ?? "a removed team" }))
    .toSorted((a, b) => a.name.localeCompare(b.name, "en"));
}

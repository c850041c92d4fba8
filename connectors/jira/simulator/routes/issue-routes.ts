import { Hono } from "hono";
import * as z from "zod";

import { CalendarDate } from "#shared/model/time.ts";

import { addCost, isVisibleTo, type JiraContext, type JiraEnv } from "../access.ts";
import { readBody } from "../answers.ts";
import { issueBean } from "../beans.ts";
import { JiraOperation } from "../operation.ts";
import { statusBean } from "../part-beans.ts";
import { fieldRefusal, Refusal } from "../refusal.ts";
import type { Site } from "../site.ts";
import type { Issue, JiraState } from "../state.ts";
import { zoneOf } from "./search-routes.ts";

const Ref = z.looseObject({ id: z.string().optional(), key: z.string().optional() });
const Fields = z.looseObject({
  summary: z.string().optional(),
  project: Ref.optional(),
  issuetype: Ref.optional(),
  parent: Ref.nullish(),
  assignee: z
    .looseObject({ accountId: z.string().optional(), id: z.string().optional() })
    .nullish(),
  labels: z.array(z.string()).optional(),
  duedate: CalendarDate.nullish(),
});
type Fields = z.infer<typeof Fields>;

/** One issue: read, make, edit, transition, delete. */
export function issueRoutes(site: Site): Hono<JiraEnv> {
  const { state, perform } = site;
  const app = new Hono<JiraEnv>().basePath("/rest/api/3/issue");
  app.post("/", async (c) => {
    const { fields } = await readBody(c, z.looseObject({ fields: Fields }));
    const effect = perform({ ...creation(site, fields), ...actorOf(c) });
    const { id, key } = effect.result;
    return c.json({ id, key, self: `${state.baseUrl}/rest/api/3/issue/${String(id)}` }, 201);
  });
  app.get("/:idOrKey", (c) => {
    const issue = loadVisible(site, c);
    const fields = c.req.query("fields")?.split(",") ?? ["*all"];
    const properties = c.req.query("properties")?.split(",") ?? [];
    addCost(c, { objects: 1 });
    return c.json(issueBean(state, issue, { fields, properties, timeZone: zoneOf(c), version: 3 }));
  });
  app.put("/:idOrKey", async (c) => {
    const { key } = loadVisible(site, c);
    const { fields } = await readBody(c, z.looseObject({ fields: Fields }));
    perform({ kind: "updateIssue", key, ...edition(site, fields), ...actorOf(c) });
    return c.body(null, 204);
  });
  app.delete("/:idOrKey", (c) => {
    const { key } = loadVisible(site, c);
    const deleteSubtasks = c.req.query("deleteSubtasks") === "true";
    perform({ kind: "deleteIssue", key, deleteSubtasks, ...actorOf(c) });
    return c.body(null, 204);
  });
  // Every status can be reached from every other; a transition has the id of its target.
  app.get("/:idOrKey/transitions", (c) => {
    loadVisible(site, c);
    const transitions = state.statuses.map((status) => ({
      id: status.id,
      name: status.name,
      to: statusBean(state, status),
      hasScreen: false,
      isGlobal: true,
      isInitial: false,
      isAvailable: true,
      isConditional: false,
    }));
    return c.json({ expand: "transitions", transitions });
  });
  app.post("/:idOrKey/transitions", async (c) => {
    const { key } = loadVisible(site, c);
    const { transition } = await readBody(
      c,
      z.looseObject({ transition: z.looseObject({ id: z.string() }) }),
    );
    perform({ kind: "transitionIssue", key, statusId: transition.id, ...actorOf(c) });
    return c.body(null, 204);
  });
  return app;
}

/** What does not exist and what the caller may not see get the same answer, as in Jira. */
export function loadVisible({ state }: Site, c: JiraContext): Issue {
  const issue = state.issue(c.req.param("idOrKey") ?? "");
  if (issue && isVisibleTo(state, c.get("caller"))(issue)) return issue;
  throw new Refusal(404, "Issue does not exist or you do not have permission to see it.");
}

export function actorOf(c: JiraContext): { readonly actorId?: string } {
  const actorId = c.get("caller")?.user.accountId;
  return actorId === undefined ? {} : { actorId };
}

function creation(site: Site, fields: Fields) {
  const { project, issuetype, summary } = fields;
  if (!summary) throw fieldRefusal("summary", "You must specify a summary of the issue.");
  const projectKey = project?.key ?? site.state.projects.get(project?.id ?? "")?.key ?? "";
  // A thing that is cleared from the start is a thing not set.
  const set = Object.entries(edition(site, fields)).filter(([, value]) => value !== null);
  return JiraOperation.parse({
    kind: "createIssue",
    projectKey,
    typeId: issuetype?.id ?? "",
    ...Object.fromEntries(set),
  });
}

/** The `fields` of a request as the operation's: absent leaves alone, null clears. */
function edition({ state }: Site, fields: Fields) {
  const { summary, parent, assignee, labels, duedate, ...other } = fields;
  const custom = Object.entries(other).filter(([name]) => name.startsWith("customfield_"));
  return defined({
    summary,
    parentKey: parent && refKey(state, parent),
    assigneeId: assignee && (assignee.accountId ?? assignee.id ?? null),
    labels,
    duedate,
    custom:
      custom.length > 0
        ? Object.fromEntries(custom.map(([name, value]) => [name, z.json().parse(value)]))
        : undefined,
  });
}

/** Jira takes the key or the id; an empty reference clears. */
function refKey(state: JiraState, ref: z.infer<typeof Ref>): string | null {
  const text = ref.key ?? ref.id;
  return text ? (state.issue(text)?.key ?? text) : null;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The entries that are not undefined, which is what `Defined` says. */
function defined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(object).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}

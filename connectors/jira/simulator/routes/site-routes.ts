import { Hono } from "hono";

import { type JiraEnv, needsCaller, visibleProjects } from "../access.ts";
import { errorBody } from "../answers.ts";
import type { Caller } from "../caller.ts";
import { linkTypeBean, statusBean, typeBean, userBean } from "../part-beans.ts";
import type { Site } from "../site.ts";
import type { JiraState, Project } from "../state.ts";
import { jiraTime } from "../zone.ts";
import { fieldDetails } from "./field-details.ts";

/** What describes the site: who am I, which projects, fields, types and statuses there are. */
export function siteRoutes({ state, clock }: Site): Hono<JiraEnv> {
  const app = new Hono<JiraEnv>().basePath("/rest/api/3");
  app.get("/myself", needsCaller, (c) => {
    const caller = c.get("caller");
    return caller ? c.json({ ...userBean(state, caller.user), locale: "en_US" }) : c.notFound();
  });
  app.get("/serverInfo", (c) =>
    c.json({
      baseUrl: state.baseUrl,
      version: "1001.0.0-SNAPSHOT",
      versionNumbers: [1001, 0, 0],
      deploymentType: "Cloud",
      buildNumber: 100_299,
      serverTime: jiraTime(clock.now(), "Etc/UTC"),
      serverTitle: "Jira",
    }),
  );
  app.get("/field", (c) => c.json(c.get("caller") ? fieldDetails(state) : []));
  app.get("/project/search", (c) => c.json(projectPage(state, c.get("caller"), c.req.query())));
  app.get("/issuetype", (c) => {
    const projects = visible(state, c.get("caller"));
    const types = new Map(
      projects.flatMap((each) => each.issueTypes.map((type) => [type.id, type])),
    );
    return c.json([...types.values()].map((type) => typeBean(state, type)));
  });
  app.get("/status", (c) => {
    return c.json(c.get("caller") ? state.statuses.map((each) => statusBean(state, each)) : []);
  });
  app.get("/issueLinkType", needsCaller, (c) =>
    c.json({ issueLinkTypes: state.linkTypes.map((type) => linkTypeBean(state, type)) }),
  );
  app.get("/users/search", needsCaller, (c) => {
    const start = Number(c.req.query("startAt") ?? 0);
    // 1000 is Jira's limit, 50 its default (swagger, 2026-11).
    const size = Math.min(1000, Number(c.req.query("maxResults") ?? 50));
    const page = [...state.users.values()].slice(start, start + size);
    return c.json(page.map((user) => userBean(state, user)));
  });
  app.get("/user", needsCaller, (c) => {
    const user = state.users.get(c.req.query("accountId") ?? "");
    if (user) return c.json(userBean(state, user));
    return c.json(
      errorBody(["Specified user does not exist or you do not have required permissions"]),
      404,
    );
  });
  app.get("/mypermissions", (c) => {
    const asked = c.req.query("permissions");
    if (!asked) return c.json(errorBody(["The 'permissions' query parameter is required."]), 400);
    const entries = asked.split(",").map((key) => [key, permission(key, c.get("caller"))]);
    return c.json({ permissions: Object.fromEntries(entries) });
  });
  return app;
}

function permission(key: string, caller: Caller | undefined): object {
  const isGlobal = key === "ADMINISTER" || key === "USER_PICKER";
  const isHeld = key === "ADMINISTER" ? caller?.isAdmin === true : caller !== undefined;
  const name = key.toLowerCase().replaceAll("_", " ");
  const type = isGlobal ? "GLOBAL" : "PROJECT";
  return { id: "0", key, name, type, description: name, havePermission: isHeld };
}

function visible(state: JiraState, caller: Caller | undefined): readonly Project[] {
  const ids = visibleProjects(state, caller);
  return [...state.projects.values()].filter(({ id }) => ids.has(id));
}

function projectPage(
  state: JiraState,
  caller: Caller | undefined,
  query: Readonly<Record<string, string>>,
): object {
  const keys = query["keys"]?.split(",");
  const all = visible(state, caller).filter(({ key }) => keys?.includes(key) ?? true);
  const start = Number(query["startAt"] ?? 0);
  const size = Math.min(100, Number(query["maxResults"] ?? 50));
  const page = all.slice(start, start + size);
  const withTypes = query["expand"]?.includes("issueTypes") ?? false;
  return {
    self: `${state.baseUrl}/rest/api/3/project/search?startAt=${start}&maxResults=${size}`,
    maxResults: size,
    startAt: start,
    total: all.length,
    isLast: start + page.length >= all.length,
    values: page.map((project) => ({
      self: `${state.baseUrl}/rest/api/3/project/${project.id}`,
      id: project.id,
      key: project.key,
      name: project.name,
      projectTypeKey: "software",
      style: project.style,
      simplified: project.style === "next-gen",
      isPrivate: false,
      ...(withTypes && { issueTypes: project.issueTypes.map((type) => typeBean(state, type)) }),
    })),
  };
}

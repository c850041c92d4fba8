import { Hono } from "hono";

import { addCost, type JiraEnv, needsCaller } from "../access.ts";
import { errorBody } from "../answers.ts";
import { linkTypeBean, typeBean, userBean } from "../part-beans.ts";
import type { Site } from "../site.ts";
import { jiraTime } from "../zone.ts";
import { fieldDetails } from "./field-details.ts";
import { visibleProjectList } from "./project-routes.ts";

/** What describes the site: who am I, who else is there, which fields, types and links there are. */
export function siteRoutes({ state, clock }: Site): Hono<JiraEnv> {
  const app = new Hono<JiraEnv>().basePath("/rest/api/3");
  app.get("/myself", needsCaller, (c) => {
    const caller = c.get("caller");
    addCost(c, { identities: 1 });
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
  app.get("/issuetype", (c) => {
    const projects = visibleProjectList(state, c.get("caller"));
    const types = new Map(
      projects.flatMap((each) => each.issueTypes.map((type) => [type.id, type])),
    );
    return c.json([...types.values()].map((type) => typeBean(state, type)));
  });
  app.get("/issueLinkType", needsCaller, (c) =>
    c.json({ issueLinkTypes: state.linkTypes.map((type) => linkTypeBean(state, type)) }),
  );
  app.get("/users/search", needsCaller, (c) => {
    const start = Number(c.req.query("startAt") ?? 0);
    // 1000 is Jira's limit, 50 its default (swagger, 2026-11).
    const size = Math.min(1000, Number(c.req.query("maxResults") ?? 50));
    const page = [...state.users.values()].slice(start, start + size);
    addCost(c, { identities: page.length });
    return c.json(page.map((user) => userBean(state, user)));
  });
  app.get("/user", needsCaller, (c) => {
    const user = state.users.get(c.req.query("accountId") ?? "");
    addCost(c, { identities: 1 });
    if (user) return c.json(userBean(state, user));
    return c.json(
      errorBody(["Specified user does not exist or you do not have required permissions"]),
      404,
    );
  });
  return app;
}

import { describe, expect, test } from "vitest";

import { OpenApiValidator } from "#shared/testing/openapi-validator.ts";
import { specsPath } from "#shared/testing/specs.ts";

import { withoutProsaicNulls } from "./prosaic-nulls.ts";
import { rich, richSeed } from "./rich-seed.ts";
import { Rows, simulator } from "./test-simulator.ts";

const workspace = "1100000000000001";
const document = specsPath("openapi", "asana_oas.yaml");

describe("the rich seed", () => {
  const reads = [
    `/tasks/${rich.multiHomed}`,
    `/tasks/${rich.levels[5] ?? ""}`,
    `/tasks/${rich.approval}`,
    `/tasks/${rich.milestone}`,
    `/tasks?assignee=1200000000000002&workspace=${workspace}&limit=50`,
    "/portfolios/1400000000000001/items?limit=10",
    `/goals/${rich.goal}`,
    `/goal_relationships?supported_goal=${rich.goal}&limit=10`,
    `/time_periods?workspace=${workspace}&limit=10&opt_fields=period,display_name,parent.display_name`,
    `/status_updates?parent=${rich.goal}&limit=10`,
    `/workspaces/${workspace}/custom_fields?limit=50`,
    `/projects/${rich.privateProject}/custom_field_settings?limit=50`,
  ];
  const events = `/workspaces/${workspace}/events`;
  test.skipIf(document === undefined)("answers as Asana's document describes", async () => {
    const validator = new OpenApiValidator(document ?? "", { basePath: "/api/1.0" });
    const { call, perform } = await simulator({ seed: richSeed });
    // The document speaks of the first answer, 412 with a token, in words only.
    const first = await call("GET", events, undefined, rich.serviceToken);
    perform({ kind: "updateTask", gid: rich.milestone, completed: true });
    for (const path of [...reads, `${events}?sync=${first.body.sync ?? ""}`]) {
      const { status, body } = await call("GET", path, undefined, rich.serviceToken);
      const [bare = path] = path.split("?");
      expect([path, status]).toEqual([path, 200]);
      const problems = validator.validateResponse("GET", `/api/1.0${bare}`, status, body);
      expect([path, withoutProsaicNulls(problems, body)]).toEqual([path, []]);
    }
  });

  test("shows a service account all of its workspace, and others what is theirs", async () => {
    const { call, perform } = await simulator({ seed: richSeed });
    const ask = (token: string, path: string) => call("GET", path, undefined, token);
    const whole = await ask(rich.serviceToken, `/tasks/${rich.multiHomed}`);
    expect(whole.body.data).toMatchObject({ memberships: [{}, {}, {}] });
    const danas = await ask(rich.danaToken, `/tasks/${rich.multiHomed}`);
    expect(danas.body.data).toMatchObject({ memberships: [{}, {}] });
    expect((await ask(rich.danaToken, `/projects/${rich.privateProject}`)).status).toBe(403);
    expect((await ask(rich.serviceToken, `/projects/${rich.freeProject}`)).status).toBe(403);
    perform({ kind: "setHidden", gid: rich.freeWorkspace, hidden: true });
    expect((await ask(rich.danaToken, `/projects/${rich.freeProject}`)).status).toBe(403);
    const { body } = await ask(rich.danaToken, "/workspaces?limit=10");
    expect(Rows.parse(body.data)).toHaveLength(1);
  });

  test("forgotten events answer 412 with a token that works", async () => {
    const { get, perform } = await simulator({ seed: richSeed });
    const stream = "/events?resource=1500000000000001";
    const { sync = "" } = (await get(stream)).body;
    perform({ kind: "forgetEvents" });
    const again = await get(`${stream}&sync=${sync}`);
    expect(again.status).toBe(412);
    expect((await get(`${stream}&sync=${again.body.sync ?? ""}`)).status).toBe(200);
  });
});

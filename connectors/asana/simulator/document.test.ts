import { describe, expect, test } from "vitest";

import { OpenApiValidator } from "#shared/testing/openapi-validator.ts";
import { specsPath } from "#shared/testing/specs.ts";

import { withoutProsaicNulls } from "./prosaic-nulls.ts";
import { receiver, simulator } from "./test-simulator.ts";

const workspace = "1100000000000001";
const checkout = "1500000000000001";

const document = specsPath("openapi", "asana_oas.yaml");

describe.skipIf(document === undefined)("Asana's own document", () => {
  // Vitest runs the body of a skipped `describe` too, so the document is opened by the first test.
  let opened: OpenApiValidator | undefined;
  const validator = () =>
    (opened ??= new OpenApiValidator(document ?? "", { basePath: "/api/1.0" }));

  const reads = [
    "/users/me",
    `/users?workspace=${workspace}&opt_fields=name,email&limit=2`,
    "/users/1200000000000002",
    `/workspaces/${workspace}/workspace_memberships?limit=10&opt_fields=user,is_active,is_guest`,
    "/workspaces?limit=10",
    `/workspaces/${workspace}`,
    `/workspaces/${workspace}/teams?limit=10`,
    "/teams/1300000000000001",
    `/projects?workspace=${workspace}&limit=1`,
    `/projects/${checkout}`,
    `/projects/${checkout}/sections?limit=10`,
    `/portfolios?workspace=${workspace}&owner=me&limit=10`,
    "/portfolios/1400000000000001",
    "/portfolios/1400000000000001/items?limit=10",
    `/tasks?project=${checkout}&limit=2`,
    `/tasks?project=${checkout}&limit=100&opt_fields=name,completed,memberships.project.name,memberships.section.name,dependencies,custom_fields.name,custom_fields.display_value,num_subtasks,parent,assignee,permalink_url`,
    "/tasks/1800000000000001",
    "/tasks/1800000000000001/subtasks?limit=10",
    "/tasks/1800000000000001/dependencies?limit=10",
    "/tasks/1800000000000002/dependents?limit=10",
    `/goals?workspace=${workspace}&limit=2`,
    `/goals?workspace=${workspace}&limit=100&opt_fields=name,owner,team.name,time_period.start_on,metric,status`,
    "/goals/1910000000000003",
    "/goals/1910000000000003/parentGoals",
    "/goal_relationships?supported_goal=1910000000000003&limit=10",
    "/goal_relationships?supported_goal=1910000000000003&limit=10&opt_fields=supporting_resource.name,contribution_weight",
    `/time_periods?workspace=${workspace}&limit=10`,
    "/time_periods/1900000000000002",
    `/status_updates?parent=${checkout}&limit=10`,
    `/events?resource=${checkout}`,
    `/webhooks?workspace=${workspace}&limit=10`,
    "/tasks/404",
    `/workspaces/${workspace}/tasks/search?text=checkout&limit=5&opt_fields=name`,
    `/workspaces/${workspace}/custom_fields?limit=10`,
    "/custom_fields/1700000000000002",
    `/projects/${checkout}/custom_field_settings?limit=10`,
    "/portfolios/1400000000000001/custom_field_settings?limit=10",
    "/goals/1910000000000003/custom_field_settings?limit=10",
    `/projects/${checkout}/task_counts?opt_fields=num_tasks,num_incomplete_tasks`,
    `/users/me/teams?organization=${workspace}&limit=10`,
    "/users/me/workspace_memberships?limit=10",
    "/teams/1300000000000001/users?limit=10",
    "/teams/1300000000000001/projects?limit=10",
    `/workspaces/${workspace}/projects?limit=10&archived=false`,
    "/sections/1600000000000001",
    "/sections/1600000000000001/tasks?limit=10",
    "/tasks/1800000000000001/projects?limit=10",
    "/tasks/1800000000000001/stories?limit=10",
    `/workspaces/${workspace}/events`,
    "/status_updates?parent=1910000000000003",
  ];
  test.each(reads)("GET %s answers what it describes", async (path) => {
    const { get } = await simulator();
    const { status, body } = await get(path);
    const [bare = path] = path.split("?");
    expect(status).toBeLessThan(500);
    const problems = validator().validateResponse("GET", `/api/1.0${bare}`, status, body);
    expect(withoutProsaicNulls(problems, body)).toEqual([]);
  });

  test("answers to writes are what it describes", async () => {
    const { call } = await simulator();
    const hook = await receiver();
    const writes: [string, string, unknown][] = [
      ["POST", "/tasks", { name: "New", projects: [checkout], assignee: "1200000000000002" }],
      ["PUT", "/tasks/1800000000000001", { completed: true }],
      ["POST", "/tasks/1800000000000001/subtasks", { name: "Below" }],
      ["POST", "/tasks/1800000000000008/addDependencies", { dependencies: ["1800000000000001"] }],
      [
        "POST",
        "/tasks/1800000000000008/removeDependencies",
        { dependencies: ["1800000000000001"] },
      ],
      ["POST", "/tasks/1800000000000008/addProject", { project: "1500000000000002" }],
      ["POST", "/tasks/1800000000000008/removeProject", { project: "1500000000000002" }],
      ["POST", "/tasks/1800000000000008/setParent", { parent: "1800000000000007" }],
      ["PUT", `/projects/${checkout}`, { name: "Checkout" }],
      ["POST", "/goals", { name: "New goal", workspace }],
      ["PUT", "/goals/1910000000000003", { status: "red" }],
      [
        "POST",
        "/goals/1910000000000004/addSupportingRelationship",
        { supporting_resource: checkout, contribution_weight: 0.5 },
      ],
      [
        "POST",
        "/goals/1910000000000004/removeSupportingRelationship",
        { supporting_resource: checkout },
      ],
      ["POST", "/status_updates", { parent: checkout, status_type: "on_track", text: "Fine" }],
      ["POST", "/webhooks", { resource: checkout, target: hook.url }],
      ["POST", "/custom_fields", { name: "Goal line", resource_subtype: "text", workspace }],
      [
        "POST",
        "/projects/1500000000000002/addCustomFieldSetting",
        { custom_field: "1700000000000001" },
      ],
      [
        "POST",
        "/projects/1500000000000002/removeCustomFieldSetting",
        { custom_field: "1700000000000001" },
      ],
      [
        "PUT",
        "/tasks/1800000000000001",
        { custom_fields: { "1700000000000002": "1710000000000002" } },
      ],
      ["POST", "/tasks/1800000000000001/stories", { text: "Looks good" }],
      ["POST", "/goals/1910000000000004/setMetric", { unit: "none", target_number_value: 5 }],
      ["DELETE", "/tasks/1800000000000007", undefined],
    ];
    for (const [method, path, data] of writes) {
      const { status, body } = await call(method, path, data);
      expect([path, status < 300, body.errors]).toEqual([path, true, undefined]);
      const problems = validator().validateResponse(method, `/api/1.0${path}`, status, body);
      expect(withoutProsaicNulls(problems, body)).toEqual([]);
    }
  });
});

import { createHmac } from "node:crypto";

import type {
  ContractCase,
  ShortId,
  SourceStage,
} from "#shared/testing/connector-contract/contract-case.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { exampleSeed } from "./example-seed.ts";
import { startAsanaSimulator } from "./start-asana-simulator.ts";

const longAgo = "2026-09-01T08:00:00.000Z";
const manyTasks = Array.from({ length: 260 }, (_, index) => ({
  gid: String(1_850_000_000_000_000 + index),
  name: `One task of many ${index}`,
  assignee: null,
  completed: false,
  created_at: longAgo,
  modified_at: longAgo,
  memberships: [{ project: "1500000000000001", section: null }],
}));

const workItem = ({ gid }: { readonly gid: string }): ShortId => `work-item ${gid}`;

async function start(size: "small" | "several-pages"): Promise<SourceStage> {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const tasks = [...exampleSeed.tasks, ...(size === "small" ? [] : manyTasks)];
  const simulator = await startAsanaSimulator({ seed: { ...exampleSeed, tasks }, clock });
  let renamed = 0;
  const rename = (kind: string, gid: string) => () => {
    renamed += 1;
    return simulator.perform({ kind, gid, name: `Renamed in the contract ${renamed}` });
  };
  return {
    url: simulator.url,
    clock,
    faults: simulator.faults,
    settings: (root) => ({
      baseUrl: `${root}/api/1.0`,
      token: exampleSeed.token,
      workspaces: exampleSeed.workspaces.map(({ gid }) => gid),
    }),
    collections: {
      users: {
        facts: exampleSeed.users.map(({ gid }): ShortId => `account ${gid}`),
        unknown: "account 1200000000009999",
        isIncremental: false,
        change: {
          of: "account 1200000000000003",
          perform: rename("updateUser", "1200000000000003"),
        },
      },
      projects: {
        facts: [...exampleSeed.projects, ...(exampleSeed.portfolios ?? [])].map(workItem),
        unknown: "work-item 1500000000009999",
        isIncremental: false,
        change: {
          of: "work-item 1500000000000002",
          perform: rename("updateProject", "1500000000000002"),
        },
        remove: {
          of: "work-item 1500000000000003",
          perform: () => simulator.perform({ kind: "deleteProject", gid: "1500000000000003" }),
        },
        hide: {
          of: "work-item 1500000000000002",
          perform: () =>
            simulator.perform({ kind: "setHidden", gid: "1500000000000002", hidden: true }),
        },
      },
      tasks: {
        facts: tasks.map(workItem),
        unknown: "work-item 1800000000009999",
        isIncremental: true,
        change: {
          of: "work-item 1800000000000008",
          perform: rename("updateTask", "1800000000000008"),
        },
        remove: {
          of: "work-item 1800000000000008",
          perform: () => simulator.perform({ kind: "deleteTask", gid: "1800000000000008" }),
        },
        hide: {
          of: "work-item 1800000000000002",
          perform: () =>
            simulator.perform({ kind: "setHidden", gid: "1800000000000002", hidden: true }),
        },
      },
      goals: {
        facts: (exampleSeed.goals ?? []).map(({ gid }): ShortId => `goal ${gid}`),
        unknown: "goal 1910000000009999",
        isIncremental: false,
        change: { of: "goal 1910000000000003", perform: rename("updateGoal", "1910000000000003") },
        remove: {
          of: "goal 1910000000000004",
          perform: () => simulator.perform({ kind: "deleteGoal", gid: "1910000000000004" }),
        },
        hide: {
          of: "goal 1910000000000003",
          perform: () =>
            simulator.perform({ kind: "setHidden", gid: "1910000000000003", hidden: true }),
        },
      },
    },
    settle: simulator.settle,
    close: simulator.close,
  };
}

export const contractCase: ContractCase = {
  source: {
    start,
    paged: ["tasks"],
    refused: [
      {
        what: "a wrong token",
        settings: { token: "2/a-wrong-token" },
        codes: ["connector.unauthorized"],
      },
      {
        what: "a host where nobody listens",
        settings: { baseUrl: "http://127.0.0.1:1/api/1.0" },
        codes: ["connector.unreachable"],
      },
      {
        what: "a workspace that the token does not see",
        settings: { workspaces: ["1100000000000009"] },
        codes: ["connector.misconfigured"],
      },
    ],
    apiPath: "/api/1.0/",
    meanings: { 402: ["connector.plan-limited"] },
    drifts: [
      {
        collection: "tasks",
        request: "/api/1.0/tasks",
        at: ["data", 2, "memberships"],
        says: "memberships",
      },
      {
        collection: "projects",
        request: "/api/1.0/projects",
        at: ["data", 0, "name"],
        says: "name",
      },
      { collection: "goals", request: "/api/1.0/goals", at: ["data"], says: "data" },
      { collection: "users", request: "/api/1.0/users", at: ["data", 1, "gid"], says: "gid" },
    ],
    openEnums: [
      {
        collection: "tasks",
        request: "/api/1.0/tasks",
        at: ["data", 0, "resource_subtype"],
        value: "moonshot",
      },
      {
        collection: "goals",
        request: "/api/1.0/goals",
        at: ["data", 0, "status"],
        value: "octarine",
      },
    ],
    overlapMinutes: 15,
    document: {
      file: ["openapi", "asana_oas.yaml"],
      pathOf: (path) => path.replace(/^\/api\/1\.0/u, ""),
      outside: [],
      knownErrors: [
        {
          in: "response",
          method: "GET",
          path: "/goals",
          says: "body.data.#.owner: Response body property data.#.owner must be object",
          why: "A goal may be without an owner, which is null, as its field `owner` in a request may be",
        },
        ...["last_failure_at", "last_success_at"].map((field) => ({
          in: "response" as const,
          method: "POST",
          path: "/webhooks",
          says: `body.data.${field}: Response body property data.${field} must be string`,
          why: "Null until there was one: developers.asana.com/docs/webhooks-guide shows so of a new webhook (2026-11)",
        })),
      ],
    },
    webhook: {
      collection: "tasks",
      sign: (body, secret) => ({
        "x-hook-signature": createHmac("sha256", secret).update(body).digest("hex"),
      }),
    },
  },
};

import { createHmac } from "node:crypto";

import type {
  CollectionCase,
  ContractCase,
  Deed,
  ShortId,
  SourceStage,
} from "#shared/testing/connector-contract/contract-case.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { exampleSeed } from "./example-seed.ts";
import type { AsanaSeed } from "./seed.ts";
import { type AsanaSimulator, startAsanaSimulator } from "./start-asana-simulator.ts";

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

const sightField = { gid: "1700000000000099", name: "Line of sight", type: "text" } as const;
const seed: AsanaSeed = {
  ...exampleSeed,
  custom_fields: [...exampleSeed.custom_fields, sightField],
  portfolios: (exampleSeed.portfolios ?? []).map((portfolio) => ({
    ...portfolio,
    custom_field_settings: [sightField.gid],
  })),
  projects: exampleSeed.projects.map((project) => ({
    ...project,
    custom_field_settings: [sightField.gid],
  })),
};

const workItem = ({ gid }: { readonly gid: string }): ShortId => `work-item ${gid}`;

async function start(size: "small" | "several-pages"): Promise<SourceStage> {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const tasks = [...exampleSeed.tasks, ...(size === "small" ? [] : manyTasks)];
  const simulator = await startAsanaSimulator({ seed: { ...seed, tasks }, clock });
  return {
    url: simulator.url,
    clock,
    faults: simulator.faults,
    settings: (root) => ({
      baseUrl: `${root}/api/1.0`,
      token: exampleSeed.token,
      workspaces: exampleSeed.workspaces.map(({ gid }) => gid),
      keptFields: ["Priority", "1700000000000003=Effort"],
    }),
    collections: {
      users: usersOf(simulator),
      projects: projectsOf(simulator),
      tasks: tasksOf(simulator, tasks.map(workItem)),
      goals: goalsOf(simulator),
    },
    settle: () => simulator.settle(),
    close: () => simulator.close(),
  };
}

type Deeds = Pick<AsanaSimulator, "perform">;

let renamed = 0;

/** A name that it did not have before. */
function rename(kind: string, of: ShortId, simulator: Deeds): Deed {
  const perform = () => {
    renamed += 1;
    return simulator.perform({ kind, gid: gidOf(of), name: `Renamed in the contract ${renamed}` });
  };
  return { of, perform };
}

function remove(kind: string, of: ShortId, simulator: Deeds): Deed {
  return { of, perform: () => simulator.perform({ kind, gid: gidOf(of) }) };
}

function hide(of: ShortId, simulator: Deeds): Deed {
  const operation = { kind: "setHidden", gid: gidOf(of), hidden: true };
  return { of, perform: () => simulator.perform(operation) };
}

function gidOf(of: ShortId): string {
  return of.slice(of.indexOf(" ") + 1);
}

function usersOf(simulator: Deeds): CollectionCase {
  return {
    facts: exampleSeed.users.map(({ gid }): ShortId => `account ${gid}`),
    unknown: "account 1200000000009999",
    isIncremental: false,
    change: rename("updateUser", "account 1200000000000003", simulator),
  };
}

function projectsOf(simulator: Deeds): CollectionCase {
  return {
    facts: [...exampleSeed.projects, ...(exampleSeed.portfolios ?? [])].map(workItem),
    unknown: "work-item 1500000000009999",
    isIncremental: false,
    change: rename("updateProject", "work-item 1500000000000002", simulator),
    remove: remove("deleteProject", "work-item 1500000000000003", simulator),
    hide: hide("work-item 1500000000000002", simulator),
  };
}

function tasksOf(simulator: Deeds, facts: readonly ShortId[]): CollectionCase {
  return {
    facts,
    unknown: "work-item 1800000000009999",
    isIncremental: true,
    change: rename("updateTask", "work-item 1800000000000008", simulator),
    remove: remove("deleteTask", "work-item 1800000000000008", simulator),
    hide: hide("work-item 1800000000000002", simulator),
  };
}

function goalsOf(simulator: Deeds): CollectionCase {
  return {
    facts: (exampleSeed.goals ?? []).map(({ gid }): ShortId => `goal ${gid}`),
    unknown: "goal 1910000000009999",
    isIncremental: false,
    change: rename("updateGoal", "goal 1910000000000003", simulator),
    remove: remove("deleteGoal", "goal 1910000000000004", simulator),
    hide: hide("goal 1910000000000003", simulator),
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
      {
        collection: "users",
        request: "/api/1.0/workspaces/",
        at: ["data", 0, "is_active"],
        says: "is_active",
      },
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
      operationsMin: 25,
      knownErrors: [
        {
          in: "response",
          method: "GET",
          path: "/goals",
          says: "body.data.#.owner: Response body property data.#.owner must be object",
          why: "A goal may be without an owner, which is null, as its field `owner` in a request may be",
        },
        {
          in: "request",
          method: "PUT",
          path: "/tasks/{task_gid}",
          says: "body.data.custom_fields.#: Request body property data.custom_fields.# must be string",
          why: "Its own words allow more than texts here; null takes the value away (developers.asana.com/docs/custom-fields-guide, 2026-11)",
        },
        ...(
          [
            ["POST", "data.last_failure_at"],
            ["POST", "data.last_success_at"],
            ["GET", "data.#.last_failure_at"],
          ] as const
        ).map(([method, field]) => ({
          in: "response" as const,
          method,
          path: "/webhooks",
          says: `body.${field}: Response body property ${field} must be string`,
          why: "Null until there was one: developers.asana.com/docs/webhooks-guide shows so of a new webhook (2026-11)",
        })),
      ],
    },
    writeBack: ["tasks", "projects"].map((collection) => ({
      what: `into a text field of ${collection}`,
      settings: { writeBackField: sightField.name },
      collection,
    })),
    webhooks: [
      {
        isBodySigned: true,
        collection: "tasks",
        sign: (body, secret) => ({
          "x-hook-signature": createHmac("sha256", secret).update(body).digest("hex"),
        }),
      },
    ],
  },
};

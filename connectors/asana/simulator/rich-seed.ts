import { exampleSeed } from "./example-seed.ts";
import type { AsanaSeed, SeedTask } from "./seed.ts";

const at = "2026-09-15T08:00:00.000Z";
const recent = "2026-11-05T10:00:00.000Z";
const dana = "1200000000000002";
const checkout = "1500000000000001";
const reliability = "1500000000000002";

const task = (gid: string, name: string, more: Partial<SeedTask> = {}): SeedTask => ({
  gid,
  name,
  assignee: null,
  completed: false,
  created_at: at,
  modified_at: recent,
  memberships: [],
  ...more,
});

/** Gids of what `richSeed` adds, for tests that look for them. */
export const rich = {
  serviceToken: "2/service/rich-0001",
  danaToken: "2/1200000000000002/rich-0002",
  freeWorkspace: "1100000000000009",
  freeProject: "1500000000000091",
  privateProject: "1500000000000092",
  /** In three projects. */
  multiHomed: "1890000000000001",
  /** Top to bottom: a task and five levels of sub-tasks, the lowest supporting nothing itself. */
  levels: [0, 1, 2, 3, 4, 5].map((level) => String(1_890_000_000_000_010 + level)),
  /** Assigned, in no project and below nothing. */
  homeless: "1890000000000020",
  milestone: "1890000000000021",
  approval: "1890000000000022",
  innerPortfolio: "1400000000000009",
  fields: {
    multiEnum: "1700000000000091",
    people: "1700000000000092",
    date: "1700000000000093",
  },
  year: "1900000000000091",
  half: "1900000000000092",
  quarter: "1900000000000093",
  /** Supported by the task above five levels (weight 0.25) and by the inner portfolio. */
  goal: "1910000000000091",
} as const;

const [top = ""] = rich.levels;

const tasks: readonly SeedTask[] = [
  task(rich.multiHomed, "Homed in three", {
    memberships: [checkout, reliability, rich.privateProject].map((project) => ({
      project,
      section: null,
    })),
    custom_fields: {
      [rich.fields.multiEnum]: ["1719000000000001", "1719000000000002"],
      [rich.fields.people]: [dana],
      [rich.fields.date]: "2026-12-01",
    },
  }),
  task(top, "Top of five levels", { memberships: [{ project: checkout, section: null }] }),
  ...rich.levels
    .slice(1)
    .map((gid, index) => task(gid, `Level ${index + 1}`, { parent: rich.levels[index] ?? "" })),
  task(rich.homeless, "In no project", { assignee: dana }),
  task(rich.milestone, "Launch", {
    resource_subtype: "milestone",
    memberships: [{ project: checkout, section: null }],
    due_on: "2026-12-15",
  }),
  task(rich.approval, "Approve the launch", {
    resource_subtype: "approval",
    approval_status: "changes_requested",
    memberships: [{ project: checkout, section: null }],
  }),
  task("1890000000000030", "On a free plan", {
    workspace: rich.freeWorkspace,
    memberships: [{ project: rich.freeProject, section: null }],
  }),
];

/** The example workspace with everything in it that is hard to read. For tests. */
export const richSeed: AsanaSeed = {
  ...exampleSeed,
  tokens: [
    {
      token: rich.serviceToken,
      kind: "service-account",
      user: exampleSeed.me,
      workspace: "1100000000000001",
    },
    { token: rich.danaToken, kind: "pat", user: dana },
  ],
  workspaces: [
    ...exampleSeed.workspaces,
    {
      gid: rich.freeWorkspace,
      name: "Free side project",
      features: { goals: false, portfolios: false, search: false, custom_fields: false },
    },
  ],
  portfolios: [
    ...exampleSeed.portfolios,
    {
      gid: rich.innerPortfolio,
      name: "Web launches",
      owner: exampleSeed.me,
      created_at: at,
      portfolios: ["1400000000000001"],
    },
  ],
  projects: [
    ...exampleSeed.projects.map((project) =>
      project.gid === reliability ? { ...project, portfolios: [rich.innerPortfolio] } : project,
    ),
    {
      gid: rich.freeProject,
      name: "Side project",
      team: null,
      owner: dana,
      created_at: at,
      modified_at: recent,
      workspace: rich.freeWorkspace,
    },
    {
      gid: rich.privateProject,
      name: "Private plans",
      team: null,
      owner: exampleSeed.me,
      members: [],
      created_at: at,
      modified_at: recent,
    },
  ],
  custom_fields: [
    ...exampleSeed.custom_fields,
    {
      gid: rich.fields.multiEnum,
      name: "Markets",
      type: "multi_enum",
      enum_options: [
        { gid: "1719000000000001", name: "DACH" },
        { gid: "1719000000000002", name: "Nordics" },
      ],
    },
    { gid: rich.fields.people, name: "Reviewers", type: "people" },
    { gid: rich.fields.date, name: "Code freeze", type: "date" },
  ],
  tasks: [...exampleSeed.tasks, ...tasks],
  time_periods: [
    ...exampleSeed.time_periods,
    {
      gid: rich.year,
      period: "FY",
      display_name: "FY27",
      start_on: "2027-01-01",
      end_on: "2027-12-31",
    },
    {
      gid: rich.half,
      period: "H1",
      display_name: "H1 FY27",
      start_on: "2027-01-01",
      end_on: "2027-06-30",
      parent: rich.year,
    },
    {
      gid: rich.quarter,
      period: "Q2",
      display_name: "Q2 FY27",
      start_on: "2027-04-01",
      end_on: "2027-06-30",
      parent: rich.half,
    },
  ],
  goals: [
    ...exampleSeed.goals,
    {
      gid: rich.goal,
      name: "Everybody buys on the web",
      owner: dana,
      team: null,
      is_workspace_level: true,
      time_period: rich.quarter,
      status: "yellow",
      metric: {
        unit: "percentage",
        precision: 2,
        initial_number_value: 0.1,
        current_number_value: 0.4,
        target_number_value: 0.9,
        progress_source: "manual",
      },
    },
  ],
  goal_relationships: [
    ...exampleSeed.goal_relationships,
    {
      gid: "1920000000000091",
      supported_goal: rich.goal,
      supporting_resource: top,
      contribution_weight: 0.25,
    },
    {
      gid: "1920000000000092",
      supported_goal: rich.goal,
      supporting_resource: rich.innerPortfolio,
      contribution_weight: 0,
    },
  ],
  status_updates: [
    ...exampleSeed.status_updates,
    {
      gid: "1930000000000091",
      parent: rich.goal,
      status_type: "at_risk",
      title: "Behind",
      text: "The checkout is late.",
      author: dana,
      created_at: recent,
    },
  ],
};

import type { AsanaSeed, SeedTask } from "./seed.ts";

const long = "2026-09-01T08:00:00.000Z";
const recent = "2026-11-02T09:30:00.000Z";

const task = (gid: string, name: string, more: Partial<SeedTask> = {}): SeedTask => ({
  gid,
  name,
  assignee: null,
  completed: false,
  created_at: long,
  modified_at: recent,
  memberships: [],
  ...more,
});
const home = (project: string, section: string | null = null) => [{ project, section }];

/** A small workspace with one of everything that the connector must read. For tests. */
export const exampleSeed: AsanaSeed = {
  token: "2/1200000000000001/0123456789abcdef",
  me: "1200000000000001",
  workspaces: [{ gid: "1100000000000001", name: "Acme" }],
  users: [
    { gid: "1200000000000001", name: "Hub Service", email: "hub@acme.example" },
    { gid: "1200000000000002", name: "Dana Ruiz", email: "Dana.Ruiz@acme.example" },
    { gid: "1200000000000003", name: "Ivo Hidden" },
    { gid: "1200000000000004", name: "Lee Gone", email: "lee@acme.example", is_active: false },
    { gid: "1200000000000005", name: "Pat Guest", email: "pat@agency.example", is_guest: true },
  ],
  teams: [
    { gid: "1300000000000001", name: "Growth" },
    { gid: "1300000000000002", name: "Web Platform" },
  ],
  portfolios: [
    {
      gid: "1400000000000001",
      name: "Launches 2026",
      owner: "1200000000000001",
      created_at: long,
      due_on: "2026-12-31",
    },
  ],
  projects: [
    {
      gid: "1500000000000001",
      name: "Checkout relaunch",
      team: "1300000000000001",
      owner: "1200000000000002",
      portfolios: ["1400000000000001"],
      created_at: long,
      modified_at: recent,
      start_on: "2026-09-01",
      due_on: "2026-12-15",
    },
    {
      gid: "1500000000000002",
      name: "Site reliability",
      team: "1300000000000002",
      owner: null,
      created_at: long,
      modified_at: recent,
    },
    {
      gid: "1500000000000003",
      name: "Summer campaign",
      team: "1300000000000001",
      owner: "1200000000000004",
      created_at: long,
      modified_at: recent,
      archived: true,
    },
  ],
  sections: [
    { gid: "1600000000000001", name: "To do", project: "1500000000000001" },
    { gid: "1600000000000002", name: "In progress", project: "1500000000000001" },
  ],
  custom_fields: [
    { gid: "1700000000000001", name: "Team", type: "text" },
    {
      gid: "1700000000000002",
      name: "Priority",
      type: "enum",
      enum_options: [
        { gid: "1710000000000001", name: "High" },
        { gid: "1710000000000002", name: "Low" },
      ],
    },
    { gid: "1700000000000003", name: "Effort", type: "number" },
    { gid: "1700000000000004", name: "Blocked by", type: "text" },
    { gid: "1700000000000005", name: "Goal", type: "text" },
  ],
  tasks: [
    task("1800000000000001", "Write the new checkout page", {
      assignee: "1200000000000002",
      memberships: home("1500000000000001", "1600000000000002"),
      start_on: "2026-11-01",
      due_on: "2026-11-20",
      custom_fields: { "1700000000000002": "1710000000000001", "1700000000000003": 5 },
      dependencies: ["1800000000000002"],
    }),
    // Lives in two projects.
    task("1800000000000002", "Move sessions to the new store", {
      assignee: "1200000000000003",
      memberships: [...home("1500000000000002"), ...home("1500000000000001", "1600000000000001")],
      due_on: "2026-11-25",
    }),
    // Subtasks four deep, in no project.
    task("1800000000000003", "Measure the drop-off", { parent: "1800000000000001" }),
    task("1800000000000004", "Choose the events", { parent: "1800000000000003" }),
    task("1800000000000005", "Ask the analysts", { parent: "1800000000000004" }),
    task("1800000000000006", "Book a room", {
      parent: "1800000000000005",
      assignee: "1200000000000004",
    }),
    // In nobody's project, known only through its assignee.
    task("1800000000000007", "Prepare the board slides", { assignee: "1200000000000002" }),
    task("1800000000000008", "Release", {
      resource_subtype: "milestone",
      memberships: home("1500000000000001"),
      due_on: "2026-12-15",
    }),
    task("1800000000000009", "Draft the old banner", {
      memberships: home("1500000000000003"),
      completed: true,
      completed_at: "2026-09-20T10:00:00.000Z",
    }),
  ],
  time_periods: [
    {
      gid: "1900000000000001",
      period: "FY",
      display_name: "FY26",
      start_on: "2026-01-01",
      end_on: "2026-12-31",
    },
    {
      gid: "1900000000000002",
      period: "Q4",
      display_name: "Q4 FY26",
      start_on: "2026-10-01",
      end_on: "2026-12-31",
      parent: "1900000000000001",
    },
  ],
  goals: [
    {
      gid: "1910000000000001",
      name: "Customers stay",
      owner: "1200000000000001",
      team: null,
      is_workspace_level: true,
      time_period: "1900000000000001",
      status: null,
      metric: null,
    },
    {
      gid: "1910000000000002",
      name: "A checkout people finish",
      owner: "1200000000000002",
      team: "1300000000000001",
      is_workspace_level: false,
      time_period: "1900000000000002",
      status: "yellow",
      metric: {
        unit: "percentage",
        precision: 0,
        initial_number_value: 0,
        current_number_value: 0.5,
        target_number_value: 1,
        progress_source: "subgoal_progress",
      },
    },
    {
      gid: "1910000000000003",
      name: "Drop-off from 40 to 20 per cent",
      owner: "1200000000000002",
      team: "1300000000000001",
      is_workspace_level: false,
      time_period: "1900000000000002",
      due_on: "2026-12-20",
      status: "green",
      metric: {
        unit: "percentage",
        precision: 0,
        initial_number_value: 0.4,
        current_number_value: 0.35,
        target_number_value: 0.2,
        progress_source: "manual",
      },
    },
    {
      gid: "1910000000000004",
      name: "Nobody works on this",
      owner: null,
      team: "1300000000000002",
      is_workspace_level: false,
      time_period: null,
      status: "dropped",
      metric: null,
    },
  ],
  goal_relationships: [
    {
      gid: "1920000000000001",
      supported_goal: "1910000000000001",
      supporting_resource: "1910000000000002",
      contribution_weight: 1,
    },
    {
      gid: "1920000000000002",
      supported_goal: "1910000000000002",
      supporting_resource: "1910000000000003",
      contribution_weight: 0.5,
    },
    {
      gid: "1920000000000003",
      supported_goal: "1910000000000003",
      supporting_resource: "1500000000000001",
      contribution_weight: 0.4,
    },
    {
      gid: "1920000000000004",
      supported_goal: "1910000000000003",
      supporting_resource: "1800000000000007",
      contribution_weight: 0,
    },
    {
      gid: "1920000000000005",
      supported_goal: "1910000000000001",
      supporting_resource: "1400000000000001",
      contribution_weight: 0,
    },
  ],
  status_updates: [
    {
      gid: "1930000000000001",
      parent: "1500000000000001",
      status_type: "at_risk",
      title: "Week 44",
      text: "Behind by a week",
      author: "1200000000000002",
      created_at: recent,
    },
  ],
};

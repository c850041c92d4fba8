import { instantOf } from "#shared/model/time.ts";

import type { JiraSeedInput } from "./seed.ts";

const created = instantOf(Date.UTC(2026, 9, 1, 8));
const updated = instantOf(Date.UTC(2026, 10, 2, 9, 30, 15, 250));

const epic = { id: "10010", name: "Epic", hierarchyLevel: 1 };
const story = { id: "10011", name: "Story", hierarchyLevel: 0 };
const bug = { id: "10012", name: "Fehler", hierarchyLevel: 0 };
const subtask = { id: "10013", name: "Sub-task", hierarchyLevel: -1 };

/** A handful of issues with one of everything: what tests of the simulator and the connector start from. */
export const smallSite = {
  siteName: "acme",
  users: [
    {
      accountId: "svc-1",
      displayName: "Hub Service",
      accountType: "app",
      timeZone: "Asia/Kathmandu",
    },
    { accountId: "acc-dana", displayName: "Dana Ortiz", emailAddress: "Dana@acme.example" },
    { accountId: "acc-kim", displayName: "Kim Berg" },
    { accountId: "acc-left", displayName: "Lee Gone", active: false },
  ],
  credentials: [
    { email: "hub@acme.example", apiToken: "token-of-the-hub", accountId: "svc-1" },
    {
      email: "narrow@acme.example",
      apiToken: "token-of-the-narrow",
      accountId: "acc-kim",
      isAdmin: false,
      projectKeys: ["PAY"],
    },
  ],
  projects: [
    {
      id: "20001",
      key: "STRAT",
      name: "Strategy",
      issueTypes: [
        { id: "10001", name: "Objective", hierarchyLevel: 3 },
        { id: "10002", name: "Initiative", hierarchyLevel: 2 },
      ],
    },
    { id: "20002", key: "PAY", name: "Payments", issueTypes: [epic, story, bug, subtask] },
    {
      id: "20003",
      key: "MOB",
      name: "Mobile",
      style: "next-gen",
      issueTypes: [
        { id: "10020", name: "Epic", hierarchyLevel: 1 },
        { id: "10021", name: "Task", hierarchyLevel: 0 },
        { id: "10022", name: "Subtask", hierarchyLevel: -1 },
      ],
    },
    {
      id: "20004",
      key: "OPS",
      name: "Operations",
      style: "next-gen",
      fieldIds: [],
      issueTypes: [{ id: "10030", name: "Epic", hierarchyLevel: 1 }],
    },
  ],
  statuses: [
    { id: "1", name: "To Do", category: "new" },
    { id: "3", name: "進行中", category: "indeterminate" },
    { id: "5", name: "Erledigt", category: "done" },
    { id: "6", name: "Won't do", category: "done" },
  ],
  fields: [
    { id: "customfield_10050", name: "Goal link", type: "url" },
    { id: "customfield_10051", name: "Blocked by link", type: "url" },
    { id: "customfield_10001", name: "Team", type: "team" },
    { id: "customfield_10060", name: "Product area", type: "select" },
    { id: "customfield_10061", name: "Markets", type: "multiselect" },
    { id: "customfield_10062", name: "Approver", type: "user" },
  ],
  issues: [
    issue([100, "STRAT-1", "10001", "Lead in instant payments"]),
    issue([101, "STRAT-2", "10002", "Launch instant payouts"], { parentKey: "STRAT-1" }),
    issue([102, "PAY-1", "10010", "Payout engine"], {
      parentKey: "STRAT-2",
      assigneeId: "acc-dana",
    }),
    issue([103, "PAY-2", "10011", "Call the scheme"], {
      parentKey: "PAY-1",
      statusId: "3",
      assigneeId: "acc-kim",
      duedate: "2026-12-01",
      labels: ["payout"],
      components: ["Scheme adapter"],
      custom: {
        customfield_10001: { id: "team-7", name: "Rails" },
        customfield_10060: { id: "10700", value: "Payouts" },
        customfield_10061: [
          { id: "10710", value: "DACH" },
          { id: "10711", value: "Nordics" },
        ],
        customfield_10062: { accountId: "acc-dana", displayName: "Dana Ortiz", active: true },
      },
    }),
    issue([104, "PAY-3", "10013", "Read the scheme's rules"], {
      parentKey: "PAY-2",
      statusId: "5",
    }),
    issue([105, "PAY-4", "10010", "Unlinked epic"], { assigneeId: "acc-left" }),
    issue([106, "PAY-5", "10012", "Payout fails on Sundays"], { parentKey: "PAY-4" }),
    issue([107, "MOB-1", "10020", "Payout in the app"], {
      custom: { customfield_10050: "https://app.asana.com/0/goal/123" },
    }),
    issue([109, "OPS-1", "10030", "Keep the lights on"]),
    issue([108, "MOB-2", "10021", "Payout screen"], {
      parentKey: "MOB-1",
      custom: { customfield_10051: "https://app.asana.com/1/9/task/456" },
    }),
  ],
  links: [{ id: "900", typeId: "10000", sourceKey: "PAY-2", destinationKey: "MOB-2" }],
} as const satisfies JiraSeedInput;

type SeedIssue = NonNullable<JiraSeedInput["issues"]>[number];

function issue(
  [number, key, typeId, summary]: readonly [number, string, string, string],
  more: Partial<SeedIssue> = {},
): SeedIssue {
  const id = String(10_000 + number);
  return { id, key, typeId, summary, statusId: "1", created, updated, ...more };
}

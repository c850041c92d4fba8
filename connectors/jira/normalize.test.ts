import { describe, expect, test } from "vitest";

import type { Change } from "#shared/model/change.ts";
import { ConnectionId, factId } from "#shared/model/ids.ts";
import { Instant } from "#shared/model/time.ts";

import broken from "./fixtures/broken-issue.json" with { type: "json" };
import page from "./fixtures/search-page.json" with { type: "json" };
import { goalKindReader } from "./goal-types.ts";
import type { NormalizeContext } from "./normalize-context.ts";
import { normalizeIssue } from "./normalize.ts";

const connectionId = ConnectionId.parse("conn_0123456789");
const readAt = Instant.parse("2026-11-21T10:00:00.000Z");
const asanaGoal = factId("goal", "asana", connectionId, "123");
const asanaTask = factId("work-item", "asana", connectionId, "456");
const [story, epic, initiative, teamManaged] = page.payload.issues;

const context: NormalizeContext = {
  connectionId,
  siteUrl: "https://acme.atlassian.net",
  fields: {
    goalLinks: ["customfield_10050"],
    blockedBy: ["customfield_10051"],
    team: "customfield_10001",
    kept: [],
    refused: [],
    missing: [],
  },
  goalKindOf: goalKindReader(["Initiative", "level 3=theme"]),
  blockingOf: ({ name }) =>
    name === "Blocks" ? "forward" : name === "Depends" ? "reversed" : undefined,
  teamOfProject: new Map([["STRAT", "Strategy office"]]),
  dropped: new Set(["won't do"]),
  resolveUrl: (url) =>
    url.includes("goal/123") ? asanaGoal : url.includes("task/456") ? asanaTask : undefined,
};

function upserted(raw: unknown, with_: Partial<NormalizeContext> = {}) {
  const normalized = normalizeIssue({ ...context, ...with_ }, raw, readAt);
  if ("rejected" in normalized) throw new Error(normalized.rejected.reason);
  return normalized.change;
}

const workItem = (id: string) => factId("work-item", "jira", connectionId, id);
const goal = (id: string) => factId("goal", "jira", connectionId, id);
const edges = (change: Change) => (change.kind === "upserted" ? change.edges : []);
const withFields = (issue: object, fields: object) => ({
  ...issue,
  fields: { ...(issue as { fields: object }).fields, ...fields },
});

describe("an issue as work", () => {
  test("keeps Jira's own words beside ours, and its version in UTC", () => {
    expect(upserted(story).record).toEqual({
      type: "work-item",
      id: workItem("10103"),
      connectionId,
      sourceVersion: Date.UTC(2026, 10, 2, 9, 30, 15, 250),
      readAt,
      kind: "story",
      originalKind: "Story",
      key: "PAY-2",
      title: "Call the scheme",
      url: "https://acme.atlassian.net/browse/PAY-2",
      status: "in-progress",
      originalStatus: "進行中",
      parentId: workItem("10102"),
      container: "PAY",
      assigneeId: factId("account", "jira", connectionId, "5b10ac8d82e05b22cc7d4ef5"),
      teamName: "Rails",
      labels: ["payout"],
      dueOn: "2026-12-01",
      createdAt: "2026-10-01T08:00:00.000Z",
      canHoldGoal: true,
    });
  });

  test("waits for what its inward Blocks links name; outward and other links are not its own", () => {
    expect(edges(upserted(story))).toEqual([
      {
        type: "dependency",
        blockedId: workItem("10103"),
        blockingId: workItem("10106"),
        source: "native",
      },
    ]);
  });

  test("a reversed link type reads the other way", () => {
    const type = { id: "10009", name: "Depends" };
    const raw = withFields(story ?? {}, {
      issuelinks: [{ id: "1", type, outwardIssue: { id: "10200", key: "PAY-8" } }],
    });
    expect(edges(upserted(raw))).toMatchObject([{ blockingId: workItem("10200") }]);
  });

  test("a parent that is a goal is a link, not a parent; so is a goal named in a field", () => {
    const change = upserted(epic);
    expect(change.record).not.toHaveProperty("parentId");
    expect(edges(change)).toEqual([
      { type: "link", fromId: workItem("10102"), toId: asanaGoal, source: "field", confidence: 1 },
      {
        type: "link",
        fromId: workItem("10102"),
        toId: goal("10101"),
        source: "native",
        confidence: 1,
      },
    ]);
  });

  test("a finished issue whose resolution says given up is dropped, whatever its status is called", () => {
    expect(upserted(epic).record).toMatchObject({ status: "dropped", originalStatus: "Erledigt" });
    const done = upserted(epic, { dropped: new Set() }).record;
    expect(done).toMatchObject({ status: "done", completedAt: "2026-11-01T09:00:00.000Z" });
  });

  test("a team-managed project cannot hold goals, unless its issues have the goal link field", () => {
    expect(upserted(teamManaged).record).toMatchObject({ canHoldGoal: false, title: "OPS-1" });
    const withField = withFields(teamManaged ?? {}, { customfield_10050: null });
    expect(upserted(withField).record).toMatchObject({ canHoldGoal: true });
  });

  test("blocking work in another tool is found by its address, and addresses that lead nowhere are counted", () => {
    const fields = { customfield_10051: "https://app.asana.com/1/9/task/456 https://x.example/1" };
    const normalized = normalizeIssue(context, withFields(teamManaged ?? {}, fields), readAt);
    expect(normalized).toMatchObject({
      unresolvedUrls: 1,
      change: { edges: [{ type: "dependency", blockingId: asanaTask, source: "field" }] },
    });
  });
});

describe("an issue as goal", () => {
  test("has goals as parents, the project's team, and asserts no dependency", () => {
    const blockers = withFields(initiative ?? {}, {
      issuelinks: [
        {
          id: "1",
          type: { id: "10000", name: "Blocks" },
          inwardIssue: { id: "10200", key: "PAY-8" },
        },
      ],
    });
    const change = upserted(blockers);
    expect(change.record).toMatchObject({
      type: "goal",
      id: goal("10101"),
      kind: "initiative",
      parentId: goal("10100"),
      teamName: "Strategy office",
      status: "in-progress",
      dueOn: "2027-03-31",
    });
    expect(change.edges).toEqual([]);
  });

  test("is told by name without case, by id or by level, with the kind that the setting gives", () => {
    const type = { id: "10002", name: "Initiative", hierarchyLevel: 2 };
    for (const entry of ["initiative=objective", "10002 = objective", "Level 2=objective"]) {
      expect([entry, goalKindReader([entry])(type)]).toEqual([entry, "objective"]);
    }
    expect(goalKindReader(["level 3"])(type)).toBeUndefined();
  });
});

describe("records that are not as documented", () => {
  test("a record without what it is nothing without is rejected alone, by place and not by value", () => {
    expect(normalizeIssue(context, broken.payload, readAt)).toEqual({
      rejected: {
        record: "issue 10999",
        reason: "fields.issuetype invalid_type",
        id: workItem("10999"),
      },
    });
    expect(normalizeIssue(context, "<html>", readAt)).toMatchObject({
      rejected: { record: "an issue without id" },
    });
    const undated = withFields(story ?? {}, { updated: "yesterday" });
    expect(normalizeIssue(context, undated, readAt)).toHaveProperty("rejected");
  });

  test("values that no issue should have cost nothing but themselves", () => {
    const odd = {
      summary: `  ${"long ".repeat(100)}\u0000 `,
      labels: Array.from({ length: 60 }, (_, index) => `label ${index} ${"x".repeat(200)}`),
      status: { name: "New", statusCategory: { key: "undefined" } },
      duedate: "soon",
      customfield_10001: { value: "Rails" },
    };
    const { record } = upserted(withFields(story ?? {}, odd));
    expect(record).toMatchObject({ status: "todo", teamName: "Rails" });
    expect(record).not.toHaveProperty("dueOn");
    expect(record.type === "work-item" && record.labels).toHaveLength(20);
  });

  test("the same record gives the same change, however often", () => {
    for (const issue of page.payload.issues) expect(upserted(issue)).toEqual(upserted(issue));
  });
});

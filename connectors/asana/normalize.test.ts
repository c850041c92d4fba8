import { describe, expect, test } from "vitest";

import { Change } from "#shared/model/change.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";
import { connectionId, factId } from "#shared/model/ids.ts";
import { readInstant } from "#shared/model/time.ts";

import relationshipsFixture from "./fixtures/goal-relationships.json" with { type: "json" };
import goalFixture from "./fixtures/goal.json" with { type: "json" };
import projectFixture from "./fixtures/project.json" with { type: "json" };
import tasksFixture from "./fixtures/task-list.json" with { type: "json" };
import { normalizeGoal } from "./normalize-goal.ts";
import { normalizeTask } from "./normalize-task.ts";
import {
  type NormalizeContext,
  normalizeProject,
  normalizeUser,
  type Normalized,
} from "./normalize.ts";
import { AsanaSettings } from "./settings.ts";

const connection = connectionId("asana00001");
const id = (gid: string): WorkItemId => factId("work-item", "asana", connection, gid);
const goal = (gid: string): GoalId => factId("goal", "asana", connection, gid);
const elsewhere = factId("work-item", "jira", connectionId("jira000001"), "10012");

function context(settings: Partial<NormalizeContext["settings"]> = {}): NormalizeContext {
  const readAt = readInstant("2026-11-21T08:00:00.000Z");
  if (!readAt) throw new Error("not a moment");
  return {
    connectionId: connection,
    settings: {
      ...AsanaSettings.parse({ token: "t", workspaces: ["1"] }),
      inProgressSections: ["In Progress"],
      ...settings,
    },
    readAt,
    resolveUrl: (url) => (url.includes("PAY-12") ? elsewhere : undefined),
    teamOfProject: new Map([["1204000000000501", "Pricing Team"]]),
    portfoliosOf: new Map([["1204000000000501", ["31", "32"]]]),
  };
}

/** The change, which must also be storable. */
function changeOf({ change, rejected }: Normalized) {
  if (!change || change.kind !== "upserted") throw new Error(rejected?.reason ?? "removed");
  expect(Change.parse(change)).toEqual(change);
  return change;
}
const tasks = tasksFixture.payload.data;

describe("tasks", () => {
  test("a multi-homed task is one item with all its homes, and what it waits for", () => {
    const { record, edges } = changeOf(normalizeTask(context(), tasks[0]));
    expect(record).toMatchObject({
      id: id("1204000000000001"),
      kind: "task",
      status: "in-progress",
      originalStatus: "in Progress",
      parentId: id("1204000000000501"),
      otherParentIds: [id("1204000000000502")],
      container: "1204000000000501",
      teamName: "Pricing Team",
      dueOn: "2026-11-20",
      sourceVersion: Date.parse("2026-11-02T09:30:15.120Z"),
    });
    expect(edges).toEqual([
      {
        type: "dependency",
        blockedId: id("1204000000000001"),
        blockingId: id("1204000000000002"),
        source: "native",
      },
    ]);
  });

  test("fields that the settings name give the team and links into other tools", () => {
    const settings = { teamField: "squad", blockedByField: "Blocked by", goalField: "Goal" };
    const { record, edges } = changeOf(normalizeTask(context(settings), tasks[0]));
    expect(record).toMatchObject({ teamName: "Growth" });
    expect(edges).toContainEqual({
      type: "dependency",
      blockedId: id("1204000000000001"),
      blockingId: elsewhere,
      source: "field",
    });
  });

  test("a subtask belongs to its task, and a nameless one still has a title", () => {
    const { record } = changeOf(normalizeTask(context(), tasks[1]));
    expect(record).toMatchObject({
      kind: "subtask",
      title: "Task 1204000000000003",
      parentId: id("1204000000000001"),
      status: "done",
      completedAt: "2026-11-01T10:00:00.000Z",
    });
    expect(record).not.toHaveProperty("container");
  });

  test("an unknown subtype passes, a missing list is drift that names its path and no value", () => {
    expect(changeOf(normalizeTask(context(), tasks[2])).record).toMatchObject({
      kind: "task",
      originalKind: "a_subtype_of_next_year",
    });
    expect(normalizeTask(context(), tasks[3])).toEqual({
      rejected: {
        record: "task 1204000000000005",
        reason: "dependencies: invalid_type",
        id: id("1204000000000005"),
      },
    });
  });

  const stated = (value: string, more: object = {}) => ({
    ...tasks[0],
    completed: false,
    custom_fields: [{ gid: "77", name: "Progress", display_value: value }],
    ...more,
  });

  test.each([
    ["Doing", "in-progress"],
    ["shipped", "done"],
    ["Won't do", "dropped"],
    ["A value of next year", "todo"],
  ])("the status field says %s before any section does", (value, status) => {
    for (const statusField of ["progress", "77"]) {
      const settings = { statusField, doneStatuses: ["Shipped"] };
      expect(changeOf(normalizeTask(context(settings), stated(value))).record).toMatchObject({
        status,
        originalStatus: value,
      });
    }
  });

  test("an empty status field leaves it to the section, and a complete task is done", () => {
    const settings = context({ statusField: "Progress" });
    expect(changeOf(normalizeTask(settings, stated(""))).record).toMatchObject({
      status: "in-progress",
      originalStatus: "in Progress",
    });
    const complete = stated("Doing", { completed: true });
    expect(changeOf(normalizeTask(settings, complete)).record).toMatchObject({ status: "done" });
  });

  test("an approval that was rejected is given up, one that was approved is done", () => {
    const approval = (approval_status: string) =>
      stated("", { resource_subtype: "approval", completed: true, approval_status });
    const statusOf = (record: object) => changeOf(normalizeTask(context(), record)).record;
    expect(statusOf(approval("rejected"))).toMatchObject({
      status: "dropped",
      kind: "task",
      originalKind: "approval",
    });
    expect(statusOf(approval("approved"))).toMatchObject({ status: "done" });
  });

  test("normalizing twice gives the same", () => {
    expect(normalizeTask(context(), tasks[0])).toEqual(normalizeTask(context(), tasks[0]));
  });
});

describe("projects, goals and users", () => {
  test("a project lies in its portfolios and names its team", () => {
    expect(changeOf(normalizeProject(context(), projectFixture.payload.data)).record).toMatchObject(
      {
        kind: "project",
        parentId: id("31"),
        otherParentIds: [id("32")],
        container: "1204000000000501",
        teamName: "Growth",
        status: "in-progress",
      },
    );
  });

  test("a goal asserts the links of the work that supports it, and its further parents", () => {
    const record = {
      goal: goalFixture.payload.data,
      relationships: relationshipsFixture.payload.data,
      parents: ["41", "42"],
    };
    const change = changeOf(normalizeGoal(context(), record));
    expect(change.record).toMatchObject({
      kind: "key-result",
      parentId: goal("41"),
      status: "in-progress",
      originalStatus: "yellow",
      startOn: "2026-10-01",
      dueOn: "2026-12-31",
      progress: 0.4,
      url: "https://app.asana.com/0/goal/1204000000000401",
    });
    const toId = goal("1204000000000401");
    const native = { type: "link", source: "native", confidence: 1 };
    expect(change.edges).toEqual([
      { ...native, fromId: toId, toId: goal("42") },
      { ...native, fromId: id("1204000000000501"), toId, weight: 0.4 },
      { ...native, fromId: id("1204000000000004"), toId },
      // A sub-goal names its parent itself; how much it contributes is said here.
      { ...native, fromId: goal("1204000000000403"), toId, weight: 1 },
    ]);
  });

  test("a relationship that cannot be read sets the goal aside instead of retracting its links", () => {
    const { goal: record } = { goal: goalFixture.payload.data };
    const normalized = normalizeGoal(context(), {
      goal: record,
      relationships: [{ supporting_resource: { gid: 7 } }],
      parents: [],
    });
    expect(normalized.rejected?.reason).toMatch(/^relationships: supporting_resource/u);
  });

  test.each([
    [{ is_workspace_level: true }, [], "theme"],
    [{}, [], "objective"],
    [{ metric: { progress_source: "subgoal_progress" } }, ["41"], "objective"],
    [{ metric: { progress_source: "external" } }, ["41"], "key-result"],
  ])("a goal like %o below %o is a %s", (fields, parents, kind) => {
    const record = { goal: { gid: "1", name: "G", ...fields }, relationships: [], parents };
    expect(changeOf(normalizeGoal(context(), record)).record).toMatchObject({ kind });
  });

  test("a hidden or odd mail address is none", () => {
    const member = { isActive: true, isGuest: true };
    const user = (email?: string) =>
      changeOf(normalizeUser(context(), { gid: "9", name: "Pat", email }, member)).record;
    expect(user("Pat@Acme.example")).toMatchObject({
      workEmail: "pat@acme.example",
      kind: "guest",
    });
    expect(user()).not.toHaveProperty("workEmail");
    expect(user("private")).not.toHaveProperty("workEmail");
  });
});

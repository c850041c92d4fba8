import { describe, expect, test } from "vitest";

import { Instant } from "#shared/model/time.ts";

import { famousEpicTitle, supportLabel, supportProjectName } from "./company.ts";
import type { Company, SampleItem } from "./company.ts";
import { createCompany } from "./create-company.ts";
import { isOpenStatus } from "./work-draft.ts";

const asOf = Instant.parse("2026-11-21T08:00:00.000Z");
const company = createCompany({ seed: 7, asOf });

function byId<T extends { readonly id: string }>(things: readonly T[]): ReadonlyMap<string, T> {
  const map = new Map(things.map((thing) => [thing.id, thing]));
  expect(map.size).toBe(things.length);
  return map;
}

/** Topmost items of their tool that serve no goal and have open work: what an alert would name. */
function unlinkedAnchors(of: Company): readonly string[] {
  const epics = of.items.filter((item) => item.tool === "jira" && item.parentId === undefined);
  const openIn = (projectId: string) =>
    of.items.some((item) => item.projectId === projectId && isOpenStatus(item.status));
  return [
    ...epics
      .filter((item) => item.goalId === undefined && !item.labels.includes(supportLabel))
      .map((item) => item.title),
    ...of.projects
      .filter(({ tool, goalIds }) => tool === "asana" && goalIds.length === 0)
      .filter(({ id, name }) => openIn(id) && name !== supportProjectName)
      .map(({ name }) => name),
  ];
}

describe("createCompany", () => {
  test("any seed makes a company", () => {
    for (let seed = 0; seed < 25; seed += 1) {
      expect(createCompany({ seed, asOf }).dependencies.length).toBeGreaterThan(100);
    }
  });

  test("the same seed and moment make the same company, another seed another one", () => {
    expect(createCompany({ seed: 7, asOf })).toEqual(company);
    expect(createCompany({ seed: 8, asOf }).people).not.toEqual(company.people);
  });

  test("it has the promised size: 150 people, 12 teams, 4 levels, about 3,000 work items", () => {
    expect(company.people).toHaveLength(150);
    expect(company.units.filter((unit) => unit.level === "team")).toHaveLength(12);
    expect(new Set(company.units.map((unit) => unit.level)).size).toBe(4);
    expect(company.items.length).toBeGreaterThan(2700);
    expect(company.items.length).toBeLessThan(3300);
    const users = (tool: string) => company.accounts.filter((a) => a.tool === tool).length;
    expect(users("jira")).toBeGreaterThan(80);
    expect(users("jira")).toBeLessThan(100);
    expect(users("asana")).toBeGreaterThan(70);
    expect(users("asana")).toBeLessThan(100);
  });

  test("every reference leads to something that exists", () => {
    const units = byId(company.units);
    const people = byId(company.people);
    const accounts = byId(company.accounts);
    const goals = byId(company.goals);
    const projects = byId(company.projects);
    const items = byId(company.items);
    for (const person of company.people) {
      expect(units.has(person.unitId)).toBe(true);
      expect(person.managerId === undefined || people.has(person.managerId)).toBe(true);
    }
    for (const goal of company.goals) {
      expect(goal.parentId === undefined || goals.has(goal.parentId)).toBe(true);
    }
    for (const item of company.items) {
      expect(projects.has(item.projectId)).toBe(true);
      expect(item.parentId === undefined || items.has(item.parentId)).toBe(true);
      expect(item.goalId === undefined || goals.has(item.goalId)).toBe(true);
      expect(item.assigneeAccountId === undefined || accounts.has(item.assigneeAccountId)).toBe(
        true,
      );
    }
    for (const edge of company.dependencies) {
      expect(items.has(edge.blockedId) && items.has(edge.blockingId)).toBe(true);
    }
  });

  test("mail addresses belong to one person each", () => {
    expect(new Set(company.people.map((person) => person.workEmail)).size).toBe(150);
  });

  test("nothing has happened after the moment it was made for", () => {
    for (const item of company.items) {
      expect(item.createdAt <= item.updatedAt && item.updatedAt <= asOf).toBe(true);
      expect(isOpenStatus(item.status)).toBe(item.completedAt === undefined);
    }
  });

  test("few anchors serve no goal, the famous epic with its forty items among them", () => {
    const anchors = unlinkedAnchors(company);
    expect(anchors).toContain(famousEpicTitle);
    expect(anchors.length).toBeGreaterThanOrEqual(8);
    expect(anchors.length).toBeLessThanOrEqual(15);
    const epic = company.items.find((item) => item.title === famousEpicTitle);
    expect(company.items.filter((item) => item.parentId === epic?.id)).toHaveLength(40);
  });

  test("ten open dependencies cross teams at three levels, two of them across tools", () => {
    const items = byId(company.items);
    const units = byId(company.units);
    const waiting = company.dependencies
      .map((edge) => [items.get(edge.blockedId), items.get(edge.blockingId)])
      .filter((pair): pair is [SampleItem, SampleItem] =>
        pair.every((item) => item !== undefined && isOpenStatus(item.status)),
      );
    const across = waiting.filter(([a, b]) => a.teamId !== b.teamId);
    expect(across).toHaveLength(10);
    expect(across.filter(([a, b]) => a.tool !== b.tool)).toHaveLength(2);
    expect(waiting.length).toBeGreaterThan(40);
    const up = (id: string | undefined): string[] =>
      id === undefined ? [] : [id, ...up(units.get(id)?.parentId)];
    const levels = across.map(([a, b]) => {
      const above = up(b.teamId);
      return units.get(up(a.teamId).find((id) => above.includes(id)) ?? "")?.level;
    });
    expect(new Set(levels)).toEqual(new Set(["department", "division", "company"]));
  });

  test("it has the usual mess", () => {
    const { accounts, items, people, goals, projects } = company;
    const hidden = accounts.filter((a) => a.tool === "jira" && a.isEmailHidden).length;
    expect(hidden).toBeGreaterThan(4);
    expect(hidden).toBeLessThan(16);
    const leaver = accounts.find((a) => a.tool === "jira" && !a.isActive);
    expect(
      items.filter((i) => i.assigneeAccountId === leaver?.id && isOpenStatus(i.status)).length,
    ).toBeGreaterThan(3);
    expect(items.some((i) => i.assigneeAccountId?.endsWith(".jira.2"))).toBe(true);
    expect(people.filter((p) => p.contract === "contractor")).toHaveLength(1);
    expect(accounts.some((a) => a.kind === "bot") && accounts.some((a) => a.kind === "guest")).toBe(
      true,
    );
    expect(items.some((item) => item.otherProjectIds.length > 0)).toBe(true);
    expect(depthMax(items)).toBe(4);
    const supported = new Set([
      ...projects.flatMap((project) => project.goalIds),
      ...goals.map((goal) => goal.parentId),
    ]);
    const idle = goals.filter((g) => g.tool === "asana" && !supported.has(g.id));
    expect(idle.map((goal) => goal.id)).toEqual(["emissions-standard", "analysts", "community"]);
  });
});

/** Most steps from a subtask up to its task. */
function depthMax(items: readonly SampleItem[]): number {
  const map = new Map(items.map((item) => [item.id, item]));
  const depth = (item: SampleItem | undefined): number =>
    item?.parentId === undefined ? 0 : 1 + depth(map.get(item.parentId));
  return Math.max(...items.filter((item) => item.tool === "asana").map(depth));
}

import { describe, expect, test } from "vitest";

import type { Sample, SampledField } from "./sample.ts";
import { AsanaSettings } from "./settings.ts";
import { exampleSeed } from "./simulator/example-seed.ts";
import { testSource } from "./simulator/test-source.ts";
import { world } from "./simulator/test-world.ts";
import { suggestionsFrom } from "./suggest.ts";

const field = (name: string, type: string, more: Partial<SampledField> = {}): SampledField => ({
  gids: [],
  name,
  type,
  options: [],
  projects: 1,
  texts: [],
  ...more,
});

const sample = (fields: readonly SampledField[], sections: readonly string[] = []): Sample => ({
  projects: 12,
  fields,
  sections: new Map(sections.map((name) => [name, 2])),
});

/** Suggested values by setting. */
function suggested(from: Sample): Record<string, unknown> {
  return Object.fromEntries(suggestionsFrom(from).map(({ field: name, value }) => [name, value]));
}

describe("suggestions", () => {
  test("a field is suggested for what its name says, if its type can hold it", () => {
    const fields = [
      field("Objective", "text"),
      field("Goal size", "number"),
      field("Blocked by (Jira)", "text"),
      field("Squad", "enum", { options: ["Core", "Edge"] }),
      field("Effort", "number"),
    ];
    expect(suggested(sample(fields))).toEqual({
      goalField: "Objective",
      blockedByField: "Blocked by (Jira)",
      teamField: "Squad",
    });
  });

  test("of several the one that holds addresses is taken, then the one on most projects", () => {
    const texts = ["https://app.asana.com/0/goal/12"];
    const goals = [
      field("Goal", "text", { projects: 9 }),
      field("OKR", "text", { projects: 2, texts }),
    ];
    expect(suggested(sample(goals))).toMatchObject({ goalField: "OKR" });
    expect(suggestionsFrom(sample(goals))[0]?.why).toBe(
      "The field “OKR” is on 2 of 12 projects looked at; 1 of 1 values looked at hold an address",
    );
    const teams = [field("Team", "text"), field("Team name", "text", { projects: 3 })];
    expect(suggested(sample(teams))).toMatchObject({ teamField: "Team name" });
  });

  test("choices that say what work is for can be kept, by gid where it is one field", () => {
    const fields = [
      field("Product area", "enum", { gids: ["1700000000000077"], projects: 4 }),
      field("Strategic theme", "multi_enum", { gids: ["1", "2"], projects: 9 }),
      field("Product owner", "people"),
      field("Product notes", "text"),
      field("Colour", "enum"),
    ];
    const found = suggestionsFrom(sample(fields)).filter((one) => one.field === "keptFields");
    expect(found.map(({ value }) => value)).toEqual([
      ["Strategic theme"],
      ["1700000000000077=Product area"],
    ]);
    expect(suggested(sample([field("Product team", "enum")]))).toEqual({
      teamField: "Product team",
    });
  });

  test("the values of a status field are sorted, and what is not said stays not begun", () => {
    const options = ["Not started", "Ready for review", "In progress", "Completed", "Cancelled"];
    expect(suggested(sample([field("Task status", "enum", { options })]))).toEqual({
      statusField: "Task status",
      inProgressStatuses: ["In progress"],
      doneStatuses: ["Completed"],
      droppedStatuses: ["Cancelled"],
    });
  });

  test("sections that sound begun are added to those that are known to be", () => {
    const sections = ["To do", "In progress", "Working on it", "Done", "Waiting for review"];
    expect(suggested(sample([], sections))).toEqual({
      inProgressSections: ["In progress", "Doing", "In review", "Working on it"],
    });
    expect(suggested(sample([], ["To do", "doing"]))).toEqual({});
  });
});

describe("discovery", () => {
  test("shows workspaces before any is chosen, with what is cheap to count", async () => {
    const { simulator, clock } = await world();
    const source = testSource({ settings: { baseUrl: simulator.apiUrl }, clock });
    const { choices } = await source.discover();
    expect(choices).toMatchObject([
      {
        field: "workspaces",
        options: [{ value: "1100000000000001", label: "Acme", count: 3 }],
        isCut: false,
      },
      { field: "portfolios", options: [{ value: "1400000000000001", label: "Launches 2026" }] },
    ]);
  });

  test("suggests settings that the connector's schema takes, from a bounded look", async () => {
    const projects = exampleSeed.projects.map((project) => ({
      ...project,
      custom_field_settings: exampleSeed.custom_fields.map(({ gid }) => gid),
    }));
    const { simulator, clock } = await world({ seed: { ...exampleSeed, projects } });
    const source = testSource({ settings: { baseUrl: simulator.apiUrl }, clock });
    const { suggestions } = await source.discover();
    const settings = Object.fromEntries(suggestions.map((one) => [one.field, one.value]));
    expect(settings).toMatchObject({
      goalField: "Goal",
      blockedByField: "Blocked by",
      teamField: "Team",
    });
    const workspaces = ["1100000000000001"];
    expect(AsanaSettings.safeParse({ token: "t", workspaces, ...settings }).success).toBe(true);
    expect(simulator.statistics().requests).toBeLessThan(30);
  });

  test("a plan without portfolios and custom fields leaves choices, not a failure", async () => {
    const { simulator, clock } = await world();
    simulator.perform({ kind: "setFeatures", portfolios: false, custom_fields: false });
    const source = testSource({ settings: { baseUrl: simulator.apiUrl }, clock });
    const { choices, suggestions } = await source.discover();
    expect(choices.map(({ options }) => options.length)).toEqual([1, 0]);
    expect(suggestions).toEqual([]);
  });
});

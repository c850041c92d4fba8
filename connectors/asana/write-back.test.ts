import { afterEach, describe, expect, test } from "vitest";

import type { WriteBack } from "#shared/kit/write-back.ts";

import { connectedSource, sourceOf, task } from "./simulator/connected-source.ts";
import { exampleSeed } from "./simulator/example-seed.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const field = { gid: "1700000000000099", name: "Line of sight", type: "text" } as const;
const number = { gid: "1700000000000098", name: "Line of Sight", type: "number" } as const;
const seed = {
  ...exampleSeed,
  custom_fields: [...exampleSeed.custom_fields, field, number],
  portfolios: (exampleSeed.portfolios ?? []).map((portfolio) => ({
    ...portfolio,
    custom_field_settings: [field.gid],
  })),
  projects: exampleSeed.projects.map((project, index) => ({
    ...project,
    custom_field_settings: [[field.gid], [], [number.gid]][index] ?? [],
    ...(index === 0 && { custom_fields: { [field.gid]: "Typed" } }),
  })),
};
const inField = task("1800000000000001");
const elsewhere = task("1800000000000007");
const wrongType = task("1800000000000009");
const project = task("1500000000000001");
const portfolio = task("1400000000000001");
const gone = task("1800000000099999");
const statement = {
  verdict: "linked",
  sentence: "Serves Grow in Asia.",
  goalTitle: "Grow in Asia",
  goalUrl: "https://goals.example/asia",
  itemUrl: "https://hub.example/work-items/x",
};

async function opened(settings: Readonly<Record<string, unknown>> = {}) {
  const { simulator, clock } = await connectedSource({ seed });
  cleanups.push(() => simulator.close());
  const given = { baseUrl: simulator.apiUrl, writeBackField: "line of sight", ...settings };
  const { source } = sourceOf(given, clock);
  const tool: WriteBack | undefined = source.writeBack;
  if (!tool) throw new Error("write-back is off");
  return { simulator, tool };
}

/** Without what Asana itself notes of every change. */
function kept(state: Readonly<Record<string, unknown>>): string {
  const { story: _stories, ...rest } = state;
  const stamps = new Set(["modified_at", "touchedAt"]);
  return JSON.stringify(rest, (key, value: unknown) => (stamps.has(key) ? undefined : value));
}

test("without the setting there is nothing to write with", async () => {
  const { source, simulator } = await connectedSource();
  cleanups.push(() => simulator.close());
  expect(source.writeBack).toBeUndefined();
});

test("what is written is read back the same, and taking it away leaves all as it was", async () => {
  const { simulator, tool } = await opened();
  const before = kept(simulator.state.toJson());
  const value = tool.render(statement);
  for (const [id, typed] of [
    [inField, null],
    [project, "Typed"],
  ] as const) {
    expect((await tool.read([id])).get(id)).toBe(typed);
    await tool.write(id, value);
    expect((await tool.read([id])).get(id)).toBe(value);
  }
  expect(value).toBe(
    "Serves Grow in Asia. · https://goals.example/asia · https://hub.example/work-items/x",
  );
  await tool.write(inField, null);
  await tool.write(project, "Typed");
  expect(kept(simulator.state.toJson())).toBe(before);
});

test("what has no such field says why, and what is gone is left out", async () => {
  const { tool } = await opened();
  const found = await tool.read([elsewhere, wrongType, portfolio, gone]);
  expect([...found]).toEqual([
    [elsewhere, { why: "None of its projects has the field: add it to one" }],
    [wrongType, { why: "Its field of that name is not a text field" }],
    [portfolio, { why: "Only tasks and projects can hold it" }],
  ]);
  await expect(tool.write(elsewhere, "x")).rejects.toMatchObject({ code: "connector.not-found" });
});

test("only the one field is written: what somebody else changes meanwhile stays", async () => {
  const { simulator, tool } = await opened();
  await tool.read([inField]);
  const gid = "1800000000000001";
  const own = { "1700000000000003": 8 };
  simulator.perform({ kind: "updateTask", gid, name: "Renamed meanwhile", custom_fields: own });
  await tool.write(inField, "ours");
  expect(simulator.state.find("task", gid)).toMatchObject({
    name: "Renamed meanwhile",
    custom_fields: { ...own, [field.gid]: "ours" },
  });
});

describe("a value", () => {
  test("fits into a text field, and loses addresses before it loses words", async () => {
    const { tool } = await opened();
    const long = { ...statement, goalUrl: `https://goals.example/${"x".repeat(2000)}` };
    expect(tool.render(long)).toBe(`${statement.sentence} · ${statement.itemUrl}`);
    const longer = { ...long, itemUrl: long.goalUrl };
    expect(tool.render(longer)).toBe(statement.sentence);
  });
});

test.each(["goalField", "statusField"])(
  "a field that the hub reads as its %s is not one to write to",
  async (name) => {
    const { tool } = await opened({ [name]: "Line of sight" });
    await expect(tool.read([inField])).rejects.toMatchObject({ code: "connector.misconfigured" });
  },
);

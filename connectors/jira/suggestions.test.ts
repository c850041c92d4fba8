import { describe, expect, test } from "vitest";

import {
  suggestBlockingLinkTypes,
  suggestDroppedStatuses,
  suggestFields,
  suggestGoalTypes,
} from "./suggestions.ts";

const custom = (kind: string) => ({
  custom: `com.atlassian.jira.plugin.system.customfieldtypes:${kind}`,
});

describe("work types that are goals", () => {
  const type = (id: string, name: string, hierarchyLevel: number) => ({ id, name, hierarchyLevel });

  test("are those above epics, by level, which survives renaming and translation", () => {
    const types = [
      type("1", "Ziel (Objective)", 3),
      type("2", "Initiative", 2),
      type("3", "イニシアチブ", 2),
      type("4", "Epic", 1),
      type("5", "Story", 0),
    ];
    expect(suggestGoalTypes(types)).toMatchObject([
      { field: "goalTypes", value: ["level 2=initiative", "level 3=objective"] },
    ]);
  });

  test("are named by id where one level holds different kinds, and none are invented", () => {
    const types = [type("1", "Objective", 2), type("2", "Key Result", 2)];
    expect(suggestGoalTypes(types)).toMatchObject([{ value: ["1=objective", "2=key-result"] }]);
    expect(suggestGoalTypes([type("4", "Epic", 1)])).toEqual([]);
  });
});

describe("fields", () => {
  test("that hold addresses and speak of goals are suggested by id, other fields are not", () => {
    const fields = [
      { id: "customfield_1", name: "OKR", schema: custom("url") },
      { id: "customfield_2", name: "Key Result link", schema: custom("url") },
      { id: "customfield_3", name: "Goal", schema: custom("textfield") },
      { id: "customfield_4", name: "Design link", schema: custom("url") },
      { id: "customfield_5", name: "Ziel", schema: custom("url") },
      { id: "customfield_6", name: "Is blocked by", schema: custom("url") },
    ];
    expect(suggestFields(fields).map(({ field, value }) => [field, value])).toEqual([
      ["goalLinkFields", ["customfield_1", "customfield_2", "customfield_5"]],
      ["blockedByFields", ["customfield_6"]],
    ]);
  });

  test("of Jira's own team type go before those that are only called so", () => {
    const named = { id: "customfield_1", name: "Squad", schema: custom("select") };
    const own = { id: "customfield_2", name: "Mannschaft", schema: custom("atlassian-team") };
    expect(suggestFields([named, own])).toMatchObject([{ field: "teamField", value: own.id }]);
    expect(suggestFields([named])).toMatchObject([{ field: "teamField", value: named.id }]);
  });
});

test("link types are found by their words in many languages, with their direction", () => {
  const outward = (id: string, text: string) => ({ id, name: "", inward: "", outward: text });
  const [suggestion] = suggestBlockingLinkTypes([
    outward("1", "blocks"),
    outward("2", "is blocked by"),
    outward("3", "depends on"),
    outward("4", "blockiert"),
    outward("5", "wird blockiert durch"),
    outward("6", "bloque"),
    outward("7", "relates to"),
    outward("8", "阻塞"),
    outward("9", "clones"),
  ]);
  expect(suggestion?.value).toEqual(["1", "2=reversed", "3=reversed", "4", "5=reversed", "6", "8"]);
  expect(suggestBlockingLinkTypes([outward("7", "relates to")])).toEqual([]);
});

test("statuses given up are found among the done ones, beside those that are usual anyway", () => {
  const status = (name: string, key: string) => ({ name, statusCategory: { key } });
  const [suggestion] = suggestDroppedStatuses([
    status("Abgelehnt", "done"),
    status("却下", "done"),
    status("Erledigt", "done"),
    status("Cancelled", "done"),
    status("Cancel requested", "indeterminate"),
  ]);
  expect(suggestion?.value).toEqual(expect.arrayContaining(["Won't do", "Abgelehnt", "却下"]));
  expect(suggestion?.value).not.toContain("Erledigt");
  expect(suggestion?.why).toBe("Done for Jira, but given up by their names: “Abgelehnt”, “却下”");
  expect(suggestDroppedStatuses([status("Done", "done")])).toEqual([]);
});

import { describe, expect, test } from "vitest";

import { ConnectionId, factId } from "#shared/model/ids.ts";
import { Instant } from "#shared/model/time.ts";

import { mapFields } from "./field-map.ts";
import { goalKindReader } from "./goal-types.ts";
import type { NormalizeContext } from "./normalize-context.ts";
import { normalizeIssue } from "./normalize.ts";
import { legacyParentNames } from "./parents.ts";
import { WireIssue } from "./wire.ts";

const connectionId = ConnectionId.parse("conn_0123456789");
const readAt = Instant.parse("2026-11-21T10:00:00.000Z");
const workItem = (id: string) => factId("work-item", "jira", connectionId, id);
const goal = (id: string) => factId("goal", "jira", connectionId, id);

// As GET /field gives them: ids and names are the site's own, the type is everybody's.
const fields = mapFields({ goalLinkFields: [], blockedByFields: [], keptFields: [] }, [
  {
    id: "customfield_10008",
    name: "エピックリンク",
    schema: { custom: "com.pyxis.greenhopper.jira:gh-epic-link" },
  },
  {
    id: "customfield_10114",
    name: "Parent Link",
    schema: { custom: "com.atlassian.jpo:jpo-custom-field-parent" },
  },
]);
const [epicLink, parentLink] = ["customfield_10008", "customfield_10114"];

const epicType = { id: "10010", name: "Epic", hierarchyLevel: 1 };
const storyType = { id: "10011", name: "Story", hierarchyLevel: 0 };
const subtaskType = { id: "10013", name: "Sub-task", hierarchyLevel: -1, subtask: true };
const initiativeType = { id: "10002", name: "Initiative", hierarchyLevel: 2 };

const context: NormalizeContext = {
  connectionId,
  siteUrl: "https://acme.atlassian.net",
  fields,
  goalKindOf: goalKindReader(["level 2=initiative"]),
  blockingOf: () => undefined,
  teamOfProject: new Map(),
  dropped: new Set(),
  resolveUrl: () => undefined,
  legacyParents: new Map([
    ["PAY-1", { id: "10102", key: "PAY-1", fields: { issuetype: epicType } }],
    ["STRAT-2", { id: "10101", key: "STRAT-2", fields: { issuetype: initiativeType } }],
    ["PAY-2", { id: "10103", key: "PAY-2", fields: { issuetype: storyType } }],
  ]),
};

function issue(issuetype: object, more: object) {
  return {
    id: "10200",
    key: "PAY-9",
    fields: {
      summary: "Something",
      issuetype,
      project: { id: "20002", key: "PAY" },
      status: { id: "1", name: "To Do", statusCategory: { id: 2, key: "new" } },
      updated: "2026-11-02T09:30:15.250+0000",
      ...more,
    },
  };
}

function normalized(issuetype: object, more: object) {
  const result = normalizeIssue(context, issue(issuetype, more), readAt);
  if ("rejected" in result) throw new Error(result.rejected.reason);
  const { record, edges } = result.change;
  const parentId = "parentId" in record ? record.parentId : undefined;
  return { parentId, edges, flaw: result.parentFlaw };
}

const parent = (id: string, key: string, issuetype: object) => ({
  parent: { id, key, fields: { issuetype } },
});

describe("the parent of an issue", () => {
  test("is an old epic or parent link only where `parent` is absent", () => {
    const old = { [epicLink]: "PAY-1" };
    expect(normalized(storyType, old)).toEqual({ parentId: workItem("10102"), edges: [] });
    const both = { ...old, ...parent("10105", "PAY-4", epicType) };
    expect(normalized(storyType, both).parentId).toBe(workItem("10105"));
  });

  test("is a link where an old parent link leads to a goal", () => {
    const showField = { hasEpicLinkFieldDependency: false, showField: true };
    const data = { id: 10_101, key: "STRAT-2" };
    const { edges, parentId } = normalized(epicType, { [parentLink]: { ...showField, data } });
    expect([parentId, edges]).toMatchObject([undefined, [{ type: "link", toId: goal("10101") }]]);
    expect(normalized(epicType, { [parentLink]: showField })).toMatchObject({ edges: [] });
  });

  test("is never a stale old link that contradicts it, which is flagged", () => {
    const stale = { ...parent("10105", "PAY-4", epicType), [epicLink]: "PAY-1" };
    expect(normalized(storyType, stale)).toMatchObject({
      parentId: workItem("10105"),
      flaw: "stale",
    });
    const agreeing = { ...parent("10102", "PAY-1", epicType), [epicLink]: "PAY-1" };
    expect(normalized(storyType, agreeing).flaw).toBeUndefined();
  });

  test("is never itself, nor one that is not above it, and that is flagged", () => {
    const impossible = [
      [storyType, parent("10103", "PAY-2", storyType)],
      [epicType, parent("10103", "PAY-2", storyType)],
      [epicType, parent("10200", "PAY-9", initiativeType)],
      [storyType, { [epicLink]: "PAY-2" }],
    ] as const;
    for (const [type, more] of impossible) {
      expect(normalized(type, more)).toEqual({
        parentId: undefined,
        edges: [],
        flaw: "impossible",
      });
    }
  });

  test("is possible where a level is not told", () => {
    const untold = parent("10102", "PAY-1", { id: "10010", name: "Epic" });
    expect(normalized(storyType, untold)).toMatchObject({ parentId: workItem("10102") });
  });

  test("is unknown where the old link leads to nothing that can be seen", () => {
    expect(normalized(storyType, { [epicLink]: "GONE-1" })).toMatchObject({ flaw: "unknown" });
  });

  test("was never told to a sub-task by an epic link", () => {
    const more = { ...parent("10103", "PAY-2", storyType), [epicLink]: "PAY-1" };
    expect(normalized(subtaskType, more)).toEqual({ parentId: workItem("10103"), edges: [] });
  });
});

test("only the parents of orphans are looked up, each once", () => {
  const issues = [
    issue(storyType, { [epicLink]: "PAY-1" }),
    issue(storyType, { [epicLink]: "PAY-1" }),
    issue(storyType, { ...parent("10102", "PAY-1", epicType), [epicLink]: "PAY-7" }),
    issue(epicType, { [epicLink]: "PAY-8", [parentLink]: { data: { id: 7 } } }),
    issue(storyType, {}),
  ].map((each) => WireIssue.parse(each));
  expect([...legacyParentNames(fields, issues)]).toEqual(["PAY-1", "7"]);
});

import { expect, test } from "vitest";

import type { HistoryId } from "#shared/model/history.ts";
import { ConnectionId, factId } from "#shared/model/ids.ts";
import { instantOf } from "#shared/model/time.ts";

import { type Change, foldChangelog, isTold, type Meanings } from "./fold-changelog.ts";
import { WireChangelogs } from "./wire-past.ts";
import { workStatusOf } from "./work-status.ts";

/*
 * Items as Jira words them: developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
 * #api-rest-api-3-changelog-bulkfetch-post (read 2026-11-21)
 */

const connectionId = ConnectionId.parse("conn_0123456789");
const id = (native: string): HistoryId => factId("work-item", "jira", connectionId, native);
const categories = new Map([
  ["1", "new"],
  ["3", "indeterminate"],
  ["5", "done"],
]);
const meanings: Meanings = {
  statusOf: (statusId, resolution) => {
    const category = categories.get(statusId);
    return category === undefined
      ? undefined
      : workStatusOf(new Set(["won't do"]), category, [statusId, ...resolution]);
  },
  saysBlocked: (sentence) => sentence.includes("is blocked by"),
  idOf: (name) => (name.startsWith("GONE") ? undefined : id(name.replace("PAY-", "10"))),
};

/** One change a second, parsed as an answer is. */
function changesOf(...items: readonly (readonly object[])[]): readonly Change[] {
  const changeHistories = items.map((each, at) => ({ created: at, items: each }));
  const answer = WireChangelogs.parse({ issueChangeLogs: [{ issueId: "1", changeHistories }] });
  const [log] = answer.issueChangeLogs;
  return (log?.changeHistories ?? []).map((change, at) => ({
    at: instantOf(at * 1000),
    items: change.items,
  }));
}

const fold = (...items: readonly (readonly object[])[]) =>
  foldChangelog(changesOf(...items), meanings);
const at = (seconds: number) => instantOf(seconds * 1000);
const status = (from: string, to: string) => ({ field: "status", fieldId: "status", from, to });

test("a change between two statuses of one category is none of ours", () => {
  categories.set("4", "indeterminate");
  expect(fold([status("3", "4")], [status("4", "5")])).toEqual([
    { what: "status", at: at(1), from: "in-progress", to: "done" },
  ]);
});

test("done and dropped are told apart by the resolution, also where it changes alone", () => {
  const resolved = { field: "resolution", fromString: "Done", toString: "Won't Do" };
  const first = { field: "resolution", toString: "Done" };
  expect(fold([status("3", "5"), first], [resolved]).map(({ to }) => to)).toEqual([
    "done",
    "dropped",
  ]);
});

test("a status that the site no longer has is left open on its side", () => {
  expect(fold([status("77", "5")])).toEqual([{ what: "status", at: at(0), to: "done" }]);
});

test.each(["IssueParentAssociation", "Epic Link", "Parent Link", "Parent", "Parent Issue"])(
  "a new parent is known by the field %s",
  (field) => {
    expect(
      fold([{ field, from: "101", fromString: "PAY-1", to: "102", toString: "PAY-2" }]),
    ).toEqual([{ what: "parent", at: at(0), from: id("101"), to: id("102") }]);
  },
);

test("a new parent that was noted under two names is one change, and one that nobody knows is none", () => {
  const one = { from: null, to: "102" };
  expect(
    fold(
      [
        { field: "Epic Link", ...one },
        { field: "IssueParentAssociation", ...one },
      ],
      [{ field: "Epic Link", to: "GONE-1", toString: "GONE-1" }],
    ),
  ).toEqual([{ what: "parent", at: at(0), to: id("102") }]);
});

test("links begin and end waiting where their sentence says so, and two of one meaning are one", () => {
  const link = (key: string, phrase: string) => ({
    to: key,
    toString: `This work item ${phrase} ${key}`,
  });
  expect(
    fold(
      [{ field: "Link", ...link("PAY-2", "blocks") }],
      [{ field: "Link", ...link("PAY-3", "is blocked by") }],
      [{ field: "Link", ...link("PAY-3", "is blocked by") }],
      [{ field: "Link", from: "PAY-3", fromString: "This work item is blocked by PAY-3" }],
      [{ field: "Link", ...link("GONE-7", "is blocked by") }],
    ),
  ).toEqual([
    { what: "blocked-by", at: at(1), to: id("103") },
    { what: "blocked-by", at: at(3), from: id("103") },
  ]);
});

test("a text that is left out is not mistaken for the function of that name", () => {
  expect(changesOf([{ field: "status", from: "1", to: "3" }])[0]?.items[0]?.toText).toBeUndefined();
});

test("a change that is not as documented leaves the others of a thousand issues readable", () => {
  const odd = [{ field: "Rank", from: 7, to: { id: 8 } }, { field: 9 }, "nothing", null];
  const answer = {
    issueChangeLogs: [
      {
        issueId: "1",
        changeHistories: [{ created: 1, items: odd }, { created: 2, items: null }, 3],
      },
      {
        issueId: "2",
        changeHistories: [{ created: 1, items: [{ field: "status", from: 1, to: "5" }] }],
      },
      { issueId: "3", changeHistories: null },
    ],
  };
  const { issueChangeLogs } = WireChangelogs.parse(answer);
  const told = (at: number) =>
    issueChangeLogs[at]?.changeHistories.flatMap(({ items }) => items).filter(isTold);
  expect([told(0), told(2)]).toEqual([[], []]);
  expect(told(1)).toEqual([{ field: "status", from: "1", to: "5" }]);
});

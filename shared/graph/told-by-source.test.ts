import { describe, expect, test } from "vitest";

import type { History, Transition } from "#shared/model/history.ts";
import type { WorkItemId } from "#shared/model/ids.ts";
import { Instant } from "#shared/model/time.ts";
import { itemId, workItem } from "#shared/testing/facts.ts";

import type { RememberedRecord } from "./record-as-of.ts";
import { toldBySource } from "./told-by-source.ts";

const day = (number: number) => Instant.parse(`2026-03-0${number}T12:00:00.000Z`);
const epic = itemId("epic");

/** First stored on the 5th, with the status of today; its history was read on the 6th. */
function record(given: Parameters<typeof workItem>[1] = {}): RememberedRecord {
  const fact = workItem("epic", { status: "done", parentId: itemId("top"), ...given });
  const past = { id: epic, since: day(5), isCut: false, hidesOthersEdges: false, rows: [] };
  return { past, fact, sourceVersion: fact.sourceVersion };
}

function told(transitions: Transition[], at: Instant, given: Partial<History> = {}) {
  const history: History = {
    itemId: epic,
    transitions,
    isCut: false,
    sourceVersion: 0,
    readAt: day(6),
    ...given,
  };
  return toldBySource(record(), { history, waitsAt: () => new Set<WorkItemId>() }, at);
}

const finished: Transition = { what: "status", at: day(3), from: "todo", to: "done" };

describe("before our own past begins", () => {
  test("the source's history tells status, parent and waiting", () => {
    const moved: Transition = { what: "parent", at: day(4), to: itemId("top") };
    const freed: Transition = { what: "blocked-by", at: day(4), from: itemId("api") };
    const before = told([finished, moved, freed], day(2));
    expect(before?.fact).toMatchObject({ status: "todo" });
    expect(before?.fact.parentId).toBeUndefined();
    expect(before?.blockedBy).toEqual(new Set([itemId("api")]));
    expect(told([finished], day(4))?.fact.status).toBe("done");
  });

  test("of a tool that keeps no trace of parents, the parent of then is not told", () => {
    const silent = told([finished], day(2), { isSilentOnParents: true });
    expect(silent?.fact).toMatchObject({ status: "todo" });
    expect(silent?.fact.parentId).toBeUndefined();
  });

  test("a history that does not agree with what we saw tells nothing", () => {
    expect(told([{ ...finished, to: "in-progress" }], day(2))).toBeUndefined();
  });

  test("one that begins later, or was read before we first saw the record, tells nothing", () => {
    expect(told([finished], day(2), { isCut: true })).toBeUndefined();
    expect(told([finished], day(2), { readAt: day(4) })).toBeUndefined();
  });

  test("one that has seen the newest version tells, whenever it was read", () => {
    const { sourceVersion } = record();
    expect(told([finished], day(2), { readAt: day(4), sourceVersion })?.fact.status).toBe("todo");
  });
});

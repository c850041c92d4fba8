import { expect, test } from "vitest";

import { itemId, workItem } from "#shared/testing/facts.ts";
import { under } from "#shared/testing/graph.ts";

import { Hierarchy } from "./hierarchy.ts";

const most = 60;
const ids = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id);

function holding(...items: ReturnType<typeof workItem>[]): Hierarchy {
  const hierarchy = new Hierarchy();
  for (const item of items) hierarchy.put(item);
  return hierarchy;
}

test("a way up leads through parents that came after their children, and ends where nobody is held", () => {
  const [task, story] = [under("task", "story"), under("story", "epic")];
  const hierarchy = holding(task);
  expect(ids(hierarchy.wayUp(task, most))).toEqual([task.id]);
  hierarchy.put(story);
  expect(ids(hierarchy.wayUp(task, most))).toEqual([task.id, story.id]);
  hierarchy.put(workItem("epic"));
  expect(ids(hierarchy.wayUp(task, most))).toEqual([task.id, story.id, itemId("epic")]);
  expect(ids(hierarchy.wayUp(task, 2))).toEqual([task.id, story.id]);
  hierarchy.drop(story.id);
  expect(ids(hierarchy.wayUp(task, most))).toEqual([task.id]);
  expect(hierarchy.childrenOf(story.id)).toEqual([task]);
});

test("a home that was removed is passed over, one that is unread is not", () => {
  const task = under("task", "gone", { otherParentIds: [itemId("unread"), itemId("other")] });
  const hierarchy = holding(task, workItem("other"));
  expect(ids(hierarchy.wayUp(task, most))).toEqual([task.id]);
  hierarchy.setRemoved(itemId("gone"), true);
  hierarchy.setRemoved(itemId("unread"), true);
  expect(ids(hierarchy.wayUp(task, most))).toEqual([task.id, itemId("other")]);
  hierarchy.setRemoved(itemId("gone"), false);
  expect(ids(hierarchy.wayUp(task, most))).toEqual([task.id]);
});

test("a circle is gone round, as far as is asked for", () => {
  const [a, b] = [under("a", "b"), under("b", "a")];
  const alone = under("alone", "alone");
  const hierarchy = holding(a, b, alone);
  expect(ids(hierarchy.wayUp(a, 5))).toEqual([a.id, b.id, a.id, b.id, a.id]);
  expect(hierarchy.childrenOf(alone.id)).toEqual([alone]);
  hierarchy.drop(alone.id);
  expect(hierarchy.childrenOf(alone.id)).toEqual([]);
});

test("what is asked about counts by its own homes, also where another state of it is held", () => {
  const [is, was] = [under("task", "epic"), under("task", "story")];
  const hierarchy = holding(is, workItem("epic"), workItem("story"));
  expect(ids(hierarchy.wayUp(was, most))).toEqual([was.id, itemId("story")]);
  expect(ids(hierarchy.wayUp(is, most))).toEqual([is.id, itemId("epic")]);
  const stranger = under("stranger", "epic");
  expect(ids(hierarchy.wayUp(stranger, most))).toEqual([stranger.id, itemId("epic")]);
});

test("children are those that are held, as they are now, and follow who moves", () => {
  const hierarchy = holding(under("a", "epic"), under("b", "epic"));
  const renamed = under("a", "epic", { title: "Renamed" });
  hierarchy.put(renamed);
  expect(hierarchy.childrenOf(itemId("epic"))).toEqual([renamed, under("b", "epic")]);
  hierarchy.put(under("a", "other"));
  expect(ids(hierarchy.childrenOf(itemId("epic")))).toEqual([itemId("b")]);
  hierarchy.drop(itemId("b"));
  expect(hierarchy.childrenOf(itemId("epic"))).toEqual([]);
  expect(ids([...hierarchy.items()])).toEqual([itemId("a")]);
});

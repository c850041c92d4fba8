import { expect, test } from "vitest";

import { SiteLists } from "./site-lists.ts";

const fields = [{ id: "customfield_1", name: "Goal link" }];

test("a list is remembered for five minutes, and only for its own site and account", () => {
  const lists = new SiteLists();
  lists.keep("one", fields, 1000);
  expect(lists.recall("one", 1000 + 299_999)).toBe(fields);
  expect(lists.recall("one", 1000 + 300_000)).toBeUndefined();
  expect(lists.recall("other", 1000)).toBeUndefined();
});

test("a process that serves many sites forgets the one it read longest ago", () => {
  const lists = new SiteLists();
  for (let n = 0; n <= 100; n += 1) lists.keep(`site ${n}`, fields, 0);
  expect(lists.recall("site 0", 0)).toBeUndefined();
  expect(lists.recall("site 1", 0)).toBe(fields);
});

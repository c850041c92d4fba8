import { expect, test } from "vitest";

import { differ } from "./differ.ts";

test.each<[before: object | undefined, after: object | undefined, is: boolean]>([
  [{ a: 1, b: 1 }, { a: 1, b: 2 }, false],
  [{ a: 1 }, { a: 2 }, true],
  [{ a: [1, 2] }, { a: [1, 2] }, false],
  [{ a: [1, 2] }, { a: [2, 1] }, true],
  [{}, { a: 1 }, true],
  [{ a: undefined }, {}, false],
  [undefined, { a: 1 }, true],
  [undefined, {}, false],
])("whether field a of %j and %j is another: %s", (before, after, is) => {
  expect(differ<{ a?: unknown }>(before, after, ["a"])).toBe(is);
});

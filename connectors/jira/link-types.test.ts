import { expect, test } from "vitest";

import { blockingReader, namesLinkTypes } from "./link-types.ts";

const site = [
  { id: "10000", name: "Blocks" },
  { id: "10009", name: "Depends" },
];

test("a type named in the settings is told by its id, whatever a payload calls it", () => {
  const blockingOf = blockingReader(["blocks", "Depends=reversed"], site);
  expect(blockingOf({ id: "10000", name: "ブロック" })).toBe("forward");
  expect(blockingOf({ id: "10009", name: "Hängt ab von" })).toBe("reversed");
  // Another type that took the name is not the one that was meant.
  expect(blockingOf({ id: "10044", name: "Blocks" })).toBeUndefined();
});

test("an id needs no list, and a name that the site does not know is compared as it is", () => {
  expect(blockingReader(["10000"], [])({ id: "10000", name: "x" })).toBe("forward");
  expect(blockingReader(["Stops"], site)({ id: "7", name: "stops" })).toBe("forward");
  expect([namesLinkTypes(["10000", "10009=reversed"]), namesLinkTypes(["Blocks"])]).toEqual([
    false,
    true,
  ]);
});

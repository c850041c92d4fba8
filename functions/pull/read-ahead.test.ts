import { expect, test } from "vitest";

import { readAhead } from "./read-ahead.ts";

test("the next item is read while the one before is in use, and no further", async () => {
  let made = 0;
  async function* source() {
    for (; made < 5;) yield (made += 1);
  }
  const seen: [number, number][] = [];
  for await (const item of readAhead(source())) {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push([item, made]);
  }
  expect(seen).toEqual([
    [1, 2],
    [2, 3],
    [3, 4],
    [4, 5],
    [5, 5],
  ]);
});

test("a failure comes after the items before it", async () => {
  async function* source() {
    yield 1;
    throw new Error("broke");
  }
  const seen: number[] = [];
  await expect(
    (async () => {
      for await (const item of readAhead(source())) seen.push(item);
    })(),
  ).rejects.toThrow("broke");
  expect(seen).toEqual([1]);
});

test("whoever stops early ends the source, too", async () => {
  let isEnded = false;
  async function* source() {
    try {
      for (let item = 0; ; item += 1) yield item;
    } finally {
      isEnded = true;
    }
  }
  for await (const item of readAhead(source())) if (item === 2) break;
  expect(isEnded).toBe(true);
});

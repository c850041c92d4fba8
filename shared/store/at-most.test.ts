import { expect, test } from "vitest";

import { atMost } from "./at-most.ts";

test("never more than the limit at once, in order, each with its own result", async () => {
  const inTurn = atMost(3);
  const started: number[] = [];
  let running = 0;
  let most = 0;
  const work = (name: number) => async () => {
    started.push(name);
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return name * 10;
  };
  const names = [1, 2, 3, 4, 5, 6, 7, 8];
  const results = await Promise.all(names.map((name) => inTurn(work(name))));
  expect(results).toEqual(names.map((name) => name * 10));
  expect(started).toEqual(names);
  expect(most).toBe(3);
});

test("a failing piece of work rejects alone and gives its place up", async () => {
  const inTurn = atMost(1);
  const failing = inTurn(() => Promise.reject(new Error("unreadable")));
  const following = inTurn(async () => "done");
  await expect(failing).rejects.toThrow("unreadable");
  await expect(following).resolves.toBe("done");
  await expect(inTurn(async () => "free again")).resolves.toBe("free again");
});

import * as fc from "fast-check";
import { expect, test } from "vitest";

import {
  DependencyId,
  FactType,
  WorkItemId,
  alertId,
  connectionId,
  dependencyId,
  factId,
  isIdOf,
  readDependencyId,
  readFactId,
  signalId,
} from "./ids.ts";

const connection = connectionId("a123456789");

test("a fact's id holds its parts, also where the native id has colons or spaces", () => {
  const id = factId("work-item", "jira", connection, "10001:sub task");
  expect(id).toBe("jira:work-item:conn_a123456789:10001:sub_task");
  expect(readFactId(id)).toEqual({
    connector: "jira",
    type: "work-item",
    connectionId: connection,
    nativeId: "10001:sub_task",
  });
  expect(WorkItemId.safeParse(id).success).toBe(true);
});

test("any native id makes an id that reads back, and no id of another type", () => {
  const native = fc.string({ unit: "grapheme", minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(native, fc.constantFrom(...FactType.options), (text, type) => {
      const id = factId(type, "tool", connection, text);
      expect(readFactId(id)).toMatchObject({ type, connectionId: connection });
      expect(WorkItemId.safeParse(id).success).toBe(type === "work-item");
    }),
  );
});

test.each(["", "jira:work-item:conn_a123456789:", "jira:thing:conn_a123456789:1", "signal:x:y"])(
  "%j is no fact's id",
  (text) => expect(readFactId(text)).toBeUndefined(),
);

test("a dependency's id gives both its ends back", () => {
  const blockedId = factId("work-item", "jira", connection, "1");
  const blockingId = factId("work-item", "asana", connectionId("b123456789"), "2");
  const id = dependencyId(blockedId, blockingId);
  expect(DependencyId.safeParse(id).success).toBe(true);
  expect(readDependencyId(id)).toEqual({ blockedId, blockingId });
});

test("one subject has one signal and one alert of a rule, for ever", () => {
  const subject = factId("work-item", "jira", connection, "1");
  expect(signalId("unlinked-work", subject)).toBe(`signal:unlinked-work:${subject}`);
  expect(alertId("unlinked-work", subject)).toBe(`alert:unlinked-work:${subject}`);
});

test("a connection's id refuses anything but ten small letters and digits", () => {
  expect(() => connectionId("short")).toThrow("Invalid string");
  expect(() => connectionId("A123456789")).toThrow("Invalid string");
});

test("an id says of what type it is, and of no other", () => {
  const id = factId("goal", "work-item", connection, "goal:work-item:1");
  expect(FactType.options.filter((type) => isIdOf(type, id))).toEqual(["goal"]);
  expect(FactType.options.filter((type) => isIdOf(type, connection))).toEqual([]);
  expect(isIdOf("goal", "goal:1")).toBe(false);
});

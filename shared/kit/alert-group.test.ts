import { expect, test } from "vitest";

import { Notification } from "#shared/model/notification.ts";
import { goalId, unitId } from "#shared/testing/facts.ts";

import { groupKeyOf } from "./alert-group.ts";

test("the group of an alert with four teams and the longest ids can be kept, and read again", () => {
  const long = (name: string) => name.padEnd(300, "x");
  const teamIds = ["a", "b", "c", "d"].map((name) => unitId(long(name)));
  const path = [{ id: goalId(long("g")), role: "goal" as const, label: "Goal" }];
  const rule = "r".padEnd(41, "r");
  const group = groupKeyOf({ rule, teamIds, evidence: { sentence: "", path, facts: {} } });
  expect(Notification.shape.groupKey.safeParse(`escalated|${group}`).success).toBe(true);
});

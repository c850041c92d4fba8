import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { CustomRuleId } from "#shared/model/custom-rule.ts";

import { LocalEventRules } from "./event-rules.ts";
import { openJournal } from "./journal.ts";

const name = CustomRuleId.parse("custom-0123456789");
const event = {
  "detail-type": "signal.opened.v1",
  detail: { id: "signal:1", severity: "critical" },
};

function inFolder() {
  const folder = mkdtempSync(join(tmpdir(), "rules-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return () => openJournal(join(folder, "queues.db"));
}

test("a rule matches from when it is put until it is removed, and over a restart", async () => {
  const open = inFolder();
  let journal = open();
  const before = new LocalEventRules(journal);
  expect(before.route(event)).toEqual([]);
  await before.put({ name, summary: "", pattern: { detail: { severity: ["critical"] } } });
  const told = [JSON.stringify({ customRule: name, detail: { id: "signal:1" } })];
  expect(before.route(event)).toEqual(told);
  expect(before.route({ ...event, detail: { id: "signal:2", severity: "info" } })).toEqual([]);
  journal.close();

  journal = open();
  const after = new LocalEventRules(journal);
  expect(after.route(event)).toEqual(told);
  await after.put({ name, summary: "", pattern: { detail: { severity: ["info"] } } });
  expect(after.route(event)).toEqual([]);
  await after.remove(name);
  journal.close();

  journal = open();
  expect(new LocalEventRules(journal).route({ detail: { id: "x", severity: "info" } })).toEqual([]);
  journal.close();
});

test("a pattern that EventBridge would refuse is refused, and what stood stands", async () => {
  const journal = inFolder()();
  const rules = new LocalEventRules(journal);
  await rules.put({ name, summary: "", pattern: { detail: { severity: ["critical"] } } });
  const bad = { name, summary: "", pattern: { detail: { severity: [{ regex: ".*" }] } } };
  await expect(rules.put(bad)).rejects.toMatchObject({ code: "input.invalid" });
  expect(rules.route(event)).toHaveLength(1);
  journal.close();
});

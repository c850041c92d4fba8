import { expect, test } from "vitest";

import type { AlertId, SignalId } from "#shared/model/ids.ts";
import type { Alert } from "#shared/model/signal.ts";
import { Instant } from "#shared/model/time.ts";
import { goalId, itemId, unitId } from "#shared/testing/facts.ts";

import type { BaselineFinding } from "./compose-baseline.ts";
import { composeBaseline } from "./compose-baseline.ts";
import { composeBrief } from "./compose-brief.ts";
import { composeDigest } from "./compose-digest.ts";
import type { Reported } from "./compose-sections.ts";

const publicUrl = "https://hub.example";
const now = Instant.parse("2026-03-09T08:30:00.000Z");
const since = Instant.parse("2026-03-02T08:30:00.000Z");
const before = Instant.parse("2026-02-20T08:30:00.000Z");

function alertOf(name: string, given: Partial<Alert> = {}): Alert {
  return {
    type: "alert",
    id: `alert:rule:${name}` as AlertId,
    signalId: `signal:rule:${name}` as SignalId,
    rule: "rule",
    subjectId: itemId(name),
    generation: 1,
    status: "open",
    severity: "warning",
    title: name,
    why: "why",
    nextStep: "next",
    evidence: { sentence: `Sentence of ${name}.`, path: [], facts: {} },
    teamIds: [unitId("red")],
    connectionIds: [],
    openedAt: now,
    updatedAt: now,
    history: [],
    revision: 1,
    ...given,
  };
}
const reported = (name: string, given: Partial<Alert> & { readonly owner?: string } = {}) => {
  const { owner = "red", ...alert } = given;
  return { alert: alertOf(name, alert), ruleTitle: "Rule", owner };
};

test("a digest has what weighs most first, cites each alert, and says what there was no room for", () => {
  const goal = { id: "g", role: "goal", label: "Goal" } as const;
  const aboutGoal = (kind: string) => ({
    subjectId: goalId(kind),
    evidence: { sentence: "s", path: [], facts: { kind } },
  });
  const all: readonly Reported[] = [
    reported("old", { openedAt: before }),
    reported("new"),
    reported("touches a goal", { evidence: { sentence: "s", path: [goal], facts: {} } }),
    reported("grave", { severity: "critical" }),
    reported("of a key result", aboutGoal("key-result")),
    reported("of a theme", aboutGoal("theme")),
    reported("of an objective", { ...aboutGoal("objective"), openedAt: before }),
    ...Array.from({ length: 6 }, (_, at) => reported(`more ${at}`)),
  ];
  const { title, sections } = composeDigest(all, { publicUrl, now });
  expect(title).toBe("13 findings in this digest");
  const [section] = sections;
  expect(section?.lines.slice(0, 6).map(({ text }) => text.split(",")[0])).toEqual([
    "grave",
    "of a theme",
    "of an objective",
    "of a key result",
    "touches a goal",
    "old",
  ]);
  expect(section?.lines[0]?.url).toBe(`${publicUrl}/alerts/alert%3Arule%3Agrave`);
  expect(section?.more).toBe(5);
});

/** A finding of so many people, the same ones in whatever team is of that name. */
const of = (name: string, owner: string, people: readonly string[]) => ({
  ...reported(name, { owner }),
  people: people.map((id) => ({ id })),
});
const nine = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
const linesByTeam = (all: readonly BaselineFinding[]) =>
  composeBaseline(all, { publicUrl, connectionNames: ["Jira"] })
    .sections.find(({ title }) => title === "By team")
    ?.lines.map(({ text }) => text);

test("a baseline counts by rule and team, and names no team of fewer than five", () => {
  const report = composeBaseline(
    [
      of("a", "Payments", nine),
      of("b", "Payments", nine),
      of("c", "Tiny", ["v", "w", "x", "y"]),
      of("d", "Mini", ["y", "z"]),
      of("e", "", []),
    ],
    { publicUrl, connectionNames: ["Jira", "Asana"] },
  );
  expect(report.title).toBe("What a first look at Jira and Asana found");
  const teams = report.sections.find(({ title }) => title === "By team");
  expect(teams?.lines.map(({ text }) => text)).toEqual([
    "Payments: 2 findings",
    "Small teams, together: 2 findings",
    "No team known: 1 finding",
  ]);
  expect(JSON.stringify(report)).not.toContain("Tiny");
});

test.each([
  ["what no team is known of", [of("a", "", [])], ["No team known: 3 findings"]],
  [
    "the next larger team",
    [of("a", "Five", nine.slice(0, 5))],
    ["Small teams, together: 3 findings"],
  ],
])("two teams of the same few people hide in a baseline behind %s", (_what, others, expected) => {
  const few = ["Tiny", "Mini"].map((name) => of(name, name, ["x", "y", "z"]));
  const all = [of("d", "Payments", nine), ...others, ...few];
  expect(linesByTeam(all)).toEqual(["Payments: 1 finding", ...expected]);
});

test("a brief tells of each alert once, under what matters most of it, and cites it", () => {
  const contest = { reason: "wrong", at: now } as const;
  const report = composeBrief(
    [
      reported("waiting", { openedAt: before }),
      reported("contested", { contest }),
      reported("new"),
      reported("taken", {
        openedAt: before,
        status: "acknowledged",
        history: [{ to: "acknowledged", at: now, by: "ops" }],
      }),
      reported("done", { status: "resolved", resolvedAt: now, resolvedBecause: "goal-open" }),
      reported("long done", { status: "resolved", resolvedAt: before }),
    ],
    { publicUrl, scope: "Payments", since, now },
  );
  expect(
    report?.sections.map(({ title, lines }) => [title, lines.map(({ text }) => text)]),
  ).toEqual([
    ["Waits for a decision", ["waiting: open for 17 days", "contested: open since today"]],
    ["New", ["Sentence of new."]],
    ["Changed", ["taken: acknowledged"]],
    ["Resolved", ["done: the goal is open again"]],
  ]);
  for (const { lines } of report?.sections ?? []) {
    for (const { url } of lines) expect(url).toMatch(/^https:\/\/hub\.example\/alerts\//u);
  }
  expect(composeBrief([], { publicUrl, scope: "Payments", since, now })).toBeUndefined();
});

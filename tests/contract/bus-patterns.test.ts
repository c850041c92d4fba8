import { describe, expect, test } from "vitest";

import { createLocalBus } from "#infra/local/bus.ts";
import { ruleTargets } from "#infra/local/wiring.ts";
import { topology } from "#infra/topology.ts";
import { HubError } from "#shared/errors.ts";
import { exampleSignals } from "#shared/kit/example-signals.ts";
import type { HubEvent } from "#shared/model/events.ts";
import { GoalId } from "#shared/model/ids.ts";
import type { Signal } from "#shared/model/signal.ts";
import { Instant } from "#shared/model/time.ts";
import { rules } from "#shared/rules/index.ts";

/*
 * The bus of one machine decides as Amazon EventBridge documents, by
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html,
 * …/eb-event-patterns-arrays.html and …/eb-event-patterns-null-values.html (2026-11), on the hub's own
 * events: for each pattern, what of an event must be as it is for it to fit, and what must not.
 */

type SignalDetail = Extract<HubEvent, { type: "signal.opened.v1" }>["detail"];

function signalOf(rule: string, given: Partial<Signal> = {}): SignalDetail {
  const example = exampleSignals(rules).find((one) => one.rule === rule);
  if (!example) throw new Error(`There is no rule ${rule}`);
  const { type: _type, revision: _revision, ...detail } = { ...example, ...given };
  return detail;
}

type SignalEvent = "signal.opened.v1" | "signal.updated.v1" | "signal.cleared.v1";

function event(detail: SignalDetail, type: SignalEvent = "signal.opened.v1"): HubEvent {
  return { id: "signal#1", type, at: Instant.parse("2026-11-21T08:00:00.123Z"), detail };
}

/** Whether the bus hands the event to the pattern's target. */
async function delivers(pattern: unknown, published: HubEvent): Promise<boolean> {
  let count = 0;
  const bus = createLocalBus([{ rule: "custom", pattern, functionName: "alert" }], {
    sendAll: async (messages) => void (count += messages.length),
  });
  await bus.publish([published]);
  return count === 1;
}

const evidence = (facts: Signal["evidence"]["facts"], labels: readonly string[] = []) => ({
  evidence: {
    sentence: "One waits for another.",
    facts,
    path: labels.map((label, at) => ({
      id: `id-${at}`,
      role: at === 0 ? ("subject" as const) : ("goal" as const),
      label,
    })),
  },
});

const blocked = "blocked-across-boundary";

/** What differs from an example of the rule "blocked across a boundary". */
type Given = Partial<Signal>;

type Case = readonly [
  name: string,
  pattern: unknown,
  fits: readonly Given[],
  fitsNot: readonly Given[],
];

const cases: readonly Case[] = [
  [
    "a prefix of a title",
    { detail: { title: [{ prefix: "PAY-" }] } },
    [{ title: "PAY-1 waits" }],
    [{ title: "pay-1 waits" }, { title: "xPAY-1" }],
  ],
  [
    "a prefix in any case",
    { detail: { title: [{ prefix: { "equals-ignore-case": "pay-" } }] } },
    [{ title: "PaY-1" }],
    [{ title: "a pay-1" }],
  ],
  [
    "a suffix",
    { detail: { title: [{ suffix: "(late)" }] } },
    [{ title: "PAY-1 (late)" }],
    [{ title: "(late) PAY-1" }, { title: "PAY-1 (Late)" }],
  ],
  [
    "a suffix in any case",
    { detail: { title: [{ suffix: { "equals-ignore-case": "(late)" } }] } },
    [{ title: "PAY-1 (LATE)" }],
    [{ title: "PAY-1 (later)" }],
  ],
  [
    "a whole text in any case",
    { detail: { title: [{ "equals-ignore-case": "straße" }] } },
    [{ title: "STRAßE" }],
    [{ title: "STRASSE" }, { title: "straße " }],
  ],
  [
    "a wildcard in the middle",
    { detail: { title: [{ wildcard: "PAY-*waits*" }] } },
    [{ title: "PAY-1 waits" }, { title: "PAY-waits for all" }],
    [{ title: "PAY-1 wait" }],
  ],
  [
    "a wildcard with an escaped star",
    { detail: { title: [{ wildcard: String.raw`2 \* *` }] } },
    [{ title: "2 * 3" }],
    [{ title: "2 x 3" }],
  ],
  [
    "anything but a list of texts",
    { detail: { severity: [{ "anything-but": ["info", "warning"] }] } },
    [{ severity: "critical" }],
    [{ severity: "info" }],
  ],
  [
    "anything but a prefix",
    { detail: { title: [{ "anything-but": { prefix: "OPS-" } }] } },
    [{ title: "PAY-1" }, { title: "" }],
    [{ title: "OPS-1" }],
  ],
  [
    "anything but suffixes",
    { detail: { title: [{ "anything-but": { suffix: ["-1", "-2"] } }] } },
    [{ title: "PAY-3" }],
    [{ title: "PAY-2" }],
  ],
  [
    "anything but wildcards",
    { detail: { title: [{ "anything-but": { wildcard: ["*draft*", "OPS-*"] } }] } },
    [{ title: "PAY-1" }],
    [{ title: "a draft it is" }, { title: "OPS-9" }],
  ],
  [
    "anything but a text in any case",
    { detail: { title: [{ "anything-but": { "equals-ignore-case": "none" } }] } },
    [{ title: "nonesuch" }],
    [{ title: "NONE" }],
  ],
  [
    "a number in a half-open range",
    { detail: { evidence: { facts: { daysWaiting: [{ numeric: [">=", 7, "<", 30] }] } } } },
    [evidence({ daysWaiting: 7 }), evidence({ daysWaiting: 29.99 })],
    [evidence({ daysWaiting: 30 }), evidence({ daysWaiting: "7" }), {}],
  ],
  [
    "a number by value",
    { detail: { generation: [{ numeric: ["=", 3] }] } },
    [{ generation: 3 }],
    [{ generation: 30 }],
  ],
  [
    "a number or a text",
    { detail: { evidence: { facts: { level: [3, "three"] } } } },
    [evidence({ level: 3 }), evidence({ level: "three" })],
    [evidence({ level: "3" })],
  ],
  [
    "a truth value, which is no text",
    { detail: { evidence: { facts: { isLate: [true] } } } },
    [evidence({ isLate: true })],
    [evidence({ isLate: "true" }), evidence({ isLate: false })],
  ],
  [
    "a field that must be there",
    { detail: { leaderId: [{ exists: true }] } },
    [{ leaderId: "bamboohr:person:conn_0000000000:1" as NonNullable<Signal["leaderId"]> }],
    [{}],
  ],
  [
    "a field that must not be there",
    { detail: { leaderId: [{ exists: false }], rule: [blocked] } },
    [{}],
    [{ leaderId: "bamboohr:person:conn_0000000000:1" as NonNullable<Signal["leaderId"]> }],
  ],
  [
    "a field that may lack, or must be this",
    { detail: { clearedBecause: [{ exists: false }, "linked"] } },
    [{}, { clearedBecause: "linked" }],
    [{ clearedBecause: "closed" }],
  ],
  [
    "one element of an array",
    { detail: { connectionIds: ["conn_1111111111"] } },
    [{ connectionIds: ["conn_2222222222", "conn_1111111111"] as Signal["connectionIds"] }],
    [{ connectionIds: [] }],
  ],
  [
    "fields of the same element of an array",
    { detail: { evidence: { path: { role: ["goal"], label: [{ prefix: "Grow" }] } } } },
    [evidence({}, ["PAY-1", "Grow abroad"])],
    [evidence({}, ["Grow abroad", "PAY-1"])],
  ],
  [
    "anything but, over an array, by any of its elements",
    { detail: { connectionIds: [{ "anything-but": "conn_1111111111" }] } },
    [{ connectionIds: ["conn_1111111111", "conn_2222222222"] as Signal["connectionIds"] }],
    [{ connectionIds: ["conn_1111111111"] as Signal["connectionIds"] }, { connectionIds: [] }],
  ],
  [
    "either of two fields",
    { detail: { $or: [{ severity: ["critical"] }, { generation: [{ numeric: [">", 3] }] }] } },
    [{ severity: "critical" }, { severity: "info", generation: 4 }],
    [{ severity: "info", generation: 3 }],
  ],
  [
    "a field beside two $or, multiplied out",
    {
      detail: {
        rule: [blocked],
        $or: [{ severity: ["critical"] }, { title: [{ prefix: "PAY-" }] }],
        evidence: {
          facts: { $or: [{ isLate: [true] }, { daysWaiting: [{ numeric: [">", 6] }] }] },
        },
      },
    },
    [
      { severity: "critical", ...evidence({ daysWaiting: 7 }) },
      { severity: "info", title: "PAY-1", ...evidence({ isLate: true }) },
    ],
    [
      { severity: "critical", ...evidence({ daysWaiting: 6 }) },
      { severity: "info", title: "OPS", ...evidence({ isLate: true }) },
    ],
  ],
  [
    "a moment by its prefix",
    { time: [{ prefix: "2026-11-21T08" }], detail: { rule: [blocked] } },
    [{}],
    [],
  ],
  [
    "the hub's own id of an event",
    { resources: [{ prefix: "signal#" }], detail: { severity: ["critical"] } },
    [{ severity: "critical" }],
    [{ severity: "warning" }],
  ],
  [
    "names that look like operators, as fields",
    { detail: { evidence: { facts: { prefix: ["x"], exists: [true] } } } },
    [evidence({ prefix: "x", exists: true })],
    [evidence({ prefix: "x" })],
  ],
];

describe("twenty-five tricky patterns and two", () => {
  test.each(cases)("%s", async (_name, pattern, fits, fitsNot) => {
    for (const given of fits) {
      expect(await delivers(pattern, event(signalOf(blocked, given)))).toBe(true);
    }
    for (const given of fitsNot) {
      expect(await delivers(pattern, event(signalOf(blocked, given)))).toBe(false);
    }
  });

  test("are at least twenty-five", () => expect(cases.length).toBeGreaterThanOrEqual(25));
});

describe("what EventBridge refuses, or this bus does not know, is refused when the rule is made", () => {
  test.each([
    ["a regular expression", { detail: { title: [{ regex: ".*" }] } }],
    ["an operator of dates", { detail: { openedAt: [{ "date-after": "2026-01-01" }] } }],
    [
      "anything-but of a number's range",
      { detail: { a: [{ "anything-but": { numeric: [">", 1] } }] } },
    ],
    ["an and", { detail: { $and: [{ severity: ["info"] }, { rule: ["x"] }] } }],
    ["two stars in a row", { detail: { title: [{ wildcard: "a**" }] } }],
    ["a value outside a list", { detail: { severity: "info" } }],
    ["a dotted name", { "detail.severity": ["info"] }],
  ])("%s", (_name, pattern) => {
    const make = () =>
      createLocalBus([{ rule: "custom", pattern, functionName: "alert" }], {
        sendAll: async () => {},
      });
    expect(make).toThrow(HubError);
  });
});

/** To which targets of the topology the bus hands an event. */
async function targetsOf(published: HubEvent): Promise<readonly string[]> {
  const queues: string[] = [];
  const bus = createLocalBus(ruleTargets(topology), {
    sendAll: async (messages) => void queues.push(...messages.map(({ queue }) => queue)),
  });
  await bus.publish([published]);
  return queues;
}

describe("the shipped rules", () => {
  test.each(rules.map(({ name }) => name))(
    "%s takes its own signals to the alerts",
    async (name) => {
      const rule = rules.find((one) => one.name === name);
      for (const type of ["signal.opened.v1", "signal.updated.v1", "signal.cleared.v1"] as const) {
        const told = await targetsOf(event(signalOf(name), type));
        // Only a rule that says which of its signals are worth an alert may leave an example out.
        const mayLeaveOut = rule?.alertOn !== undefined && told.length === 0;
        expect(told).toEqual(mayLeaveOut ? [] : [`rule.${name}.alert`]);
      }
    },
  );

  test("take no event of another kind", async () => {
    const at = Instant.parse("2026-11-21T08:00:00.000Z");
    const goalId = GoalId.parse("asana:goal:conn_0123456789:77");
    const changed = {
      id: "1",
      type: "goal.changed.v1",
      at,
      detail: { goalId, change: "upserted" },
    } as const;
    expect(await targetsOf(changed)).toEqual([]);
  });
});

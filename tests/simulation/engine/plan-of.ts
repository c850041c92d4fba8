import { minuteMs } from "#shared/model/time.ts";

import type { FunctionName } from "./host/processes.ts";
import type { Act, Plan, PlanConfig, Step } from "./plan.ts";
import type { Random } from "./random.ts";
import { between, pick, streamOf } from "./random.ts";
import { apiFaultKinds } from "./world/api.ts";
import type { ToolName } from "./world/company.ts";
import { editNames } from "./world/edits.ts";

/** What a company does and suffers under this seed. Pure. */
export function planOf(seed: number): Plan {
  const random = streamOf(seed, "plan");
  return { seed, config: configOf(random), steps: stepsOf(random) };
}

function configOf(random: Random): PlanConfig {
  const hasWebhooks = random() < 0.7;
  const isSkewed = random() < 0.3;
  const skew = () => (isSkewed ? between(random, -10, 10) * minuteMs : 0);
  return {
    hasWebhooks,
    dropped: random() < 0.6 ? random() * 0.5 : 0,
    duplicated: random() < 0.6 ? random() * 0.4 : 0,
    delayed: random() < 0.6 ? random() * 0.6 : 0,
    busDuplicated: random() < 0.6 ? random() * 0.5 : 0,
    shards: pick(random, [1, 1, 2, 3]) ?? 1,
    isEager: random() < 0.25,
    pageSize: between(random, 2, 5),
    indexLagMs: random() < 0.5 ? between(random, 60, 480) * 1000 : 0,
    skewMs: { tracker: skew(), board: skew(), people: skew() },
    granularityMs: !isSkewed && random() < 0.25 ? minuteMs : 1,
    graceMinutes: pick(random, [0, 0, 20]) ?? 0,
  };
}

const stepsMin = 9;
const stepsMax = 15;

function stepsOf(random: Random): readonly Step[] {
  const steps: Step[] = [];
  const add = (afterMinutes: number, act: Act) =>
    steps.push({ id: `s${steps.length + 1}`, afterMinutes, act });
  // The first reading has its troubles too.
  for (let count = between(random, 0, 2); count > 0; count -= 1) {
    add(0, random() < 0.3 ? brokenReading(random) : troubleOf(random));
  }
  const count = between(random, stepsMin, stepsMax);
  // Of what is seldom met by chance each company meets one of each.
  const [brokenAt, overtakenAt] = [between(random, 0, count - 1), between(random, 0, count - 1)];
  const restAt = between(random, Math.floor(count / 2), count - 2);
  for (let at = 0; at < count; at += 1) {
    if (at === brokenAt) add(0, brokenPromise(random));
    if (at === overtakenAt) add(0, overtaken(random));
    if (at === restAt) add(1, { kind: "rest", minutes: random() < 0.06 ? 2 * 24 * 60 : 100 });
    const afterMinutes = random() < 0.3 ? 0 : between(random, 1, 12);
    add(afterMinutes, random() < 0.6 ? editOf(random) : troubleOf(random));
  }
  return steps;
}

function toolOf(random: Random): ToolName {
  return (
    pick(random, ["tracker", "tracker", "tracker", "board", "board", "people"] as const) ??
    "tracker"
  );
}

function editOf(random: Random): Act {
  const tool = toolOf(random);
  return { kind: "edit", tool, edit: pick(random, editNames[tool]) ?? "title" };
}

const mishapFunctions: readonly FunctionName[] = [
  "pull",
  "pull",
  "pull",
  "ingest",
  "ingest",
  "receive",
  "detect",
  "relay",
  "alert",
  "notify",
  "sweep",
];

/** How many operations an invocation of each usually has: a mishap beyond them never happens. */
const usualOperations: Readonly<Record<FunctionName, number>> = {
  pull: 24,
  ingest: 10,
  receive: 4,
  detect: 20,
  relay: 1,
  alert: 4,
  notify: 8,
  sweep: 10,
};

function mishapOf(random: Random): Act {
  const name = pick(random, mishapFunctions) ?? "pull";
  const isCrash = random() < 0.6;
  return {
    kind: "mishap",
    function: name,
    what: isCrash ? "die" : "fail",
    when: random() < 0.5 ? "before" : "after",
    at: between(random, 1, usualOperations[name]),
    times: isCrash ? 1 : between(random, 1, 3),
  };
}

/** Between these two steps of a function lies a promise; chance alone meets them too seldom. */
const promises: readonly (readonly [FunctionName, string])[] = [
  ["receive", "inbox.send"],
  ["ingest", "table.write work-item"],
  ["ingest", "table.transact"],
  ["relay", "bus.publish"],
  ["pull", "table.write work-item"],
  ["pull", "table.write cursor"],
  ["pull", "table.transact"],
  ["detect", "table.write signal"],
  ["notify", "table.write"],
  ["alert", "table.write"],
];

function brokenPromise(random: Random): Act {
  const [name, on] = pick(random, promises) ?? ["receive", "inbox.send"];
  return {
    kind: "mishap",
    function: name,
    what: random() < 0.4 ? "die" : "fail",
    when: random() < 0.6 ? "before" : "after",
    at: between(random, 1, 2),
    times: 1,
    on,
  };
}

/** The first reading stops between a page and the place from which to go on. */
function brokenReading(random: Random): Act {
  return {
    kind: "mishap",
    function: "pull",
    what: random() < 0.5 ? "die" : "fail",
    when: "before",
    at: between(random, 1, 3),
    times: 1,
    on: pick(random, ["table.write work-item", "table.transact", "table.write cursor"]),
  };
}

/** Between a look at what stands and the write that rests on it, something else is written. */
function overtaken(random: Random): Act {
  const name = pick(random, ["pull", "ingest", "detect"] as const) ?? "pull";
  const tool =
    name === "detect" ? "board" : (pick(random, ["tracker", "board"] as const) ?? "board");
  const on = random() < 0.6 ? "table.write work-item" : "table.transact";
  const likely = name === "detect" ? ["all goals turn"] : ["again", "delete last"];
  const edit = pick(random, random() < 0.7 ? likely : editNames[tool]);
  return {
    kind: "meanwhile",
    function: name,
    at: 1,
    tool,
    edit: edit ?? "title",
    on: name === "detect" ? "table.write signal" : on,
  };
}

const troubles: readonly ((random: Random) => Act)[] = [
  overtaken,
  overtaken,
  overtaken,
  brokenPromise,
  brokenPromise,
  brokenPromise,
  brokenPromise,
  brokenPromise,
  mishapOf,
  mishapOf,
  mishapOf,
  mishapOf,
  (random) => ({
    kind: "api",
    tool: toolOf(random),
    fault: pick(random, apiFaultKinds) ?? "503",
    skip: between(random, 0, 4),
    times: between(random, 1, 4),
  }),
  (random) => ({
    kind: "api",
    tool: toolOf(random),
    fault: pick(random, apiFaultKinds) ?? "503",
    skip: between(random, 0, 2),
    times: between(random, 1, 2),
  }),
  (random) => {
    const tool = pick(random, ["tracker", "board"] as const) ?? "tracker";
    return { kind: "overtake", tool, edit: pick(random, editNames[tool]) ?? "title" };
  },
  (random) => {
    const tool = toolOf(random);
    const name = pick(random, ["pull", "ingest", "detect"] as const) ?? "detect";
    const edit = pick(random, editNames[tool]) ?? "title";
    return {
      kind: "meanwhile",
      function: name,
      at: between(random, 2, usualOperations[name]),
      tool,
      edit,
    };
  },
  (random) => ({ kind: "expire", tool: toolOf(random), which: random() < 0.5 ? "pages" : "all" }),
  (random) => ({ kind: "redeliver", count: between(random, 1, 30) }),
  (random) => ({ kind: random() < 0.6 ? "bus-down" : "up" }),
  (random) => ({ kind: "target-down", target: random() < 0.6 ? "alert" : "notify" }),
  () => ({ kind: "up" }),
  (random) => ({ kind: "channel-retry", times: between(random, 1, 2) }),
  (random) => ({ kind: random() < 0.5 ? "outage" : "revoke", tool: toolOf(random) }),
  (random) => ({ kind: "heal", tool: toolOf(random) }),
  () => ({ kind: "rotate" }),
  (random) =>
    random() < 0.3 ? { kind: "erase" } : { kind: "redeliver", count: between(random, 1, 30) },
  (random) => ({ kind: "garbage", tool: toolOf(random) }),
  () => ({ kind: "check" }),
];

function troubleOf(random: Random): Act {
  return (pick(random, troubles) ?? mishapOf)(random);
}

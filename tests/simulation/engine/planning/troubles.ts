import type { FunctionName } from "../host/processes.ts";
import type { Act } from "../plan.ts";
import type { Random } from "../random.ts";
import { between, pick } from "../random.ts";
import type { ApiFaultKind } from "../world/api.ts";
import { apiFaultKinds } from "../world/api.ts";
import type { ToolName } from "../world/company.ts";
import { editNames } from "../world/edits.ts";

export function toolOf(random: Random): ToolName {
  return (
    pick(random, ["tracker", "tracker", "tracker", "board", "board", "people"] as const) ??
    "tracker"
  );
}

export function editOf(random: Random, tool = toolOf(random)): Act {
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

export function mishapOf(random: Random): Act {
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

export function brokenPromise(random: Random, hasWebhooks = true): Act {
  const kept = hasWebhooks ? promises : promises.filter(([name]) => !ofWebhooks.has(name));
  const [name, on] = pick(random, kept) ?? ["pull", "table.write cursor"];
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

/** Where no webhooks come, they have nothing to do. */
const ofWebhooks: ReadonlySet<FunctionName> = new Set(["receive", "ingest"]);

/** Between acknowledging a delivery and having stored what it tells lie two promises. */
export function brokenWebhook(random: Random): Act {
  const isReceive = random() < 0.5;
  return {
    kind: "mishap",
    function: isReceive ? "receive" : "ingest",
    what: random() < 0.3 ? "die" : "fail",
    when: random() < 0.8 ? "before" : "after",
    at: 1,
    times: 1,
    on: isReceive ? "inbox.send" : pick(random, ["table.write work-item", "table.transact"]),
  };
}

/** The first reading stops between a page and the place from which to go on. */
export function brokenReading(random: Random): Act {
  return {
    kind: "mishap",
    function: "pull",
    what: random() < 0.5 ? "die" : "fail",
    when: "before",
    at: between(random, 1, 2),
    times: 1,
    on: pick(random, [
      "table.write work-item",
      "table.write work-item",
      "table.transact",
      "table.write cursor",
    ]),
  };
}

/** Between a look at what stands and the write that rests on it, something else is written. */
export function overtaken(
  random: Random,
  among: readonly ("pull" | "ingest" | "detect")[] = ["pull", "ingest", "detect"],
): Act {
  const name = pick(random, among) ?? "pull";
  const tool =
    name === "detect" ? "board" : (pick(random, ["tracker", "board"] as const) ?? "board");
  const on = random() < 0.6 ? "table.write work-item" : "table.transact";
  const likely = name === "detect" ? ["all goals turn"] : ["again", "delete last"];
  const edit = pick(random, random() < 0.8 ? likely : editNames[tool]);
  return {
    kind: "meanwhile",
    function: name,
    at: 1,
    tool,
    edit: edit ?? "title",
    on: name === "detect" ? "table.write signal" : on,
  };
}

/** Of what is written next, some never comes to a reader of the stream. */
export function lostRecords(random: Random): Act {
  return {
    kind: "gap",
    reader: random() < 0.55 ? "detect" : "relay",
    count: between(random, 4, 16),
  };
}

/**
 * Of what is written at once every second is refused, or what is read at once stays unread, or a transaction
 * is in conflict: each until asking again has come to its end.
 */
export function halfDone(
  random: Random,
  among: readonly ("pull" | "ingest" | "detect")[] = ["pull", "ingest", "detect"],
): Act {
  const name = pick(random, among) ?? "detect";
  if (random() < 0.6) {
    const isFirst = random() < 0.5;
    return { kind: "half-batch", function: name, isFirst, times: between(random, 1, 2) };
  }
  // What detect writes are signals, each alone.
  const on = name !== "detect" && random() < 0.4 ? "table.transact" : "table.batchGet";
  return { kind: "mishap", function: name, what: "fail", when: "before", at: 1, times: 1, on };
}

/** A partition that many want at once; the longest lasts until pulls come due. */
export function hotKey(random: Random): Act {
  return {
    kind: "hot-key",
    of: pick(random, hotKeys) ?? "table",
    minutes: pick(random, [4, 12, 30, 30]) ?? 12,
    share: random() < 0.6 ? 1 : 0.5,
  };
}

const hotKeys = [
  "written next",
  "written next",
  "written next",
  "table",
  "table",
  "reverse",
  "reverse",
  "list",
  "list",
  "assignee",
  "connection",
] as const;

export type Trouble = (random: Random) => Act;

/** What befalls an invocation. */
const mishaps: readonly Trouble[] = [
  (random) => overtaken(random),
  (random) => overtaken(random),
  (random) => overtaken(random),
  (random) => brokenPromise(random),
  (random) => brokenPromise(random),
  (random) => brokenPromise(random),
  (random) => brokenPromise(random),
  (random) => brokenPromise(random),
  mishapOf,
  mishapOf,
  mishapOf,
  mishapOf,
  (random) => halfDone(random),
];

/** What a tool answers to too many requests has several forms, of which each is to be met often. */
const apiFaults: readonly ApiFaultKind[] = [
  ...apiFaultKinds,
  "429",
  "429 without Retry-After",
  "429 without Retry-After",
];

/** What befalls the world around; those that stand for long are there more than once. */
export const hardships: readonly Trouble[] = [
  (random) => ({
    kind: "api",
    tool: toolOf(random),
    fault: pick(random, apiFaults) ?? "503",
    skip: 0,
    times: between(random, 1, 3),
  }),
  (random) => ({
    kind: "api",
    tool: toolOf(random),
    fault: pick(random, apiFaults) ?? "503",
    skip: between(random, 0, 4),
    times: between(random, 1, 4),
  }),
  (random) => ({
    kind: "api",
    tool: toolOf(random),
    fault: pick(random, apiFaults) ?? "503",
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
  lostRecords,
  hotKey,
  () => ({ kind: "bus-down" }),
  () => ({ kind: "bus-down" }),
  (random) => ({ kind: "target-down", target: random() < 0.6 ? "alert" : "notify" }),
  () => ({ kind: "up" }),
  (random) => ({ kind: "channel-retry", times: between(random, 1, 2) }),
  (random) => ({ kind: random() < 0.6 ? "outage" : "revoke", tool: toolOf(random) }),
  (random) => ({ kind: random() < 0.6 ? "outage" : "revoke", tool: toolOf(random) }),
  (random) => ({ kind: random() < 0.6 ? "outage" : "revoke", tool: toolOf(random) }),
  (random) => ({ kind: "heal", tool: toolOf(random) }),
  () => ({ kind: "rotate" }),
  (random) =>
    random() < 0.45 ? { kind: "erase" } : { kind: "redeliver", count: between(random, 1, 30) },
  (random) => ({ kind: "garbage", tool: toolOf(random) }),
  () => ({ kind: "check" }),
];

const troubles = [...mishaps, ...hardships];

export function troubleOf(random: Random): Act {
  return (pick(random, troubles) ?? mishapOf)(random);
}

import type { Act, PlanConfig, Step } from "../plan.ts";
import type { Random } from "../random.ts";
import { between, pick } from "../random.ts";
import type { ToolName } from "../world/company.ts";
import { restOf, stepList } from "./step-list.ts";
import type { Trouble } from "./troubles.ts";
import {
  brokenPromise,
  brokenWebhook,
  brokenReading,
  editOf,
  halfDone,
  hardships,
  hotKey,
  lostRecords,
  mishapOf,
  overtaken,
  toolOf,
} from "./troubles.ts";

const incidentsMax = 3;

/**
 * Two kinds of trouble and one tool more than the others: each trouble is followed by what it can befall,
 * so that few are armed in vain.
 */
export function fewSteps(random: Random, config: PlanConfig): readonly Step[] {
  const { steps, add, addAtOnce } = stepList();
  const mishap = mishapKind(random, config);
  const kinds = [mishap, mishap, hardshipKind(random, config)];
  const tool = toolOf(random);
  const isRested = random() < 0.4;
  if (config.isRead !== true) for (const act of troublesOfReading(random)) addAtOnce(act);
  let pause = 0;
  for (let count = between(random, 1, incidentsMax); count > 0; count -= 1) {
    const trouble = (pick(random, kinds) ?? mishap)(random);
    add(pause, trouble);
    for (const other of alsoWith(trouble)) add(0, other);
    addHits(random, add, hitBy(trouble) ?? tool);
    pause = pauseAfter(random, trouble);
  }
  if (isRested) add(pause, restOf(random));
  // What stood still meanwhile is seen by what comes after; so is a trouble that waits for a pull.
  if (pause >= 20) add(isRested ? 1 : pause, editOf(random));
  return steps;
}

/** One or two edits, mostly where the trouble is. */
function addHits(
  random: Random,
  add: (afterMinutes: number, act: Act) => void,
  tool: ToolName,
): void {
  for (let edits = between(random, 1, 2); edits > 0; edits -= 1) {
    const hit = random() < 0.8 ? tool : toolOf(random);
    add(random() < 0.5 ? 0 : between(random, 1, 5), editOf(random, hit));
  }
}

function pauseAfter(random: Random, trouble: Act): number {
  return isMetByPulls(trouble) ? between(random, 20, 25) : between(random, 0, 12);
}

/**
 * A record is written alone or with its edges: what waits for its write waits for both. And of what is lost
 * on its way to the readers, most would change nothing. And one edit writes little at once.
 */
function alsoWith(act: Act): readonly Act[] {
  if (["gap", "half-batch", "hot-key"].includes(act.kind))
    return [{ kind: "edit", tool: "board", edit: "all goals turn" }];
  if (act.kind !== "meanwhile" || act.function === "detect") return [];
  const isAlone = act.on === "table.write work-item";
  return [{ ...act, on: isAlone ? "table.transact work-item" : "table.write work-item" }];
}

function mishapKind(random: Random, { hasWebhooks }: PlanConfig): Trouble {
  const chance = random();
  if (chance < 0.1) return mishapOf;
  if (chance < 0.17) return lostRecords;
  if (chance > 0.95) return (given) => halfDone(given, [hasWebhooks ? "ingest" : "pull", "detect"]);
  if (chance > 0.9) return hotKey;
  // With webhooks, theirs: of what a pull writes, the first reading has more.
  if (chance < 0.3) return (given) => brokenPromise(given, false);
  if (!hasWebhooks) return (given) => overtaken(given, ["detect"]);
  if (chance < 0.6) return brokenWebhook;
  return (given) => overtaken(given, ["ingest", "ingest", "ingest", "detect"]);
}

function hardshipKind(random: Random, { hasWebhooks }: PlanConfig): Trouble {
  const kind = pick(random, hardships) ?? brokenReading;
  if (hasWebhooks) return kind;
  // Where no webhooks come, no garbage does.
  return (given) => {
    const act = kind(given);
    return act.kind === "garbage" ? brokenReading(given) : act;
  };
}

/** The first reading writes more than all that comes after it: what befalls writing meets it there. */
function troublesOfReading(random: Random): readonly Act[] {
  const chance = random();
  const isHalf = chance > 0.85;
  const first =
    chance < 0.4
      ? overtaken(random, ["pull"])
      : isHalf
        ? halfDone(random, ["pull"])
        : brokenReading(random);
  const second = random() < 0.4 ? [(pick(random, hardships) ?? brokenReading)(random)] : [];
  return [first, ...second];
}

/** Whose doings the trouble is about. */
function hitBy(act: Act): ToolName | undefined {
  if ("tool" in act) return act.tool;
  const isOfWork = "on" in act && act.on?.startsWith("table.write work-item") === true;
  return isOfWork ? "tracker" : undefined;
}

/** Nothing is asked of a tool before its collections come due. */
function isMetByPulls(act: Act): boolean {
  if (act.kind === "hot-key") return act.minutes >= 30;
  if ("function" in act) return act.function === "pull" || act.function === "sweep";
  return ["api", "expire", "overtake", "outage", "revoke"].includes(act.kind);
}

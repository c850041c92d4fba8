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
  let silent: ToolName | undefined;
  for (let count = between(random, 1, incidentsMax); count > 0; count -= 1) {
    const trouble = (pick(random, kinds) ?? mishap)(random);
    add(pause, trouble);
    for (const other of alsoWith(trouble)) add(0, other);
    silent ??= silencedBy(trouble, config);
    addHits(random, add, trouble, hitBy(trouble) ?? tool);
    pause = pauseAfter(random, trouble, config);
  }
  if (silent !== undefined) addSilence(random, add, { pause, silent });
  else {
    if (isRested) add(pause, restOf(random));
    // What stood still meanwhile is seen by what comes after; so is a trouble that waits for a pull.
    if (pause >= 20) add(isRested ? 1 : pause, editOf(random));
  }
  return steps;
}

type Add = (afterMinutes: number, act: Act) => void;

/** One or two edits, mostly where the trouble is. */
function addHits(random: Random, add: Add, trouble: Act, tool: ToolName): void {
  add(soonAfter(random), writtenBy(random, trouble) ?? editOf(random, nearly(random, tool)));
  if (random() < 0.5) add(soonAfter(random), editOf(random, nearly(random, tool)));
}

/** Long enough that nothing may be concluded from what the tool does not tell; then comes what tempts to. */
function addSilence(
  random: Random,
  add: Add,
  { pause, silent }: { readonly pause: number; readonly silent: ToolName },
): void {
  add(pause, restOf(random, true));
  add(1, editBeside(random, silent));
  add(2, { kind: "check" });
}

/** The tool that tells nothing from now on. Without webhooks, what others tell is not heard meanwhile either. */
function silencedBy(act: Act, { hasWebhooks }: PlanConfig): ToolName | undefined {
  if (!hasWebhooks) return undefined;
  return act.kind === "outage" || act.kind === "revoke" ? act.tool : undefined;
}

/** What another tool tells, of which much could be concluded about the one that is silent. */
function editBeside(random: Random, silent: ToolName): Act {
  switch (silent) {
    case "tracker":
      return { kind: "edit", tool: "board", edit: "all goals turn" };
    case "board":
      return { kind: "edit", tool: "tracker", edit: "create" };
    default:
      return editOf(random);
  }
}

function soonAfter(random: Random): number {
  return random() < 0.5 ? 0 : between(random, 1, 5);
}

/** Mostly where the trouble is. */
function nearly(random: Random, tool: ToolName): ToolName {
  return random() < 0.8 ? tool : toolOf(random);
}

/** What waits for a record to be written mostly has one. */
function writtenBy(random: Random, act: Act): Act | undefined {
  if (act.kind !== "meanwhile" || act.function === "detect" || random() < 0.2) return undefined;
  return {
    kind: "edit",
    tool: act.tool,
    edit: pick(random, ["title", "status", "again"]) ?? "title",
  };
}

function pauseAfter(random: Random, trouble: Act, config: PlanConfig): number {
  return isMetByPulls(trouble, config) ? between(random, 20, 25) : between(random, 0, 12);
}

/**
 * A record is written alone or with its edges: what waits for its write waits for both. And of what is lost
 * on its way to the readers, most would change nothing. And one edit writes little at once.
 */
function alsoWith(act: Act): readonly Act[] {
  if (["gap", "half-batch", "hot-key", "bus-down"].includes(act.kind) || isOfRelay(act))
    return [{ kind: "edit", tool: "board", edit: "all goals turn" }];
  if (act.kind !== "meanwhile" || act.function === "detect") return [];
  const isAlone = act.on === "table.write work-item";
  return [{ ...act, on: isAlone ? "table.transact work-item" : "table.write work-item" }];
}

/** What it could not publish is to be something. */
function isOfRelay(act: Act): boolean {
  return act.kind === "mishap" && act.function === "relay";
}

function mishapKind(random: Random, { hasWebhooks }: PlanConfig): Trouble {
  const chance = random();
  if (chance < 0.1) return mishapOf;
  if (chance < 0.21) return lostRecords;
  if (chance > 0.95) return (given) => halfDone(given, [hasWebhooks ? "ingest" : "pull", "detect"]);
  if (chance > 0.9) return hotKey;
  // With webhooks, theirs: of what a pull writes, the first reading has more.
  if (chance < 0.32) return (given) => brokenPromise(given, false);
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
function isMetByPulls(act: Act, { hasWebhooks }: PlanConfig): boolean {
  if (act.kind === "hot-key") return act.minutes >= 30;
  if (act.kind === "gap") return !hasWebhooks;
  if ("function" in act) return act.function === "pull" || act.function === "sweep";
  return ["api", "expire", "overtake", "outage", "revoke"].includes(act.kind);
}

import type { SampleDependency, SampleItem, SampleUnit, Tool } from "./company.ts";
import type { Dice } from "./dice.ts";
import type { Roster } from "./roster.ts";
import { isOpenStatus } from "./work-draft.ts";

/** Dependencies inside teams: usual, and nobody's alert. */
const insideTeams = 110;
/** Dependencies across teams that are over: history. */
const finishedAcross = 12;

/**
 * Open dependencies across teams, blocked team first. They meet in a department, a division or only
 * in the company; two cross from Jira into Asana.
 */
const openAcross: readonly (readonly [blocked: string, blocking: string])[] = [
  ["data-insights", "core-platform"],
  ["core-platform", "reliability"],
  ["driver-app", "carrier-network"],
  ["shipment-planning", "carrier-network"],
  ["shipment-planning", "data-insights"],
  ["driver-app", "core-platform"],
  ["onboarding", "support"],
  ["enterprise-sales", "demand-generation"],
  ["carrier-network", "onboarding"],
  ["core-platform", "finance-operations"],
];

interface World {
  readonly items: readonly SampleItem[];
  readonly roster: Roster;
  readonly units: readonly SampleUnit[];
}

export function buildDependencies(dice: Dice, world: World): readonly SampleDependency[] {
  const picker = new Picker(dice, world);
  const edges: SampleDependency[] = [];
  for (const [blocked, blocking] of openAcross) {
    edges.push({ blockedId: picker.take(blocked, true), blockingId: picker.take(blocking, true) });
  }
  const teams = world.units.filter((unit) => unit.level === "team");
  for (let at = 0; at < finishedAcross; at += 1) {
    const jiraTeams = teams.filter((team) => team.tool === "jira");
    const [blocked, blocking] = dice.shuffled(jiraTeams);
    if (!blocked || !blocking) break;
    // The blocking end is done, so whatever the blocked one is, nobody waits.
    edges.push({
      blockedId: picker.take(blocked.id, true),
      blockingId: picker.take(blocking.id, false),
    });
  }
  for (let at = 0; at < insideTeams; at += 1) {
    // Round the teams, so that no small one runs out of work.
    const team = teams[at % teams.length];
    if (!team) break;
    const blockedId = picker.take(team.id, dice.chance(0.75));
    edges.push({ blockedId, blockingId: picker.take(team.id, dice.chance(0.75)) });
  }
  return edges;
}

/** Gives each item out once, so that no chain or cycle comes about by chance. */
class Picker {
  readonly #pools = new Map<string, SampleItem[]>();

  constructor(dice: Dice, { items, roster }: World) {
    for (const item of dice.shuffled(items)) {
      if (!isFit(item, roster)) continue;
      const key = poolKey(item.teamId, isOpenStatus(item.status));
      this.#pools.set(key, [...(this.#pools.get(key) ?? []), item]);
    }
  }

  take(teamId: string, isOpen: boolean): string {
    const item = this.#pools.get(poolKey(teamId, isOpen))?.pop();
    if (!item) throw new RangeError(`team ${teamId} has no more work to depend on`);
    return item.id;
  }
}

function poolKey(teamId: string, isOpen: boolean): string {
  return `${teamId}:${isOpen ? "open" : "closed"}`;
}

/** Assigned to somebody of the team whom the HR system can name, so that its team is certain. */
function isFit(item: SampleItem, roster: Roster): boolean {
  const leaf: readonly SampleItem["kind"][] = ["story", "task", "bug"];
  if (!leaf.includes(item.kind) || item.assigneeAccountId === undefined) return false;
  const account = roster.account(item.assigneeAccountId);
  const tool: Tool = item.tool;
  return (
    account?.tool === tool &&
    account.personId !== undefined &&
    !account.isEmailHidden &&
    account.isActive &&
    account.kind === "human" &&
    !account.id.endsWith(".jira.2")
  );
}

import type { Instant } from "#shared/model/time.ts";

import type { SampleDependency, SampleItem, SampleProject, SampleUnit } from "./company.ts";
import { waits } from "./dependency-plan.ts";
import { dayFrom } from "./dice.ts";
import type { Dice } from "./dice.ts";
import type { Roster } from "./roster.ts";
import { isOpenStatus } from "./work-draft.ts";

/** Dependencies inside teams: usual, and nobody's alert. */
const insideTeams = 110;
/** Dependencies across teams that are over: history. */
const finishedAcross = 12;

interface World {
  readonly items: readonly SampleItem[];
  readonly projects: readonly SampleProject[];
  readonly roster: Roster;
  readonly units: readonly SampleUnit[];
  readonly asOf: Instant;
}

/** Who waits on whom; and the items, those that the plan names with their titles and due dates. */
export function buildDependencies(
  dice: Dice,
  world: World,
): { readonly dependencies: readonly SampleDependency[]; readonly items: readonly SampleItem[] } {
  const picker = new Picker(dice, world);
  const planned = new Map<string, Pick<SampleItem, "title" | "dueOn">>();
  const dependencies = waits.map(({ blocked, blocking, isLate = false }): SampleDependency => {
    const blockedId = picker.take(blocked.teamId, true, blocked.under);
    const blockingId = picker.take(blocking.teamId, true, blocking.under);
    const needed = dice.between(8, 20);
    const ready = needed + (isLate ? dice.between(3, 15) : -dice.between(1, 5));
    planned.set(blockedId, { title: blocked.title, dueOn: dayFrom(world.asOf, needed) });
    planned.set(blockingId, { title: blocking.title, dueOn: dayFrom(world.asOf, ready) });
    return { blockedId, blockingId };
  });
  dependencies.push(...pastWaits(dice, picker, world), ...teamWaits(dice, picker, world));
  return {
    dependencies,
    items: world.items.map((item) => ({ ...item, ...planned.get(item.id) })),
  };
}

/** The blocking end is done, so whatever the blocked one is, nobody waits. */
function pastWaits(dice: Dice, picker: Picker, { units }: World): readonly SampleDependency[] {
  const teams = units.filter(({ level, tool }) => level === "team" && tool === "jira");
  return Array.from({ length: finishedAcross }, () => {
    const [blocked, blocking] = dice.shuffled(teams);
    if (!blocked || !blocking) throw new RangeError("fewer than two teams");
    return {
      blockedId: picker.take(blocked.id, true),
      blockingId: picker.take(blocking.id, false),
    };
  });
}

/** Round the teams, so that no small one runs out of work. */
function teamWaits(dice: Dice, picker: Picker, { units }: World): readonly SampleDependency[] {
  const teams = units.filter(({ level }) => level === "team");
  return Array.from({ length: insideTeams }, (_, at) => {
    const team = teams[at % teams.length]?.id ?? "";
    const blockedId = picker.take(team, dice.chance(0.75));
    return { blockedId, blockingId: picker.take(team, dice.chance(0.75)) };
  });
}

/** Gives each item out once, so that no chain or cycle comes about by chance. */
class Picker {
  readonly #pools = new Map<string, SampleItem[]>();
  /** What an item is under: the title of its epic, or the name of its project. */
  readonly #nameOf: (item: SampleItem) => string | undefined;

  constructor(dice: Dice, { items, projects, roster }: World) {
    const epics = new Map(items.map(({ id, title }) => [id, title]));
    const names = new Map(projects.map(({ id, name }) => [id, name]));
    this.#nameOf = ({ parentId, projectId }) =>
      parentId === undefined ? names.get(projectId) : epics.get(parentId);
    for (const item of dice.shuffled(items)) {
      if (!isFit(item, roster)) continue;
      const key = poolKey(item.teamId, isOpenStatus(item.status));
      this.#pools.set(key, [...(this.#pools.get(key) ?? []), item]);
    }
  }

  take(teamId: string, isOpen: boolean, under?: string): string {
    const pool = this.#pools.get(poolKey(teamId, isOpen)) ?? [];
    const at = pool.findLastIndex((item) => under === undefined || this.#nameOf(item) === under);
    const [item] = at < 0 ? [] : pool.splice(at, 1);
    if (!item) throw new RangeError(`team ${teamId} has no more work ${under ?? ""} to depend on`);
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
  return (
    account?.personId !== undefined &&
    account.id !== roster.secondAccount()?.id &&
    !account.isEmailHidden &&
    account.isActive
  );
}

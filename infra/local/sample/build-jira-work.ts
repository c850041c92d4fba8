import type { Instant } from "#shared/model/time.ts";

import { jiraProjectOf } from "./build-goals.ts";
import { famousEpicTitle, supportLabel } from "./company.ts";
import type { SampleGoal, SampleItem, SampleProject } from "./company.ts";
import type { Dice } from "./dice.ts";
import {
  closedEpic,
  initiatives,
  lighthouseAreas,
  looseIssues,
  supportEpicTitle,
  unlinkedEpics,
} from "./engineering-plan.ts";
import {
  bugTitles,
  storyTitles,
  subtaskTitles,
  supportTitles,
  taskTitles,
} from "./engineering-words.ts";
import { jiraProjects } from "./org-plan.ts";
import type { Roster } from "./roster.ts";
import { datesFor, isOpenStatus, openMix, usualMix } from "./work-draft.ts";
import type { StatusMix } from "./work-draft.ts";

interface World {
  readonly roster: Roster;
  readonly goals: readonly SampleGoal[];
  readonly asOf: Instant;
}

/** What engineering does in Jira: epics under initiatives, stories, bugs and subtasks, and leftovers. */
export function buildJiraWork(
  dice: Dice,
  world: World,
): { readonly projects: readonly SampleProject[]; readonly items: readonly SampleItem[] } {
  const board = new Board(dice, world);
  for (const plan of initiatives) {
    const goalId = world.goals.find((goal) => goal.title === plan.title)?.id;
    for (const { title, focus } of plan.epics) {
      const epic = board.add({ title, teamId: plan.teamId, kind: "epic", mix: epicMix, goalId });
      board.fill(epic, [focus], dice.between(16, 23));
    }
  }
  for (const { title, focus, teamId, size } of unlinkedEpics) {
    board.fill(board.add({ title, teamId, kind: "epic", mix: openMix }), [focus], size);
  }
  for (const loose of looseIssues) board.add({ ...loose, kind: "task", mix: openMix });
  board.fill(
    board.add({ ...closedEpic, kind: "epic", mix: [["done", 1]] }),
    [closedEpic.focus],
    closedEpic.size,
  );
  addLighthouse(board);
  addSupport(board);
  return { projects: projectsOf(world.roster), items: board.finished() };
}

/** Epics are mostly under way: a finished one has nothing open under it that would want a goal. */
const epicMix: StatusMix = [
  ["in-progress", 80],
  ["todo", 20],
];

/** Forty items of one epic that nobody ever tied to a goal. */
function addLighthouse(board: Board): void {
  const epic = board.add({
    title: famousEpicTitle,
    teamId: "shipment-planning",
    kind: "epic",
    mix: [["in-progress", 1]],
  });
  board.fill(epic, lighthouseAreas, 40, false);
}

function addSupport(board: Board): void {
  const labels = [supportLabel];
  const teamId = "reliability";
  const epic = board.add({
    title: supportEpicTitle,
    teamId,
    kind: "epic",
    mix: [["in-progress", 1]],
    labels,
  });
  for (const title of supportTitles) {
    board.add({ title, teamId, kind: "task", mix: usualMix, parent: epic, labels });
  }
}

interface Draft {
  readonly title: string;
  readonly teamId: string;
  readonly kind: SampleItem["kind"];
  readonly mix: StatusMix;
  readonly parent?: SampleItem;
  readonly goalId?: string | undefined;
  readonly labels?: readonly string[];
}

class Board {
  readonly #dice: Dice;
  readonly #world: World;
  readonly #items: SampleItem[] = [];
  #count = 0;

  constructor(dice: Dice, world: World) {
    this.#dice = dice;
    this.#world = world;
  }

  add(draft: Draft): SampleItem {
    const { title, teamId, kind, parent } = draft;
    const dice = this.#dice;
    const status = dice.weighted(draft.mix);
    const team = this.#world.roster.accountsOf(teamId, "jira");
    // Backlog without an owner is usual; work in progress without one is not.
    const isOwned = status !== "todo" || dice.chance(0.7);
    const item: SampleItem = {
      id: `j${String((this.#count += 1))}`,
      tool: "jira",
      kind,
      title,
      projectId: jiraProjectOf(teamId),
      otherProjectIds: [],
      teamId,
      status,
      labels: draft.labels ?? (dice.chance(0.08) ? [dice.pick(labels)] : []),
      ...datesFor(dice, status, this.#world.asOf),
      ...(parent && { parentId: parent.id }),
      ...(draft.goalId !== undefined && { goalId: draft.goalId }),
      ...(isOwned && { assigneeAccountId: dice.pick(team).id }),
      reporterAccountId: dice.chance(0.05) ? "bot.jira" : dice.pick(team).id,
    };
    this.#items.push(item);
    return item;
  }

  /** Puts that many different stories, tasks and bugs under an epic, most with a few subtasks. */
  fill(epic: SampleItem, focuses: readonly string[], size: number, hasSubtasks = true): void {
    const dice = this.#dice;
    const titles = dice.shuffled(
      focuses.flatMap((focus) =>
        [
          ...storyTitles.map((title) => ({ title, kind: "story" as const })),
          ...taskTitles.map((title) => ({ title, kind: "task" as const })),
          ...bugTitles.map((title) => ({ title, kind: "bug" as const })),
        ].map(({ title, kind }) => ({ title: title.replace("{f}", focus), kind })),
      ),
    );
    // An epic that nobody started has little behind it.
    const mix = epic.status === "todo" ? openMix : usualMix;
    for (const { title, kind } of titles.slice(0, size)) {
      const item = this.add({ title, kind, teamId: epic.teamId, mix, parent: epic });
      if (!hasSubtasks || kind === "bug" || !dice.chance(0.16)) continue;
      const steps = dice.shuffled(subtaskTitles).slice(0, dice.between(2, 4));
      const stepMix: StatusMix = isOpenStatus(item.status) ? usualMix : [["done", 1]];
      for (const step of steps) {
        const { teamId } = item;
        this.add({ title: step, kind: "subtask", teamId, mix: stepMix, parent: item });
      }
    }
  }

  /** All items, with the leaver's and the twice registered colleague's share of the open ones. */
  finished(): readonly SampleItem[] {
    const { roster } = this.#world;
    const [leaver] = roster.leaverAccounts("jira");
    const second = roster.secondAccount();
    let left = leaver ? 9 : 0;
    let twice = second ? 5 : 0;
    return this.#items.map((item) => {
      if (item.teamId !== "shipment-planning" || !isOpenStatus(item.status)) return item;
      if (item.kind === "epic" || item.assigneeAccountId === undefined) return item;
      if (leaver && left > 0 && this.#dice.chance(0.15)) {
        left -= 1;
        return { ...item, assigneeAccountId: leaver.id };
      }
      if (second && twice > 0 && this.#dice.chance(0.1)) {
        twice -= 1;
        return { ...item, assigneeAccountId: second.id };
      }
      return item;
    });
  }
}

const labels = ["customer-request", "tech-debt", "security", "peak-season", "gdpr"] as const;

function projectsOf(roster: Roster): readonly SampleProject[] {
  return jiraProjects.map(({ id, key, name, teamIds, language }) => ({
    id,
    tool: "jira",
    key,
    name,
    teamId: teamIds[0],
    leadId: roster.headOf(teamIds[0]).id,
    goalIds: [],
    language,
    sections: [],
  }));
}

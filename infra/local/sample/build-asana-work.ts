import type { Instant } from "#shared/model/time.ts";

import { businessProjects } from "./business-plan.ts";
import { businessTitles, sections, stepTitles } from "./business-words.ts";
import type { SampleGoal, SampleItem, SampleProject, SampleStatus } from "./company.ts";
import type { Dice } from "./dice.ts";
import type { Roster } from "./roster.ts";
import { datesFor, isOpenStatus, usualMix } from "./work-draft.ts";

interface World {
  readonly roster: Roster;
  readonly goals: readonly SampleGoal[];
  readonly asOf: Instant;
}

/** Tasks directly in one project, before their subtasks. */
const tasksPerProject = { min: 26, max: 32 };

/** What everybody else does in Asana: projects that support goals, tasks, steps up to four deep. */
export function buildAsanaWork(
  dice: Dice,
  world: World,
): { readonly projects: readonly SampleProject[]; readonly items: readonly SampleItem[] } {
  const projects = businessProjects.map((plan, at): SampleProject => {
    const goalIds = plan.goals.map((title) => goalTitled(world.goals, title).id);
    return {
      id: `a-project-${at + 1}`,
      tool: "asana",
      name: plan.name,
      teamId: plan.teamId,
      leadId: world.roster.headOf(plan.teamId).id,
      goalIds,
      language: "en",
      sections,
    };
  });
  const desk = new Desk(dice, world, projects);
  for (const [at, project] of projects.entries()) {
    desk.fill(project, businessProjects[at]?.subjects ?? []);
  }
  return { projects, items: desk.items };
}

function goalTitled(goals: readonly SampleGoal[], title: string): SampleGoal {
  const goal = goals.find((candidate) => candidate.title === title);
  if (!goal) throw new RangeError(`no goal is called ${title}`);
  return goal;
}

class Desk {
  readonly items: SampleItem[] = [];
  readonly #dice: Dice;
  readonly #world: World;
  readonly #projects: readonly SampleProject[];
  #count = 0;

  constructor(dice: Dice, world: World, projects: readonly SampleProject[]) {
    this.#dice = dice;
    this.#world = world;
    this.#projects = projects;
  }

  fill(project: SampleProject, subjects: readonly string[]): void {
    const dice = this.#dice;
    const titles = (businessTitles[project.teamId] ?? []).flatMap((title) =>
      subjects.map((subject) => title.replace("{s}", subject)),
    );
    const count = dice.between(tasksPerProject.min, tasksPerProject.max);
    for (const title of dice.shuffled(titles).slice(0, count)) {
      const task = this.#add({ title, project, kind: "task" });
      if (dice.chance(0.22)) this.#split(task, project, 0);
    }
    this.#add({ title: `${project.name}: review with sponsors`, project, kind: "milestone" });
  }

  /** Steps of a task, and steps of its first step, down to four levels. */
  #split(parent: SampleItem, project: SampleProject, depth: number): void {
    const titles = stepTitles[depth];
    if (!titles) return;
    const steps = this.#dice
      .shuffled(titles)
      .slice(0, this.#dice.between(2, 4))
      .map((title) => this.#add({ title, project, kind: "subtask", parent }));
    const [first] = steps;
    if (first && this.#dice.chance(depth === 0 ? 0.3 : 0.6)) this.#split(first, project, depth + 1);
  }

  #add(draft: {
    readonly title: string;
    readonly project: SampleProject;
    readonly kind: SampleItem["kind"];
    readonly parent?: SampleItem;
  }): SampleItem {
    const { title, project, kind, parent } = draft;
    const dice = this.#dice;
    const isClosed = parent !== undefined && !isOpenStatus(parent.status);
    // Asana has no dropped tasks: they are deleted or completed.
    const status = isClosed ? "done" : asanaStatus(dice.weighted(usualMix));
    const isOwned = status !== "todo" || dice.chance(0.75);
    const item: SampleItem = {
      id: `a${String((this.#count += 1))}`,
      tool: "asana",
      kind,
      title,
      projectId: project.id,
      otherProjectIds: parent === undefined ? this.#otherHomes(project) : [],
      ...(parent === undefined && { section: sectionFor(dice, status) }),
      teamId: project.teamId,
      status,
      labels: [],
      ...datesFor(dice, status, this.#world.asOf),
      ...(parent && { parentId: parent.id }),
      ...(isOwned && { assigneeAccountId: this.#assignee(project) }),
    };
    this.items.push(item);
    return item;
  }

  #assignee(project: SampleProject): string {
    const isAgencyWork = project.name === "Website relaunch" && this.#dice.chance(0.08);
    if (isAgencyWork) return "guest.asana";
    return this.#dice.pick(this.#world.roster.accountsOf(project.teamId, "asana")).id;
  }

  /** About one task in twenty lives in a second project of the same team as well. */
  #otherHomes(project: SampleProject): readonly string[] {
    const others = this.#projects.filter(
      (other) => other.teamId === project.teamId && other.goalIds.length > 0 && other !== project,
    );
    const mayShare = project.goalIds.length > 0 && others.length > 0 && this.#dice.chance(0.05);
    return mayShare ? [this.#dice.pick(others).id] : [];
  }
}

function asanaStatus(status: SampleStatus): SampleStatus {
  return status === "dropped" ? "done" : status;
}

function sectionFor(dice: Dice, status: SampleStatus): string {
  if (status === "in-progress") return "In progress";
  if (status === "in-review") return "Waiting";
  return status === "todo" ? dice.pick(["Backlog", "This month"]) : "Done";
}

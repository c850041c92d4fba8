import type {
  AsanaSeed,
  SeedGoal,
  SeedGoalRelationship,
  SeedProject,
  SeedSection,
  SeedTask,
} from "#connectors/asana/simulator/seed.ts";

import type { Company, SampleGoal, SampleItem, SampleProject } from "./company.ts";
import { Numbering } from "./numbering.ts";

export const asanaToken = "sample-asana-token-2b91";
export const asanaWorkspace = "1190000000000001";

/** Where in the simulated Asana the company's things are; Jira's links point there. */
export interface AsanaPlaces {
  goalUrl(goalId: string): string;
  taskUrl(item: SampleItem): string;
}

/** Asana's ids are numbers over all kinds of things: one numbering, in the order of the company. */
function gids(): Numbering {
  return new Numbering(1_200_000_000_001);
}

/** The Asana side of the company: goals, and the work of the departments that do not use Jira. */
export function toAsanaSeed(company: Company): {
  seed: AsanaSeed;
  places: (url: string) => AsanaPlaces;
} {
  const writer = new AsanaWriter(company);
  return { seed: writer.seed(), places: (url) => writer.places(url) };
}

class AsanaWriter {
  readonly #company: Company;
  readonly #gids = gids();
  readonly #projects: readonly SampleProject[];
  readonly #items: readonly SampleItem[];
  readonly #goals: readonly SampleGoal[];
  readonly #sections = new Map<string, SeedSection>();

  constructor(company: Company) {
    this.#company = company;
    this.#projects = company.projects.filter(({ tool }) => tool === "asana");
    this.#items = company.items.filter(({ tool }) => tool === "asana");
    this.#goals = company.goals.filter(({ tool }) => tool === "asana");
    for (const project of this.#projects) {
      for (const name of project.sections) this.#addSection(project, name);
    }
  }

  seed(): AsanaSeed {
    const { accounts, units } = this.#company;
    const users = accounts.filter(({ tool }) => tool === "asana");
    const me = users.find(({ kind }) => kind === "bot") ?? users[0];
    return {
      token: asanaToken,
      me: this.#gid(me?.id ?? ""),
      workspaces: [{ gid: asanaWorkspace, name: this.#company.name }],
      users: users.map(({ id, displayName, email, isEmailHidden, isActive, kind }) => ({
        gid: this.#gid(id),
        name: displayName,
        ...(!isEmailHidden && { email }),
        is_active: isActive,
        is_guest: kind === "guest",
      })),
      teams: units.map(({ id, name }) => ({ gid: this.#gid(`unit:${id}`), name })),
      portfolios: [],
      projects: this.#projects.map((project) => this.#project(project)),
      sections: [...this.#sections.values()],
      custom_fields: [],
      tasks: this.#items.map((item) => this.#task(item)),
      time_periods: [],
      goals: this.#goals.map((goal) => this.#goal(goal)),
      goal_relationships: this.#relationships(),
      status_updates: [],
    };
  }

  places(url: string): AsanaPlaces {
    return {
      goalUrl: (goalId) => `${url}/0/goals/${this.#gid(goalId)}`,
      taskUrl: (item) => `${url}/0/${this.#gid(item.projectId)}/${this.#gid(item.id)}`,
    };
  }

  #gid(id: string): string {
    return this.#gids.of(id);
  }

  #addSection(project: SampleProject, name: string): void {
    const gid = this.#gid(`section:${project.id}:${name}`);
    this.#sections.set(`${project.id}:${name}`, { gid, name, project: this.#gid(project.id) });
  }

  #project(project: SampleProject): SeedProject {
    const created = this.#items
      .filter(({ projectId }) => projectId === project.id)
      .map(({ createdAt }) => createdAt)
      .toSorted()[0];
    return {
      gid: this.#gid(project.id),
      name: project.name,
      team: this.#gid(`unit:${project.teamId}`),
      owner: this.#userOf(project.leadId),
      created_at: created ?? this.#company.asOf,
      modified_at: this.#company.asOf,
    };
  }

  /** The Asana login of a person, who may have none. */
  #userOf(personId: string): string | null {
    const account = this.#company.accounts.find(
      (candidate) => candidate.tool === "asana" && candidate.personId === personId,
    );
    return account ? this.#gid(account.id) : null;
  }

  #task(item: SampleItem): SeedTask {
    const homes = item.parentId === undefined ? [item.projectId, ...item.otherProjectIds] : [];
    return {
      gid: this.#gid(item.id),
      name: item.title,
      ...(item.kind === "milestone" && { resource_subtype: "milestone" }),
      assignee: item.assigneeAccountId === undefined ? null : this.#gid(item.assigneeAccountId),
      completed: item.status === "done" || item.status === "dropped",
      ...(item.completedAt !== undefined && { completed_at: item.completedAt }),
      created_at: item.createdAt,
      modified_at: item.updatedAt,
      ...(item.startOn !== undefined && { start_on: item.startOn }),
      ...(item.dueOn !== undefined && { due_on: item.dueOn }),
      ...(item.parentId !== undefined && { parent: this.#gid(item.parentId) }),
      memberships: homes.map((projectId, index) => ({
        project: this.#gid(projectId),
        section: index === 0 ? this.#sectionOf(item) : null,
      })),
      dependencies: this.#company.dependencies
        .filter(({ blockedId, blockingId }) => blockedId === item.id && this.#isOurs(blockingId))
        .map(({ blockingId }) => this.#gid(blockingId)),
    };
  }

  #sectionOf({ projectId, section }: SampleItem): string | null {
    return this.#sections.get(`${projectId}:${section ?? ""}`)?.gid ?? null;
  }

  #isOurs(itemId: string): boolean {
    return this.#items.some(({ id }) => id === itemId);
  }

  #goal(goal: SampleGoal): SeedGoal {
    const status = {
      "on-track": "green",
      "at-risk": "yellow",
      "off-track": "red",
      achieved: "achieved",
    };
    return {
      gid: this.#gid(goal.id),
      name: goal.title,
      owner: this.#userOf(goal.ownerId),
      team: goal.teamId === undefined ? null : this.#gid(`unit:${goal.teamId}`),
      is_workspace_level: goal.teamId === undefined,
      time_period: null,
      start_on: goal.startOn,
      due_on: goal.dueOn,
      status: status[goal.status],
      metric: null,
    };
  }

  #relationships(): readonly SeedGoalRelationship[] {
    const supports: (readonly [supporting: string, supported: string])[] = [];
    for (const goal of this.#goals) {
      if (goal.parentId !== undefined) supports.push([goal.id, goal.parentId]);
    }
    for (const project of this.#projects) {
      for (const goalId of project.goalIds) supports.push([project.id, goalId]);
    }
    for (const item of this.#items) {
      if (item.goalId !== undefined) supports.push([item.id, item.goalId]);
    }
    return supports.map(([supporting, supported]) => ({
      gid: this.#gid(`support:${supporting}:${supported}`),
      supported_goal: this.#gid(supported),
      supporting_resource: this.#gid(supporting),
      contribution_weight: 0,
    }));
  }
}

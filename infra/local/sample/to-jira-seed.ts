import type { JiraSeedInput } from "#connectors/jira/simulator/seed.ts";
import type { Instant } from "#shared/model/time.ts";

import { famousEpicTitle } from "./company.ts";
import type {
  Company,
  Language,
  SampleGoal,
  SampleItem,
  SampleProject,
  SampleStatus,
} from "./company.ts";
import { Numbering } from "./numbering.ts";
import type { AsanaPlaces } from "./to-asana-seed.ts";

export const jiraEmail = "svc-throughline@northquay.example";
export const jiraToken = "sample-jira-token-7d40";
/** The account of the connection: a service account, nobody's own. */
const serviceAccount = "712020:svc-throughline";

export const goalLinkField = { id: "customfield_10040", name: "Goal link" };
export const blockedByField = { id: "customfield_10041", name: "Blocked by link" };
/** What epics are for, as product people say it: a link rule can go by it. */
export const productAreaField = { id: "customfield_10042", name: "Product area" };
const teamField = { id: "customfield_10001", name: "Team" };

/** The product area of each team's epics; the famous epic has one of its own. */
const productAreas: Readonly<Record<string, string>> = {
  "core-platform": "Platform",
  reliability: "Platform",
  "data-insights": "Insights",
  "shipment-planning": "Planning",
  "carrier-network": "Carriers",
  "driver-app": "Driver experience",
};
const famousArea = "Visibility";
const areaNames = [...new Set(Object.values(productAreas)), famousArea];

const types = {
  initiative: { id: "10010", name: "Initiative", hierarchyLevel: 2 },
  epic: { id: "10000", name: "Epic", hierarchyLevel: 1 },
  story: { id: "10001", name: "Story", hierarchyLevel: 0 },
  task: { id: "10002", name: "Task", hierarchyLevel: 0 },
  bug: { id: "10004", name: "Bug", hierarchyLevel: 0 },
  subtask: { id: "10003", name: "Sub-task", hierarchyLevel: -1 },
} as const;

/** What people of each language called the steps of their workflow. */
const statusNames: Readonly<Record<Language, Readonly<Record<SampleStatus, string>>>> = {
  en: {
    todo: "To Do",
    "in-progress": "In Progress",
    "in-review": "In Review",
    done: "Done",
    dropped: "Won't do",
  },
  de: {
    todo: "Zu erledigen",
    "in-progress": "In Arbeit",
    "in-review": "Im Review",
    done: "Fertig",
    dropped: "Verworfen",
  },
  ja: {
    todo: "未着手",
    "in-progress": "進行中",
    "in-review": "レビュー中",
    done: "完了",
    dropped: "中止",
  },
  pt: {
    todo: "A fazer",
    "in-progress": "Em andamento",
    "in-review": "Em revisão",
    done: "Concluído",
    dropped: "Cancelado",
  },
};
const categories = {
  todo: "new",
  "in-progress": "indeterminate",
  "in-review": "indeterminate",
  done: "done",
  dropped: "done",
} as const satisfies Record<SampleStatus, string>;
const languages: readonly Language[] = ["en", "de", "ja", "pt"];
const steps: readonly SampleStatus[] = ["todo", "in-progress", "in-review", "done", "dropped"];

function statusId(language: Language, status: SampleStatus): string {
  return String(10_100 + languages.indexOf(language) * 10 + steps.indexOf(status));
}

/** Names of the statuses that mean given up, in every language of the company. */
export const droppedStatuses = languages.map((language) => statusNames[language].dropped);

/** The Jira site of the company: engineering and product, and the initiatives above their epics. */
export function toJiraSeed(company: Company, asana: AsanaPlaces): JiraSeedInput {
  return new JiraWriter(company, asana).seed();
}

/** Only epics have an area: what is below them is found through them. */
function areaOf({ kind, title, teamId }: SampleItem) {
  const value = title === famousEpicTitle ? famousArea : productAreas[teamId];
  if (kind !== "epic" || value === undefined) return {};
  return { [productAreaField.id]: { id: String(10_600 + areaNames.indexOf(value)), value } };
}

class JiraWriter {
  readonly #company: Company;
  readonly #asana: AsanaPlaces;
  readonly #projects: readonly SampleProject[];
  readonly #items: readonly SampleItem[];
  readonly #initiatives: readonly SampleGoal[];
  readonly #issueIds = new Numbering(10_500);
  readonly #counters = new Map<string, number>();
  readonly #keys = new Map<string, string>();

  constructor(company: Company, asana: AsanaPlaces) {
    this.#company = company;
    this.#asana = asana;
    this.#projects = company.projects.filter(({ tool }) => tool === "jira");
    this.#items = company.items.filter(({ tool }) => tool === "jira");
    this.#initiatives = company.goals.filter(({ tool }) => tool === "jira");
    for (const { id, projectId } of this.#initiatives) this.#giveKey(id, projectId ?? "");
    for (const { id, projectId } of this.#items) this.#giveKey(id, projectId);
  }

  seed(): JiraSeedInput {
    const users = this.#company.accounts.filter(({ tool }) => tool === "jira");
    return {
      siteName: "northquay",
      users: [
        { accountId: serviceAccount, displayName: "Throughline service", emailAddress: jiraEmail },
        ...users.map(({ id, displayName, email, isEmailHidden, isActive, kind }) => ({
          accountId: accountIdOf(id),
          displayName,
          ...(!isEmailHidden && { emailAddress: email }),
          active: isActive,
          accountType: kind === "bot" ? ("app" as const) : ("atlassian" as const),
        })),
      ],
      credentials: [{ email: jiraEmail, apiToken: jiraToken, accountId: serviceAccount }],
      projects: this.#projects.map((project, index) => ({
        id: String(10_000 + index),
        key: project.key ?? "",
        name: project.name,
        issueTypes: Object.values(types),
      })),
      statuses: languages.flatMap((language) =>
        steps.map((step) => ({
          id: statusId(language, step),
          name: statusNames[language][step],
          category: categories[step],
        })),
      ),
      fields: [
        { ...goalLinkField, type: "url" },
        { ...blockedByField, type: "url" },
        { ...teamField, type: "team" },
        { ...productAreaField, type: "select" },
      ],
      issues: [
        ...this.#initiatives.map((goal) => this.#initiative(goal)),
        ...this.#items.map((item) => this.#issue(item)),
      ],
      links: this.#links(),
    };
  }

  #giveKey(id: string, projectId: string): void {
    const project = this.#projects.find((candidate) => candidate.id === projectId);
    const key = project?.key ?? this.#projects[0]?.key ?? "";
    const next = (this.#counters.get(key) ?? 0) + 1;
    this.#counters.set(key, next);
    this.#keys.set(id, `${key}-${next}`);
  }

  #keyOf(id: string): string {
    return this.#keys.get(id) ?? "";
  }

  #initiative(goal: SampleGoal) {
    const created: Instant = `${goal.startOn}T08:00:00.000Z` as Instant;
    const status = goal.status === "achieved" ? "done" : "in-progress";
    return {
      id: this.#issueIds.of(goal.id),
      key: this.#keyOf(goal.id),
      typeId: types.initiative.id,
      summary: goal.title,
      statusId: statusId("en", status),
      duedate: goal.dueOn,
      created,
      updated: created < this.#company.asOf ? created : this.#company.asOf,
      custom:
        goal.parentId === undefined
          ? {}
          : { [goalLinkField.id]: this.#asana.goalUrl(goal.parentId) },
    };
  }

  #issue(item: SampleItem) {
    const { kind } = item;
    const project = this.#projects.find(({ id }) => id === item.projectId);
    const parent = item.parentId ?? item.goalId;
    return {
      id: this.#issueIds.of(item.id),
      key: this.#keyOf(item.id),
      typeId: types[kind === "milestone" ? "task" : kind].id,
      summary: item.title,
      statusId: statusId(project?.language ?? "en", item.status),
      ...(parent !== undefined && this.#keys.has(parent) && { parentKey: this.#keyOf(parent) }),
      ...(item.assigneeAccountId !== undefined && {
        assigneeId: accountIdOf(item.assigneeAccountId),
      }),
      ...(item.reporterAccountId !== undefined && {
        reporterId: accountIdOf(item.reporterAccountId),
      }),
      labels: [...item.labels],
      ...(item.dueOn !== undefined && { duedate: item.dueOn }),
      created: item.createdAt,
      updated: item.updatedAt,
      custom: { ...this.#team(item), ...areaOf(item), ...this.#blockedElsewhere(item) },
    };
  }

  /** Epics say whose they are; for the work below them the assignee does. */
  #team(item: SampleItem) {
    const unit = this.#company.units.find(({ id }) => id === item.teamId);
    return item.kind === "epic" && unit ? { [teamField.id]: { id: unit.id, name: unit.name } } : {};
  }

  /** The address of blocking work in the other tool, as people paste it into a field. */
  #blockedElsewhere(item: SampleItem) {
    const edge = this.#company.dependencies.find(
      ({ blockedId, blockingId }) => blockedId === item.id && !this.#keys.has(blockingId),
    );
    const blocking = this.#company.items.find(({ id }) => id === edge?.blockingId);
    return blocking ? { [blockedByField.id]: this.#asana.taskUrl(blocking) } : {};
  }

  #links() {
    const ids = new Numbering(20_000);
    return this.#company.dependencies
      .filter(
        ({ blockedId, blockingId }) => this.#keys.has(blockedId) && this.#keys.has(blockingId),
      )
      .map(({ blockedId, blockingId }) => ({
        id: ids.of(`${blockedId}>${blockingId}`),
        typeId: "10000",
        sourceKey: this.#keyOf(blockingId),
        destinationKey: this.#keyOf(blockedId),
      }));
  }
}

function accountIdOf(id: string): string {
  return `712020:${id}`;
}

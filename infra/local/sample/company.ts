import type { CalendarDate, Instant } from "#shared/model/time.ts";

/**
 * The sample company, in no vendor's words: who works there, how it is organised, what it wants and
 * what it does, with the mess of a real one. Each simulator is seeded from it, so Dana in the HR
 * system, Dana's Asana login and Dana's Jira account are one person. Ids are short and local to it.
 */
export interface Company {
  readonly name: string;
  /** Of mail addresses; under the reserved top-level domain `example`. */
  readonly mailDomain: string;
  /** The moment that "overdue" and "last week" are relative to; nothing is dated after it but plans. */
  readonly asOf: Instant;
  readonly units: readonly SampleUnit[];
  readonly people: readonly SamplePerson[];
  readonly accounts: readonly SampleAccount[];
  readonly goals: readonly SampleGoal[];
  readonly projects: readonly SampleProject[];
  readonly items: readonly SampleItem[];
  readonly dependencies: readonly SampleDependency[];
}

/** The tool that holds a thing. */
export type Tool = "jira" | "asana";

export interface SampleUnit {
  readonly id: string;
  readonly name: string;
  readonly level: "company" | "division" | "department" | "team";
  readonly parentId?: string;
  /** The tool that the unit's work is in; divisions and the company have none. */
  readonly tool?: Tool;
}

export interface SamplePerson {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly workEmail: string;
  readonly jobTitle: string;
  readonly unitId: string;
  readonly managerId?: string;
  readonly location: string;
  readonly contract: "full-time" | "part-time" | "contractor";
  readonly hiredOn: CalendarDate;
  /** Set for a leaver: the day of leaving. */
  readonly leftOn?: CalendarDate;
  /** Set for somebody who has given notice: the last day, which is still to come. */
  readonly leavesOn?: CalendarDate;
}

/** A login in a tool. No `personId`: a bot, or somebody the HR system does not know. */
export interface SampleAccount {
  readonly id: string;
  readonly tool: Tool;
  readonly personId?: string;
  readonly displayName: string;
  readonly email: string;
  /** The profile hides the address from the API. */
  readonly isEmailHidden: boolean;
  readonly kind: "human" | "bot" | "guest";
  readonly isActive: boolean;
}

export interface SampleGoal {
  readonly id: string;
  /** Jira holds the initiatives of engineering as issues, Asana all other goals. */
  readonly tool: Tool;
  readonly kind: "theme" | "objective" | "key-result" | "initiative";
  readonly title: string;
  readonly parentId?: string;
  readonly ownerId: string;
  readonly teamId?: string;
  readonly status: "on-track" | "at-risk" | "off-track" | "achieved";
  readonly startOn: CalendarDate;
  readonly dueOn: CalendarDate;
  /** The Jira project that holds an initiative. */
  readonly projectId?: string;
}

export interface SampleProject {
  readonly id: string;
  readonly tool: Tool;
  /** Jira's project key; absent in Asana. */
  readonly key?: string;
  readonly name: string;
  /** The team that owns it; a Jira project may hold the work of several. */
  readonly teamId: string;
  readonly leadId: string;
  /** Goals that the whole project supports (Asana). */
  readonly goalIds: readonly string[];
  /** The language in which its workflow was set up. */
  readonly language: Language;
  readonly sections: readonly string[];
}

export type Language = "en" | "de" | "ja" | "pt";

export interface SampleItem {
  readonly id: string;
  readonly tool: Tool;
  readonly kind: "epic" | "story" | "task" | "bug" | "subtask" | "milestone";
  readonly title: string;
  readonly projectId: string;
  /** Further projects of a multi-homed Asana task. */
  readonly otherProjectIds: readonly string[];
  /** The section of the Asana project. */
  readonly section?: string;
  /** The item above: epic of a story, parent of a subtask. */
  readonly parentId?: string;
  /** The initiative above an epic. */
  readonly goalId?: string;
  readonly teamId: string;
  readonly assigneeAccountId?: string;
  readonly reporterAccountId?: string;
  readonly status: SampleStatus;
  readonly labels: readonly string[];
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly completedAt?: Instant;
  readonly startOn?: CalendarDate;
  readonly dueOn?: CalendarDate;
}

export type SampleStatus = "todo" | "in-progress" | "in-review" | "done" | "dropped";

/** Blocked item → blocking item. Across tools it is a URL in a field of the blocked one. */
export interface SampleDependency {
  readonly blockedId: string;
  readonly blockingId: string;
}

/** The epic without a goal that the guided tour speaks of. */
export const famousEpicTitle = "Project Lighthouse: one control tower for every shipment";

/** The label of work that an allowance covers: support is nobody's strategy, and that is fine. */
export const supportLabel = "support-rotation";

/** The Asana project of support work, covered by an allowance for its container. */
export const supportProjectName = "Escalations desk";

import { setTimeout as pause } from "node:timers/promises";

import type { Issue } from "#connectors/jira/simulator/state.ts";
import type { SampleCompany } from "#infra/local/sample/start.ts";

import { until } from "./until.ts";

const eventsPerSecond = 50;
/** Spreads the choices over all that there is to choose from. */
const stride = 7919;

/** Changes in the company's tools at a steady rate, whatever becomes of the hub meanwhile. */
export interface Traffic {
  /** Resolves after so many more changes. */
  steps(more: number): Promise<void>;
  /** Ends it and tells how many changes there were. */
  stop(): Promise<number>;
}

export function startTraffic(company: SampleCompany): Traffic {
  const work = new Work(company);
  let count = 0;
  let isOver = false;
  const run = async (): Promise<void> => {
    while (!isOver) {
      count += 1;
      work.change(count);
      await pause(1000 / eventsPerSecond);
    }
  };
  const running = run();
  return {
    async steps(more) {
      const wanted = count + more;
      const reached = until("more changes", () => count >= wanted, { withinMs: 30_000 });
      await Promise.race([running, reached]);
    },
    async stop() {
      isOver = true;
      await running;
      return count;
    },
  };
}

/**
 * Changes that never bring a record back to what it was: each leaves a title, a status or a task that
 * was not there before, so that whatever gets lost on the way can be seen in the end.
 */
class Work {
  readonly #company: SampleCompany;

  constructor(company: SampleCompany) {
    this.#company = company;
  }

  change(number: number): void {
    switch (number % 10) {
      case 0:
        return this.#moveStory(number);
      case 1:
      case 2:
        return this.#advance(number);
      case 3:
        return this.#relinkEpic(number);
      case 4:
        return this.#block(number);
      case 5:
      case 6:
        return this.#renameTask(number);
      case 7:
        return this.#completeTask(number);
      case 8:
        return this.#addTask(number);
      default:
        return this.#renameStory(number);
    }
  }

  #issues(level: number): readonly Issue[] {
    const { state } = this.#company.jira;
    return [...state.issues.values()].filter(
      (issue) =>
        state.typeOf(issue).hierarchyLevel === level && state.statusOf(issue).category !== "done",
    );
  }

  #renameStory(number: number): void {
    const { key, summary } = pick(this.#issues(0), number);
    this.#company.jira.perform({ kind: "updateIssue", key, summary: marked(summary, number) });
  }

  #moveStory(number: number): void {
    const { key, summary, projectId } = pick(this.#issues(0), number);
    const epics = this.#issues(1).filter((epic) => epic.projectId === projectId);
    const parentKey = pick(epics, number).key;
    const moved = { summary: marked(summary, number), parentKey };
    this.#company.jira.perform({ kind: "updateIssue", key, ...moved });
  }

  /** On in the workflow, never back. */
  #advance(number: number): void {
    const { key, statusId } = pick(this.#issues(0), number);
    const next = String(Number(statusId) + 1);
    this.#company.jira.perform({ kind: "transitionIssue", key, statusId: next });
  }

  /** Takes epics from their initiatives and gives them back: alerts open and resolve. */
  #relinkEpic(number: number): void {
    const { key, summary, parentId } = pick(this.#issues(1), number % 6);
    const parentKey = parentId === undefined ? pick(this.#issues(2), number).key : null;
    const relinked = { summary: marked(summary, number), parentKey };
    this.#company.jira.perform({ kind: "updateIssue", key, ...relinked });
  }

  #block(number: number): void {
    const stories = this.#issues(0);
    const [source, destination] = [pick(stories, number), pick(stories, number + 1)];
    if (source.id === destination.id) return;
    this.#company.jira.perform({
      kind: "linkIssues",
      typeId: "10000",
      sourceKey: source.key,
      destinationKey: destination.key,
    });
  }

  #openTask(number: number) {
    const tasks = this.#company.asana.state.list("task");
    return pick(
      tasks.filter(({ completed }) => !completed),
      number,
    );
  }

  #renameTask(number: number): void {
    const { gid, name } = this.#openTask(number);
    this.#company.asana.perform({ kind: "updateTask", gid, name: marked(name, number) });
  }

  #completeTask(number: number): void {
    const { gid } = this.#openTask(number);
    this.#company.asana.perform({ kind: "updateTask", gid, completed: true });
  }

  #addTask(number: number): void {
    const homed = this.#company.asana.state
      .list("task")
      .filter(({ memberships }) => memberships.length > 0);
    const { memberships } = pick(homed, number);
    const name = `Follow-up of change ${number}`;
    this.#company.asana.perform({
      kind: "createTask",
      name,
      memberships: memberships.slice(0, 1),
    });
  }
}

function pick<T>(list: readonly T[], number: number): T {
  const found = list[(number * stride) % list.length];
  if (found === undefined) throw new RangeError("there is nothing to choose from");
  return found;
}

function marked(title: string, number: number): string {
  return `${title.replace(/ \(change \d+\)$/u, "").slice(0, 200)} (change ${number})`;
}

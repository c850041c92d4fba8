import type { Task } from "#connectors/asana/simulator/state.ts";

import { businessProjects } from "./business-plan.ts";
import { businessTitles } from "./business-words.ts";
import { dayFrom } from "./dice.ts";
import type { Dice } from "./dice.ts";
import type { Habit, LifeParts } from "./life.ts";

/** What people do in Asana on an ordinary day. */
export function lifeInAsana(
  { asana, clock }: Pick<LifeParts, "asana" | "clock">,
  dice: Dice,
): readonly Habit[] {
  return new AsanaDays(asana, clock, dice).habits();
}

/** What a title gains and loses when a plan changes. */
const rewordings = [" (second round)", " (short version)", " (with finance)"];

class AsanaDays {
  readonly #asana: LifeParts["asana"];
  readonly #clock: LifeParts["clock"];
  readonly #dice: Dice;

  constructor(asana: LifeParts["asana"], clock: LifeParts["clock"], dice: Dice) {
    this.#asana = asana;
    this.#clock = clock;
    this.#dice = dice;
  }

  habits(): readonly Habit[] {
    return [
      { weight: 14, act: () => this.#update(() => ({ completed: true })) },
      { weight: 10, act: () => this.#moveToSection() },
      { weight: 9, act: () => this.#update(() => ({ due_on: this.#someDay() })) },
      { weight: 6, act: () => this.#update(({ name }) => ({ name: this.#reworded(name) })) },
      { weight: 6, act: () => this.#update((task) => this.#handedOver(task)) },
      { weight: 10, act: () => this.#create() },
      { weight: 3, act: () => this.#waitForColleague() },
      { weight: 3, act: () => this.#stopWaiting() },
    ];
  }

  #someOpen(): Task | undefined {
    const open = this.#asana.state.list("task").filter(({ completed }) => !completed);
    return open.length === 0 ? undefined : this.#dice.pick(open);
  }

  #someDay(): string {
    return dayFrom(this.#clock.now(), this.#dice.between(2, 40));
  }

  #update(change: (task: Task) => object | undefined): boolean {
    const task = this.#someOpen();
    const fields = task && change(task);
    if (!fields) return false;
    this.#asana.perform({ kind: "updateTask", gid: task.gid, ...fields });
    return true;
  }

  #reworded(name: string): string {
    const plain = rewordings.reduce((text, mark) => text.replace(mark, ""), name);
    return `${plain}${this.#dice.pick(rewordings)}`;
  }

  /** To somebody who has work in the same project, so that work rarely leaves its team. */
  #handedOver(task: Task): object | undefined {
    const colleagues = this.#neighbours(task)
      .flatMap(({ assignee }) => assignee ?? [])
      .filter((gid) => gid !== task.assignee);
    return colleagues.length === 0 ? undefined : { assignee: this.#dice.pick(colleagues) };
  }

  #neighbours(task: Task): readonly Task[] {
    const home = task.memberships[0]?.project;
    return home === undefined
      ? []
      : this.#asana.state.tasksIn(home).filter(({ gid }) => gid !== task.gid);
  }

  #moveToSection(): boolean {
    const task = this.#someOpen();
    const project = task?.memberships[0]?.project;
    if (!task || project === undefined) return false;
    const sections = this.#asana.state
      .list("section")
      .filter((section) => section.project === project && section.name !== "Done");
    if (sections.length === 0) return false;
    const section = this.#dice.pick(sections).gid;
    this.#asana.perform({ kind: "addToProject", task: task.gid, project, section });
    return true;
  }

  /** A further task of the project's own matter, in the place and hands of one that stands there. */
  #create(): boolean {
    const model = this.#someOpen();
    const home = model?.memberships[0];
    const project = home && this.#asana.state.find("project", home.project);
    const plan = businessProjects.find(({ name }) => name === project?.name);
    if (!model || !home || !plan) return false;
    const taken = new Set(this.#asana.state.tasksIn(home.project).map(({ name }) => name));
    const free = (businessTitles[plan.teamId] ?? [])
      .flatMap((title) => plan.subjects.map((subject) => title.replace("{s}", subject)))
      .filter((title) => !taken.has(title));
    if (free.length === 0) return false;
    this.#asana.perform({
      kind: "createTask",
      name: this.#dice.pick(free),
      assignee: model.assignee,
      memberships: [home],
      due_on: this.#someDay(),
    });
    return true;
  }

  #waitForColleague(): boolean {
    const task = this.#someOpen();
    if (!task || task.dependencies.length > 0) return false;
    // Only on what waits for nothing itself: no circles.
    const free = this.#neighbours(task).filter(
      ({ completed, dependencies }) => !completed && dependencies.length === 0,
    );
    if (free.length === 0 || this.#asana.state.dependents(task.gid).length > 0) return false;
    const dependsOn = this.#dice.pick(free).gid;
    this.#asana.perform({ kind: "addDependency", task: task.gid, dependsOn });
    return true;
  }

  #stopWaiting(): boolean {
    const waiting = this.#asana.state
      .list("task")
      .filter(({ completed, dependencies }) => !completed && dependencies.length > 0);
    if (waiting.length === 0) return false;
    const { gid, dependencies } = this.#dice.pick(waiting);
    const dependsOn = this.#dice.pick(dependencies);
    this.#asana.perform({ kind: "removeDependency", task: gid, dependsOn });
    return true;
  }
}

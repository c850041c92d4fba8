import type { Issue } from "#connectors/jira/simulator/state.ts";

import { famousEpicTitle, supportLabel } from "./company.ts";
import { dayFrom } from "./dice.ts";
import type { Dice } from "./dice.ts";
import { initiatives } from "./engineering-plan.ts";
import { bugTitles, storyTitles, taskTitles } from "./engineering-words.ts";
import type { Habit, LifeParts } from "./life.ts";

/** More unlinked epics than this, and the next event of that kind links one. */
const unlinkedEpicsMax = 8;
/** More open dependencies across people than this, and the next one ends another. */
const addedLinksMax = 6;

/** What people do in Jira on an ordinary day. */
export function lifeInJira(
  { jira, clock }: Pick<LifeParts, "jira" | "clock">,
  dice: Dice,
): readonly Habit[] {
  return new JiraDays(jira, clock, dice).habits();
}

/** What a title gains and loses when a plan changes. */
const rewordings = [" (first slice)", " (behind a flag)", " (agreed with customer)"];
/** What an epic's stories speak of, by the epic's title. */
const focusOf = new Map(
  initiatives.flatMap(({ epics }) => epics.map(({ title, focus }) => [title, focus] as const)),
);

class JiraDays {
  readonly #jira: LifeParts["jira"];
  readonly #clock: LifeParts["clock"];
  readonly #dice: Dice;
  readonly #added: string[] = [];

  constructor(jira: LifeParts["jira"], clock: LifeParts["clock"], dice: Dice) {
    this.#jira = jira;
    this.#clock = clock;
    this.#dice = dice;
  }

  habits(): readonly Habit[] {
    return [
      { weight: 40, act: () => this.#move() },
      { weight: 14, act: () => this.#reword() },
      { weight: 10, act: () => this.#reschedule() },
      { weight: 10, act: () => this.#handOver() },
      { weight: 12, act: () => this.#create() },
      { weight: 3, act: () => this.#linkOrUnlinkEpic() },
      { weight: 3, act: () => this.#waitOrStopWaiting() },
    ];
  }

  #issues(level: number): readonly Issue[] {
    const { state } = this.#jira;
    return [...state.issues.values()].filter(
      (issue) => state.typeOf(issue).hierarchyLevel === level,
    );
  }

  #isOpen(issue: Issue): boolean {
    return this.#jira.state.statusOf(issue).category !== "done";
  }

  #someOpen(level = 0): Issue | undefined {
    const open = this.#issues(level).filter((issue) => this.#isOpen(issue));
    return open.length === 0 ? undefined : this.#dice.pick(open);
  }

  /** One step on in the workflow that the issue is in; now and then one back. */
  #move(): boolean {
    const issue = this.#someOpen();
    if (!issue) return false;
    const at = Number(issue.statusId);
    const isFirst = at % 10 === 0;
    const statusId = String(isFirst || this.#dice.chance(0.9) ? at + 1 : at - 1);
    this.#jira.perform({ kind: "transitionIssue", key: issue.key, statusId });
    return true;
  }

  #reword(): boolean {
    const issue = this.#someOpen();
    if (!issue) return false;
    const plain = rewordings.reduce((text, mark) => text.replace(mark, ""), issue.summary);
    const summary = `${plain}${this.#dice.pick(rewordings)}`;
    if (summary === issue.summary || summary.length > 255) return false;
    this.#jira.perform({ kind: "updateIssue", key: issue.key, summary });
    return true;
  }

  #reschedule(): boolean {
    const issue = this.#someOpen();
    if (!issue) return false;
    const duedate = dayFrom(this.#clock.now(), this.#dice.between(2, 45));
    this.#jira.perform({ kind: "updateIssue", key: issue.key, duedate });
    return true;
  }

  /** To somebody who works under the same epic, so that work rarely leaves its team. */
  #handOver(): boolean {
    const issue = this.#someOpen();
    if (issue?.parentId === undefined) return false;
    const colleagues = this.#jira.state
      .childrenOf(issue.parentId)
      .flatMap(({ assigneeId }) => assigneeId ?? [])
      // Jira refuses to give work to somebody who has left.
      .filter((id) => id !== issue.assigneeId && this.#jira.state.users.get(id)?.active === true);
    if (colleagues.length === 0) return false;
    const assigneeId = this.#dice.pick(colleagues);
    this.#jira.perform({ kind: "updateIssue", key: issue.key, assigneeId });
    return true;
  }

  /** A further story under an epic, like one that stands there. */
  #create(): boolean {
    const model = this.#someOpen();
    const epic = model?.parentId === undefined ? undefined : this.#jira.state.issue(model.parentId);
    if (!model || !epic || !this.#isOpen(epic)) return false;
    const summary = this.#newTitle(epic);
    if (summary === undefined) return false;
    const hasLeft = this.#jira.state.users.get(model.assigneeId ?? "")?.active === false;
    const assigneeId = hasLeft ? undefined : model.assigneeId;
    this.#jira.perform({
      kind: "createIssue",
      projectKey: this.#jira.state.projectOf(model).key,
      typeId: model.typeId,
      summary,
      statusId: String(Number(model.statusId) - (Number(model.statusId) % 10)),
      parentKey: epic.key,
      ...(assigneeId !== undefined && { assigneeId }),
    });
    return true;
  }

  /** A title of the epic's own matter that none of its issues has. */
  #newTitle(epic: Issue): string | undefined {
    const focus = focusOf.get(epic.summary);
    if (focus === undefined) return undefined;
    const taken = new Set(this.#jira.state.childrenOf(epic.id).map(({ summary }) => summary));
    const free = [...storyTitles, ...taskTitles, ...bugTitles]
      .map((title) => title.replace("{f}", focus))
      .filter((title) => !taken.has(title));
    return free.length === 0 ? undefined : this.#dice.pick(free);
  }

  /** Epics lose their initiative and find one again, with a pull towards a few unlinked ones. */
  #linkOrUnlinkEpic(): boolean {
    const open = this.#issues(1).filter((issue) => this.#isOpen(issue));
    const unlinked = open.filter(({ parentId }) => parentId === undefined);
    const linked = open.filter(({ parentId }) => parentId !== undefined);
    const isTooMany = unlinked.length >= unlinkedEpicsMax || this.#dice.chance(0.5);
    // The famous epic is left for people to link, and support serves no goal on purpose.
    const mendable = unlinked.filter(
      ({ summary, labels }) => summary !== famousEpicTitle && !labels.includes(supportLabel),
    );
    if (isTooMany && mendable.length > 0) {
      const parents = this.#issues(2).filter((issue) => this.#isOpen(issue));
      if (parents.length === 0) return false;
      const epic = this.#dice.pick(mendable);
      this.#jira.perform({
        kind: "updateIssue",
        key: epic.key,
        parentKey: this.#dice.pick(parents).key,
      });
      return true;
    }
    if (linked.length === 0) return false;
    this.#jira.perform({ kind: "updateIssue", key: this.#dice.pick(linked).key, parentKey: null });
    return true;
  }

  #waitOrStopWaiting(): boolean {
    const oldest = this.#added[0];
    if (oldest !== undefined && (this.#added.length >= addedLinksMax || this.#dice.chance(0.5))) {
      this.#added.shift();
      if (!this.#jira.state.links.has(oldest)) return false;
      this.#jira.perform({ kind: "unlinkIssues", linkId: oldest });
      return true;
    }
    const [source, destination] = [this.#someOpen(), this.#someOpen()];
    if (!source || !destination || source.id === destination.id) return false;
    const before = new Set(this.#jira.state.links.keys());
    this.#jira.perform({
      kind: "linkIssues",
      typeId: "10000",
      sourceKey: source.key,
      destinationKey: destination.key,
    });
    this.#added.push(...[...this.#jira.state.links.keys()].filter((id) => !before.has(id)));
    return true;
  }
}

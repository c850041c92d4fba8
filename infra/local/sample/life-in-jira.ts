import type { Issue } from "#connectors/jira/simulator/state.ts";

import type { Dice } from "./dice.ts";
import type { Habit, LifeParts } from "./life.ts";

/** More unlinked epics than this, and the next event of that kind links one. */
const unlinkedEpicsMax = 8;
/** More open dependencies across people than this, and the next one ends another. */
const addedLinksMax = 6;

/** What people do in Jira on an ordinary day. */
export function lifeInJira({ jira }: Pick<LifeParts, "jira">, dice: Dice): readonly Habit[] {
  return new JiraDays(jira, dice).habits();
}

class JiraDays {
  readonly #jira: LifeParts["jira"];
  readonly #dice: Dice;
  readonly #added: string[] = [];

  constructor(jira: LifeParts["jira"], dice: Dice) {
    this.#jira = jira;
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
    const marks = [" (v2)", " (draft)", " (agreed)"];
    const plain = marks.reduce((text, mark) => text.replace(mark, ""), issue.summary);
    const summary = `${plain}${this.#dice.pick(marks)}`;
    if (summary.length > 255) return false;
    this.#jira.perform({ kind: "updateIssue", key: issue.key, summary });
    return true;
  }

  #reschedule(): boolean {
    const issue = this.#someOpen();
    const example = this.#someOpen();
    if (!issue || example?.duedate === undefined) return false;
    this.#jira.perform({ kind: "updateIssue", key: issue.key, duedate: example.duedate });
    return true;
  }

  /** To somebody who works under the same epic, so that work rarely leaves its team. */
  #handOver(): boolean {
    const issue = this.#someOpen();
    if (issue?.parentId === undefined) return false;
    const colleagues = this.#jira.state
      .childrenOf(issue.parentId)
      .flatMap(({ assigneeId }) => assigneeId ?? [])
      .filter((id) => id !== issue.assigneeId);
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
    this.#jira.perform({
      kind: "createIssue",
      projectKey: this.#jira.state.projectOf(model).key,
      typeId: model.typeId,
      summary: `Follow-up: ${model.summary}`.slice(0, 200),
      statusId: String(Number(model.statusId) - (Number(model.statusId) % 10)),
      parentKey: epic.key,
      ...(model.assigneeId !== undefined && { assigneeId: model.assigneeId }),
    });
    return true;
  }

  /** Epics lose their initiative and find one again, with a pull towards a few unlinked ones. */
  #linkOrUnlinkEpic(): boolean {
    const open = this.#issues(1).filter((issue) => this.#isOpen(issue));
    const unlinked = open.filter(({ parentId }) => parentId === undefined);
    const linked = open.filter(({ parentId }) => parentId !== undefined);
    const isTooMany = unlinked.length >= unlinkedEpicsMax || this.#dice.chance(0.5);
    // The first unlinked one is the famous epic, left for people to link.
    const [, ...mendable] = unlinked;
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

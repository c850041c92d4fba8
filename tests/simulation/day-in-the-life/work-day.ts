import type { AssertedEdge, Change } from "#shared/model/change.ts";
import type { FactId, WorkItemId } from "#shared/model/ids.ts";

import type { Team } from "./company.ts";
import { accountId, Company, linkTo, personId } from "./company.ts";
import type { Recorded } from "./ledger.ts";

export interface RecordedDay {
  /** What the tools held when the day began. */
  readonly before: readonly Change[];
  /** What happened, in order. */
  readonly log: readonly Recorded[];
  /** What a full reading brings in the evening: every record as its last change left it. */
  readonly after: readonly Change[];
}

export const dayStartMs = Date.parse("2026-03-02T08:00:00.000Z");
const dayLengthMs = 9 * 3_600_000;
/** The first full reading of the tools, on the evening before. */
const beforeMs = dayStartMs - 14 * 3_600_000;

/**
 * A company works for a day: people pick stories up, finish, edit, think better of it; teams begin and
 * end sprints; work is linked, blocked, moved, thrown away and fetched back; goals close; people and
 * teams move. The same seed gives the same day.
 */
export function recordDay({ seed, changes }: { seed: number; changes: number }): RecordedDay {
  const company = new Company(seed, beforeMs);
  const before = company.log.splice(0).map(({ change }) => change);
  const day = new WorkDay(company, changes);
  const log = day.run();
  const latest = new Map<FactId, Change>();
  for (const change of [...before, ...log.map((one) => one.change)])
    latest.set(idOf(change), change);
  return { before, log, after: [...latest.values()] };
}

export function idOf(change: Change): FactId {
  return change.kind === "upserted" ? change.record.id : change.id;
}

/**
 * Records that came back to what they had said before: between hearing the end and a full reading, a late
 * edit of theirs may be believed (docs/decisions/0003-versions-and-aba.md).
 */
export function thoughtBetterOf({ before, log }: RecordedDay): ReadonlySet<FactId> {
  const said = new Map<FactId, string[]>();
  for (const change of [...before, ...log.map((one) => one.change)]) {
    const states = said.get(idOf(change)) ?? [];
    said.set(idOf(change), states);
    const state = contentOf(change);
    if (states.at(-1) !== state) states.push(state);
  }
  const isBack = (states: readonly string[]) =>
    states.indexOf(states.at(-1) ?? "") < states.length - 1;
  return new Set([...said].flatMap(([id, states]) => (isBack(states) ? [id] : [])));
}

function contentOf(change: Change): string {
  if (change.kind === "removed") return "removed";
  const { sourceVersion: _version, readAt: _readAt, ...content } = change.record;
  return JSON.stringify([content, change.edges]);
}

class WorkDay {
  readonly #company: Company;
  readonly #changes: number;
  /** What somebody will do when so many changes have happened. */
  readonly #later = new Map<number, (() => void)[]>();

  constructor(company: Company, changes: number) {
    this.#company = company;
    this.#changes = changes;
  }

  run(): readonly Recorded[] {
    const { log } = this.#company;
    this.#plan(0.1, () => this.#company.teams.forEach((team) => this.#beginSprint(team)));
    this.#plan(0.8, () => this.#company.teams.forEach((team) => this.#endSprint(team)));
    let done = -1;
    while (log.length < this.#changes) {
      const dueMs = dayStartMs + Math.floor((log.length / this.#changes) * dayLengthMs);
      this.#company.nowMs = Math.max(this.#company.nowMs, dueMs);
      for (let at = done + 1; at <= log.length; at += 1) {
        const due = this.#later.get(at);
        this.#later.delete(at);
        for (const act of due ?? []) act();
      }
      done = Math.max(done, log.length);
      this.#act();
    }
    return log.slice(0, this.#changes);
  }

  #plan(share: number, act: () => void): void {
    this.#after(Math.floor(share * this.#changes), act);
  }

  #after(count: number, act: () => void): void {
    const at = this.#company.log.length + count;
    this.#later.set(at, [...(this.#later.get(at) ?? []), act]);
  }

  /** One thing that somebody does. Shares are of a thousand. */
  #act(): void {
    const team = this.#company.pick(this.#company.teams);
    if (!team) return;
    let dice = this.#company.random() * 1000;
    for (const [share, act] of this.#habits) {
      dice -= share;
      if (dice < 0) return act(team);
    }
  }

  readonly #habits: readonly (readonly [number, (team: Team) => void])[] = [
    [250, (team) => this.#onStory(team, (id) => this.#work(team, id))],
    [230, (team) => this.#onStory(team, (id) => this.#touch(id))],
    [190, (team) => this.#onStory(team, (id) => this.#edit(id))],
    [90, (team) => this.#onStory(team, (id) => this.#assign(team, id))],
    [70, (team) => this.#onStory(team, (id) => this.#block(team, id))],
    [60, (team) => this.#onEpic(team, (id) => this.#link(id))],
    [28.2, (team) => this.#onStory(team, (id) => this.#moveTo(team, id))],
    [25, (team) => this.#onEpic(team, (id) => this.#company.addStory(team, id))],
    [20, (team) => this.#onStory(team, (id) => this.#discard(id))],
    [12, (team) => this.#onEpic(team, (id) => this.#edit(id))],
    [8, (team) => this.#onEpic(team, (id) => this.#finishEpic(id))],
    [6, (team) => this.#company.addEpic(team, this.#company.chance(0.4))],
    [5, (team) => this.#onEpic(team, (id) => this.#discard(id))],
    [5, () => this.#reviewGoal()],
    [0.6, (team) => this.#movePerson(team)],
    [0.2, (team) => this.#reorganise(team)],
  ];

  #onEpic(team: Team, act: (id: WorkItemId) => void): void {
    const id = this.#company.pick(team.epics);
    if (id !== undefined && this.#company.item(id)) act(id);
  }

  #onStory(team: Team, act: (id: WorkItemId) => void): void {
    const id = this.#company.pick(team.stories);
    if (id !== undefined && this.#company.item(id)) act(id);
  }

  #work(team: Team, id: WorkItemId): void {
    const ledger = this.#company.ledgerOf(id);
    const status = this.#company.item(id)?.status;
    const person = this.#company.pick(team.people);
    if (status === "todo" && person !== undefined) {
      const assigneeId = accountId(team.tool, person);
      ledger.change(id, { status: "in-progress", originalStatus: "Doing", assigneeId });
    } else if (status === "in-progress") {
      const isOver = this.#company.chance(0.7);
      if (isOver) ledger.change(id, { status: "done", originalStatus: "Done" });
      else ledger.change(id, { originalStatus: "In review" });
    } else ledger.change(id, { status: "todo", originalStatus: "Reopened" });
  }

  /** A comment, a vote: the tool says that the record changed, and nothing of ours did. */
  #touch(id: WorkItemId): void {
    this.#company.ledgerOf(id).change(id, {});
  }

  /** One of four edits is thought better of a little later. */
  #edit(id: WorkItemId): void {
    const ledger = this.#company.ledgerOf(id);
    const title = this.#company.item(id)?.title ?? "";
    ledger.change(id, { title: `Work ${id.slice(-6)} edition ${this.#company.log.length % 997}` });
    if (this.#company.chance(0.25)) this.#after(40, () => ledger.change(id, { title }));
  }

  #assign(team: Team, id: WorkItemId): void {
    // Now and then to somebody of another team: whose work it is changes with it.
    const from = this.#company.chance(0.2) ? this.#company.pick(this.#company.teams) : team;
    const person = from && this.#company.pick(from.people);
    if (person === undefined) return;
    this.#company.ledgerOf(id).change(id, { assigneeId: accountId(team.tool, person) });
  }

  #block(team: Team, id: WorkItemId): void {
    const edges = this.#company.ledgerOf(id).edges(id);
    const waits = edges.filter(({ type }) => type === "dependency");
    if (waits.length > 0 && this.#company.chance(0.6)) return this.#setEdges(id, []);
    const other = this.#company.pick(this.#company.teams) ?? team;
    const blockingId = this.#company.pick(other.stories);
    if (blockingId === undefined || blockingId === id) return;
    this.#setEdges(id, [{ type: "dependency", blockedId: id, blockingId, source: "native" }]);
  }

  #link(id: WorkItemId): void {
    const goal = this.#company.pick(this.#company.goalIds);
    const isLinked = this.#company.ledgerOf(id).edges(id).length > 0;
    if (isLinked && this.#company.chance(0.4)) this.#setEdges(id, []);
    else if (goal !== undefined) this.#setEdges(id, [linkTo(id, goal)]);
  }

  #setEdges(id: WorkItemId, edges: readonly AssertedEdge[]): void {
    this.#company.ledgerOf(id).change(id, {}, edges);
  }

  /** Within its tool: to another epic, of another team now and then. */
  #moveTo(team: Team, id: WorkItemId): void {
    const inTool = this.#company.teams.filter(({ tool }) => tool === team.tool);
    const home = this.#company.chance(0.8) ? team : (this.#company.pick(inTool) ?? team);
    const parentId = this.#company.pick(home.epics);
    if (parentId !== undefined) this.#company.ledgerOf(id).change(id, { parentId });
  }

  /** Two of three things thrown away are wanted back. */
  #discard(id: WorkItemId): void {
    const ledger = this.#company.ledgerOf(id);
    ledger.remove(id);
    if (this.#company.chance(0.67)) this.#after(300, () => ledger.restore(id));
  }

  #finishEpic(id: WorkItemId): void {
    const ledger = this.#company.ledgerOf(id);
    ledger.change(id, { status: "done", originalStatus: "Done" });
    if (this.#company.chance(0.5))
      this.#after(500, () => ledger.change(id, { status: "in-progress", originalStatus: "Doing" }));
  }

  #reviewGoal(): void {
    const { goals, goalIds } = this.#company;
    const id = this.#company.pick(goalIds);
    if (id === undefined) return;
    if (goals.read(id)?.status !== "in-progress") {
      goals.change(id, { status: "in-progress", originalStatus: "on track" });
    } else if (this.#company.chance(0.3)) {
      goals.change(id, { status: "dropped", originalStatus: "dropped" });
    } else if (this.#company.chance(0.4)) {
      goals.change(id, { status: "done", originalStatus: "achieved" });
    } else goals.change(id, { originalStatus: "at risk" });
  }

  #movePerson(team: Team): void {
    const name = this.#company.pick(team.people.slice(1));
    const home = this.#company.pick(this.#company.teams);
    if (name === undefined || !home) return;
    const lead = home.people[0];
    const managerId = lead === undefined || lead === name ? undefined : personId(lead);
    this.#company.people.change(personId(name), {
      unitId: home.unitId,
      ...(managerId !== undefined && { managerId }),
    });
  }

  #reorganise(team: Team): void {
    const parentId = this.#company.pick(this.#company.departments);
    if (parentId !== undefined) this.#company.units.change(team.unitId, { parentId });
  }

  #beginSprint(team: Team): void {
    for (const id of team.stories.slice(0, 8)) {
      const isReady = this.#company.item(id)?.status === "todo";
      if (isReady) this.#company.ledgerOf(id).change(id, { originalStatus: "Selected" });
    }
  }

  #endSprint(team: Team): void {
    for (const id of team.stories.slice(0, 8)) {
      if (this.#company.item(id)?.originalStatus === "In review") {
        this.#company.ledgerOf(id).change(id, { status: "done", originalStatus: "Done" });
      }
    }
  }
}

import { parentIds } from "#shared/graph/line-of-sight.ts";
import type { RememberedRecord } from "#shared/graph/record-as-of.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import type { FactId, GoalId, SubjectId, WorkItemId } from "#shared/model/ids.ts";
import { DependencyId, isIdOf, readDependencyId } from "#shared/model/ids.ts";

import type { Reads } from "../rule.ts";
import type { Finding } from "./episode.ts";

/** Circles of parents and of waiting are what they are, whatever links to what. */
const linkless: ReadonlySet<Reads> = new Set(["above", "waited-for"]);

/** What of the graph is not known, or only in part. It only ever clears up as time goes on. */
export class Haze {
  readonly #records = new Map<FactId, RememberedRecord["past"]>();
  /** Ends of persons' links that may have stood at times that are forgotten. */
  readonly #ends = new Map<FactId, number>();
  /** Records of which not all is known, by the goals that they are known to have named at any time. */
  readonly #namedBy = new Map<GoalId, FactId[]>();
  #hiding = 0;
  readonly #isForGood: boolean;

  /** `isForGood`: something stands that cannot be read, and may have linked anything to anything. */
  constructor(records: readonly RememberedRecord[], isForGood: boolean) {
    this.#isForGood = isForGood;
    for (const { past } of records) {
      this.#records.set(past.id, past);
      if (past.hidesOthersEdges) this.#hiding += 1;
    }
  }

  /** Records of which not all is known. */
  get size(): number {
    return this.#records.size;
  }

  /** That a record names a goal now, or did once, makes it likely to have done so in between. */
  addNamed(id: FactId, goalIds: Iterable<GoalId>): void {
    for (const goalId of goalIds) {
      const ids = this.#namedBy.get(goalId);
      if (ids) ids.push(id);
      else this.#namedBy.set(goalId, [id]);
    }
  }

  get mayMissLinks(): boolean {
    return this.#isForGood || this.#hiding > 0;
  }

  get isClear(): boolean {
    return this.#records.size === 0 && this.#ends.size === 0 && !this.mayMissLinks;
  }

  addEnd(id: FactId): void {
    this.#ends.set(id, (this.#ends.get(id) ?? 0) + 1);
  }

  dropEnd(id: FactId): void {
    const rest = (this.#ends.get(id) ?? 0) - 1;
    if (rest > 0) this.#ends.set(id, rest);
    else this.#ends.delete(id);
  }

  /** All of a record is known now. Whether links that others may have stated are all known with it. */
  lift(id: FactId): boolean {
    const past = this.#records.get(id);
    this.#records.delete(id);
    if (past?.hidesOthersEdges !== true) return false;
    this.#hiding -= 1;
    return !this.mayMissLinks;
  }

  /** Whether a finding may be of what is not known, and not of what was. */
  hides(
    graph: MemoryGraph,
    { subjectId, reads, finding }: { subjectId: SubjectId; reads: Reads; finding: Finding },
  ): boolean {
    if (this.isClear) return false;
    const edge = DependencyId.safeParse(subjectId);
    if (edge.success) {
      const { blockedId, blockingId } = readDependencyId(edge.data);
      return this.#isHazy(blockedId) || this.#isHazy(blockingId);
    }
    if (isIdOf("work-item", subjectId)) {
      const readsLinks = !linkless.has(reads);
      return (readsLinks && this.mayMissLinks) || this.#hidesAbove(graph, subjectId, readsLinks);
    }
    if (isIdOf("goal", subjectId)) return this.#hidesAtGoal(graph, subjectId, { reads, finding });
    // Of a team all goals may be.
    return [...this.#records.keys()].some((id) => isIdOf("goal", id));
  }

  #isHazy(id: FactId): boolean {
    return this.#records.has(id) || this.#ends.has(id);
  }

  #hidesAbove(graph: MemoryGraph, start: WorkItemId, readsLinks: boolean): boolean {
    const entered = new Set<WorkItemId>([start]);
    // Whoever is added while this runs is looked at in its turn.
    for (const id of entered) {
      if (this.#isHazy(id)) return true;
      const item = graph.item(id);
      if (!item) continue;
      const links = readsLinks ? graph.linksOf(item) : [];
      if (links.some(({ toId }) => this.#isHazy(toId))) return true;
      for (const parentId of parentIds(item)) entered.add(parentId);
    }
    return false;
  }

  /** That nothing links to it a record may belie that is known to have linked to it at another time. */
  #hidesAtGoal(
    graph: MemoryGraph,
    id: GoalId,
    { reads, finding }: { readonly reads: Reads; readonly finding: Finding },
  ): boolean {
    const parentId = graph.goal(id)?.parentId;
    const above = [...graph.linksFrom(id).map(({ toId }) => toId), ...(parentId ? [parentId] : [])];
    if ([id, ...above].some((one) => this.#isHazy(one))) return true;
    if (reads !== "under-goal") return this.mayMissLinks;
    // Work that is named is there, whatever else there may have been.
    if (finding.evidence.path.some((node) => isIdOf("work-item", node.id))) return false;
    return this.mayMissLinks || (this.#namedBy.get(id) ?? []).some((one) => this.#isHazy(one));
  }
}

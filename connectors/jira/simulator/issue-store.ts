import { epochMsOf, type Instant } from "#shared/model/time.ts";

import type { BulkIssues } from "./bulk-issues.ts";
import type { Issue } from "./state.ts";

/** How an issue was until a moment; undefined: it did not exist. */
interface Past {
  readonly untilMs: number;
  readonly issue: Issue | undefined;
}

/** The issues of the site: those kept one by one, and behind them those that are generated. */
export class IssueStore {
  readonly kept = new Map<string, Issue>();
  readonly bulk: BulkIssues | undefined;
  /** How far the search index is behind. The past is remembered for so long. */
  lagMs = 0;
  readonly #hasProject: (projectId: string) => boolean;
  /** Ids of generated issues that were deleted. */
  readonly #removed = new Set<string>();
  /** Current keys and those from before a move, which keep working. */
  readonly #idByKey = new Map<string, string>();
  readonly #highestNumber = new Map<string, number>();
  readonly #childIds = new Map<string, Set<string>>();
  readonly #past = new Map<string, Past[]>();

  constructor(bulk: BulkIssues | undefined, hasProject: (projectId: string) => boolean) {
    this.bulk = bulk;
    this.#hasProject = hasProject;
    for (const [index, { key }] of (bulk?.projects ?? []).entries()) {
      this.#highestNumber.set(key, bulk?.countIn(index) ?? 0);
    }
  }

  /** Finds by numeric id, by key, or by a key from before a move. */
  find(idOrKey: string): Issue | undefined {
    const kept = this.kept.get(idOrKey) ?? this.kept.get(this.#idByKey.get(idOrKey) ?? "");
    return kept ?? this.#generated(idOrKey);
  }

  /** The same, ready to be changed: a generated one is kept from here on. */
  toChange(idOrKey: string): Issue | undefined {
    const issue = this.find(idOrKey);
    if (!issue || this.kept.has(issue.id)) return issue;
    const { id, key, projectId, typeId, summary, statusId, parentId, assigneeId } = issue;
    const { reporterId, labels, duedate, created, updated, resolved, custom } = issue;
    const copy: Issue = {
      id,
      key,
      projectId,
      typeId,
      summary,
      statusId,
      parentId,
      assigneeId,
      reporterId,
      labels,
      duedate,
      created,
      updated,
      resolved,
      custom,
    };
    this.put(copy);
    return copy;
  }

  /** Whether a generated issue is still as it was generated. */
  isUntouched(id: string): boolean {
    return !this.kept.has(id) && !this.#removed.has(id);
  }

  /** Ids of generated issues that are no longer as they were generated. */
  touched(): Iterable<string> {
    const changed = [...this.kept.keys()].filter((id) => this.bulk?.indexOfId(id) !== undefined);
    return [...changed, ...this.#removed];
  }

  nextKey(projectKey: string): string {
    return `${projectKey}-${(this.#highestNumber.get(projectKey) ?? 0) + 1}`;
  }

  childrenOf(id: string): readonly Issue[] {
    return [...(this.#childIds.get(id) ?? [])].flatMap((child) => this.kept.get(child) ?? []);
  }

  /** Takes an issue of the seed. */
  put(issue: Issue): void {
    this.kept.set(issue.id, issue);
    this.#noteKey(issue);
    this.#noteParent(issue);
  }

  /** Takes a new issue. */
  add(issue: Issue, at: Instant): void {
    this.#remember(issue.id, undefined, at);
    this.put(issue);
  }

  change(issue: Issue, next: Partial<Issue>, at: Instant): void {
    this.#remember(issue.id, { ...issue }, at);
    const { parentId } = issue;
    Object.assign(issue, next);
    this.#noteKey(issue);
    if (issue.parentId === parentId) return;
    this.#childIds.get(parentId ?? "")?.delete(issue.id);
    this.#noteParent(issue);
  }

  remove(issue: Issue, at: Instant): void {
    this.#remember(issue.id, { ...issue }, at);
    this.kept.delete(issue.id);
    this.#childIds.get(issue.parentId ?? "")?.delete(issue.id);
    if (this.bulk?.indexOfId(issue.id) !== undefined) this.#removed.add(issue.id);
    for (const [key, id] of this.#idByKey) if (id === issue.id) this.#idByKey.delete(key);
  }

  /** The kept issues as the search index knows them; those in `fresh` as they are now. */
  *indexed(nowMs: number, fresh: ReadonlySet<string>): Iterable<Issue> {
    if (this.lagMs <= 0) {
      yield* this.kept.values();
      return;
    }
    const thenMs = nowMs - this.lagMs;
    const gone = [...this.#past.keys()].filter((id) => !this.kept.has(id));
    for (const id of [...this.kept.keys(), ...gone]) {
      const past = fresh.has(id)
        ? undefined
        : this.#past.get(id)?.find(({ untilMs }) => untilMs > thenMs);
      const issue = past ? past.issue : this.kept.get(id);
      if (issue && this.#hasProject(issue.projectId)) yield issue;
    }
  }

  #generated(idOrKey: string): Issue | undefined {
    const { bulk } = this;
    if (!bulk) return undefined;
    const index = bulk.indexOfId(idOrKey) ?? bulk.indexOfKey(idOrKey);
    if (index === undefined || !this.isUntouched(bulk.idOf(index))) return undefined;
    const issue = bulk.at(index);
    return this.#hasProject(issue.projectId) ? issue : undefined;
  }

  #remember(id: string, issue: Issue | undefined, at: Instant): void {
    if (this.lagMs <= 0) return;
    const untilMs = epochMsOf(at);
    const past = (this.#past.get(id) ?? []).filter((each) => each.untilMs > untilMs - this.lagMs);
    this.#past.set(id, [...past, { untilMs, issue }]);
  }

  #noteKey({ id, key }: Issue): void {
    if (this.#idByKey.get(key) === id) return;
    this.#idByKey.set(key, id);
    const [projectKey = "", number = "0"] = key.split("-");
    const highest = this.#highestNumber.get(projectKey) ?? 0;
    this.#highestNumber.set(projectKey, Math.max(highest, Number(number)));
  }

  #noteParent({ id, parentId }: Issue): void {
    if (parentId === undefined) return;
    const ids = this.#childIds.get(parentId) ?? new Set();
    this.#childIds.set(parentId, ids.add(id));
  }
}

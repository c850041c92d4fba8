import { epochMsOf, instantOf } from "#shared/model/time.ts";

import type { JiraSeed } from "./seed.ts";
import type { Issue, Project } from "./state.ts";

type Spec = NonNullable<JiraSeed["bulk"]>;

const epicType = { id: "19001", name: "Epic", hierarchyLevel: 1 };
const storyType = { id: "19002", name: "Story", hierarchyLevel: 0 };

/**
 * A million issues in no memory: the n-th is computed from n. Ids and moments of creation rise with n;
 * projects take turns. Parents are epics of the same project, made before.
 */
export class BulkIssues {
  readonly projects: readonly Project[];
  readonly count: number;
  readonly #spec: Spec;
  readonly #fromMs: number;
  readonly #untilMs: number;
  readonly #statuses: readonly string[];
  readonly #people: readonly string[];
  readonly #teamField: string | undefined;

  /** Throws on a span of time too short to give each issue a millisecond of its own. */
  constructor(spec: Spec, seed: Pick<JiraSeed, "statuses" | "users" | "fields">) {
    this.#spec = spec;
    this.count = spec.issues;
    this.#fromMs = epochMsOf(spec.from);
    this.#untilMs = epochMsOf(spec.until);
    if (this.#untilMs - this.#fromMs < spec.issues) {
      throw new Error("the bulk of the Jira seed needs at least a millisecond per issue");
    }
    this.#statuses = seed.statuses.map(({ id }) => id);
    this.#people = seed.users.filter(({ active }) => active).map(({ accountId }) => accountId);
    this.#teamField = seed.fields.find(({ type }) => type === "team")?.id;
    this.projects = Array.from({ length: spec.projects }, (_, index) => ({
      id: String(spec.firstProjectId + index),
      key: `${spec.keyPrefix}${index + 1}`,
      name: `Bulk ${index + 1}`,
      style: "classic",
      issueTypes: [epicType, storyType],
    }));
  }

  get highestId(): number {
    return this.#spec.firstId + this.count - 1;
  }

  idOf(index: number): string {
    return String(this.#spec.firstId + index);
  }

  /** Which one has this id; undefined if none. */
  indexOfId(id: string): number | undefined {
    return this.#inRange(Number(id) - this.#spec.firstId);
  }

  indexOfKey(key: string): number | undefined {
    const [projectKey = "", number = ""] = key.split("-");
    const project = this.projects.findIndex((each) => each.key === projectKey);
    return project < 0 ? undefined : this.indexIn(project, Number(number));
  }

  /** Which one is the given number of a project. */
  indexIn(project: number, number: number): number | undefined {
    return number < 1 ? undefined : this.#inRange((number - 1) * this.projects.length + project);
  }

  /** How many a project has. */
  countIn(project: number): number {
    return Math.ceil(Math.max(0, this.count - project) / this.projects.length);
  }

  createdMs(index: number): number {
    return this.#fromMs + Math.floor(index * this.#step);
  }

  /** The first that was created at that moment or later; `count` if none. */
  firstSince(epochMs: number): number {
    if (!Number.isFinite(epochMs)) return epochMs < 0 ? 0 : this.count;
    let index = Math.floor((epochMs - this.#fromMs) / this.#step);
    index = Math.min(this.count, Math.max(0, index));
    // Rounding may be off by one either way.
    while (index > 0 && this.createdMs(index - 1) >= epochMs) index -= 1;
    while (index < this.count && this.createdMs(index) < epochMs) index += 1;
    return index;
  }

  updatedMs(index: number): number {
    const created = this.createdMs(index);
    return created + Math.floor(mixed(index) * (this.#untilMs - created));
  }

  at(index: number): Issue {
    return new GeneratedIssue(this, index);
  }

  keyOf(index: number): string {
    const count = this.projects.length;
    const key = this.projects[index % count]?.key ?? "";
    return `${key}-${Math.floor(index / count) + 1}`;
  }

  /** Its epic; undefined for an epic. */
  parentOf(index: number): number | undefined {
    const count = this.projects.length;
    const place = Math.floor(index / count) % (this.#spec.storiesPerEpic + 1);
    return place === 0 ? undefined : index - place * count;
  }

  statusOf(index: number): string {
    return this.#pick(this.#statuses, index * 3 + 1);
  }

  personOf(index: number): string {
    return this.#pick(this.#people, index * 5 + 2);
  }

  customOf(index: number): Readonly<Record<string, unknown>> {
    const number = index % 50;
    const value = { id: `team-${number}`, name: `Team ${number}` };
    return this.#teamField === undefined ? {} : { [this.#teamField]: value };
  }

  get #step(): number {
    return (this.#untilMs - this.#fromMs) / this.count;
  }

  #inRange(index: number): number | undefined {
    return Number.isInteger(index) && index >= 0 && index < this.count ? index : undefined;
  }

  #pick(list: readonly string[], seed: number): string {
    return list[Math.floor(mixed(seed) * list.length)] ?? "";
  }
}

/** One generated issue. Reads as if it were kept; to change it, `IssueStore` keeps a copy. */
class GeneratedIssue implements Issue {
  readonly resolved = undefined;
  readonly duedate = undefined;
  readonly #bulk: BulkIssues;
  readonly #index: number;

  constructor(bulk: BulkIssues, index: number) {
    this.#bulk = bulk;
    this.#index = index;
  }

  get id() {
    return this.#bulk.idOf(this.#index);
  }
  get key() {
    return this.#bulk.keyOf(this.#index);
  }
  get projectId() {
    return this.#bulk.projects[this.#index % this.#bulk.projects.length]?.id ?? "";
  }
  get typeId() {
    return this.#bulk.parentOf(this.#index) === undefined ? epicType.id : storyType.id;
  }
  get summary() {
    return `Generated work item ${this.#index + 1}`;
  }
  get statusId() {
    return this.#bulk.statusOf(this.#index);
  }
  get parentId() {
    const parent = this.#bulk.parentOf(this.#index);
    return parent === undefined ? undefined : this.#bulk.idOf(parent);
  }
  get assigneeId() {
    return this.#bulk.personOf(this.#index);
  }
  get reporterId() {
    return this.#bulk.personOf(this.#index + 1);
  }
  get labels() {
    return this.#index % 7 === 0 ? ["generated"] : [];
  }
  get createdMs() {
    return this.#bulk.createdMs(this.#index);
  }
  get updatedMs() {
    return this.#bulk.updatedMs(this.#index);
  }
  get created() {
    return instantOf(this.createdMs);
  }
  get updated() {
    return instantOf(this.updatedMs);
  }
  get custom() {
    return this.#bulk.customOf(this.#index);
  }
}

/** A number below 1 that looks random and is the same for the same seed (an integer hash by Wang). */
function mixed(seed: number): number {
  let value = Math.imul(seed ^ 61 ^ (seed >>> 16), 9);
  value = Math.imul(value ^ (value >>> 4), 0x27_d4_eb_2d);
  return ((value ^ (value >>> 15)) >>> 0) / 2 ** 32;
}

import { compileLinkRules } from "#shared/graph/link-rules-compile.ts";
import { noLinkRules } from "#shared/graph/link-rules.ts";
import type { LinkRules } from "#shared/graph/link-rules.ts";
import { LiveGraph } from "#shared/graph/live-graph.ts";
import { Org } from "#shared/graph/org.ts";
import type { SourceStates } from "#shared/graph/sources.ts";
import { MemoryGraph } from "#shared/graph/view.ts";
import { LiveFindings } from "#shared/kit/live-findings.ts";
import type { SetRule } from "#shared/kit/live-findings.ts";
import type { Delta } from "#shared/kit/rule.ts";
import type { Dependency, Link } from "#shared/model/edges.ts";
import type { Account, Goal, OrgUnit, Person, WorkItem } from "#shared/model/facts.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";
import type { LinkRule } from "#shared/model/link-rule.ts";
import { instantOf } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";
import { rules } from "#shared/rules/index.ts";
import {
  account,
  goalConnection,
  goalId,
  itemId,
  orgUnit,
  testEpochMs,
  workConnection,
} from "#shared/testing/facts.ts";
import { source, wholeSources } from "#shared/testing/graph.ts";

import { goalNames, peopleNames, unitNames } from "./command.ts";
import type { Command, CommandOf, Course } from "./command.ts";
import { editedGoal, editedItem } from "./edited.ts";
import {
  accountOf,
  deepItems,
  endsOf,
  firstPeople,
  goalOf,
  itemOf,
  linkName,
  linkRuleOf,
  personOf,
  tidied,
  unitOf,
} from "./records.ts";
import { allowances, optionsOf } from "./settings.ts";

/** A company to which commands happen: once in a graph that lives, once in plain maps beside it. */
export class Company {
  readonly findings: LiveFindings;
  readonly live: LiveGraph;
  readonly rules: readonly SetRule[];
  readonly allowances: (typeof allowances)[Course["allowing"]];
  readonly items = new Map<WorkItemId, WorkItem>();
  readonly goals = new Map<GoalId, Goal>();
  readonly removed = new Set<WorkItemId | GoalId>();
  readonly links = new Map<string, Link>();
  readonly dependencies = new Map<string, Dependency>();
  now: Instant = instantOf(testEpochMs);
  #nowMs = testEpochMs;
  #org: Org;
  #sources: SourceStates = new Map(wholeSources.map((one) => [one.id, one]));
  readonly #accounts = new Map(peopleNames.map((name) => [name as string, account(name)]));
  readonly #people = firstPeople();
  readonly #units = new Map(unitNames.map((name) => [name as string, orgUnit(name)]));

  #linkRule: LinkRule | undefined;
  readonly #isTidy: boolean;

  constructor(course: Course) {
    this.#isTidy = course.isTidy;
    this.allowances = allowances[course.allowing];
    this.rules = rules.map((rule) => ({
      rule,
      options: rule.options.parse(optionsOf(rule.name, course)),
    }));
    this.#org = this.#newOrg();
    if (course.isDeep) for (const item of deepItems()) this.items.set(item.id, item);
    this.live = new LiveGraph(this.fresh());
    this.findings = new LiveFindings(this.live, this.rules, this.now);
  }

  /** The graph that the maps tell of, put together anew. */
  fresh(): MemoryGraph {
    const graph = new MemoryGraph(this.#org, this.#sources, this.#linkRules());
    for (const id of this.removed) graph.addRemoved(id);
    for (const item of this.items.values()) graph.addItem(item);
    for (const one of this.goals.values()) graph.addGoal(one);
    for (const link of this.links.values()) graph.addLink(link);
    for (const edge of this.dependencies.values()) graph.addDependency(edge);
    return graph;
  }

  /** Lets these happen one after the other, and be heard of at once. */
  take(commands: readonly Command[]): void {
    const deltas: Delta[] = [];
    for (const command of commands) {
      if (command.kind === "pass") this.#pass(command.ms);
      deltas.push(...this.#deltasOf(command));
    }
    const [now, org, sources] = [this.now, this.#org, this.#sources];
    this.findings.apply(deltas, { now, org, sources, linkRules: this.#linkRules() });
  }

  #linkRules(): LinkRules {
    return this.#linkRule ? compileLinkRules([this.#linkRule], this.now) : noLinkRules;
  }

  #pass(ms: number): void {
    this.#nowMs += ms;
    this.now = instantOf(this.#nowMs);
  }

  #deltasOf(command: Command): readonly Delta[] {
    switch (command.kind) {
      case "put":
        return [this.#putItem(itemOf(command, this.#nowMs))];
      case "move":
        return this.#changeItem(command.item, ({ parentId: _parent, ...item }) => ({
          ...item,
          ...(command.parent !== undefined && { parentId: itemId(command.parent) }),
        }));
      case "edit":
        return this.#edit(command);
      case "settle":
        return this.#changeItem(command.item, (item) => ({
          ...item,
          status: command.status,
        }));
      case "remove":
        return [this.#remove(command.what)];
      case "goal":
        return [this.#putGoal(command)];
      case "link":
        return [this.#link(command)];
      case "unlink":
        return this.#unlink(command);
      case "wait":
        return this.#wait(command);
      default:
        return this.#aroundOf(command);
    }
  }

  #aroundOf(command: Command): readonly Delta[] {
    switch (command.kind) {
      case "person":
        return [this.#replace(this.#people, command.person, personOf(command))];
      case "account":
        return [this.#replace(this.#accounts, command.account, accountOf(command))];
      case "unit":
        return [this.#replace(this.#units, command.unit, unitOf(command))];
      case "source":
        return this.#changeSource(command);
      case "link-rule":
        return [this.#changeLinkRule(linkRuleOf(command, this.#nowMs))];
      default:
        return [];
    }
  }

  #putItem(given: WorkItem): Delta {
    const item = this.#isTidy ? tidied(given) : given;
    const before = this.items.get(item.id);
    this.removed.delete(item.id);
    this.items.set(item.id, item);
    return { ...(before && { before }), after: item };
  }

  #changeItem(name: string, change: (item: WorkItem) => WorkItem): readonly Delta[] {
    const item = this.items.get(itemId(name));
    return item ? [this.#putItem(change(item))] : [];
  }

  #edit({ of, fields }: CommandOf<"edit">): readonly Delta[] {
    if (!goalNames.some((name) => name === of)) {
      return this.#changeItem(of, (item) => editedItem(item, fields, this.#nowMs));
    }
    const before = this.goals.get(goalId(of));
    if (!before) return [];
    const after = editedGoal(before, fields, this.#nowMs);
    this.goals.set(after.id, after);
    return [{ before, after }];
  }

  #remove(name: string): Delta {
    if (goalNames.some((one) => one === name)) {
      const id = goalId(name);
      const before = this.goals.get(id);
      this.goals.delete(id);
      this.removed.add(id);
      return before ? { before } : { buriedId: id };
    }
    const id = itemId(name);
    const before = this.items.get(id);
    this.items.delete(id);
    this.removed.add(id);
    return before ? { before } : { buriedId: id };
  }

  #putGoal(given: CommandOf<"goal">): Delta {
    const after = goalOf(given, this.#nowMs);
    const before = this.goals.get(after.id);
    this.removed.delete(after.id);
    this.goals.set(after.id, after);
    return { ...(before && { before }), after };
  }

  #link(given: CommandOf<"link">): Delta {
    const { confidence, weight, expiresInMs } = given;
    const after: Link = {
      type: "link",
      ...endsOf(given),
      confidence,
      createdAt: this.now,
      ...(weight !== undefined && { weight }),
      ...(expiresInMs !== undefined && { expiresAt: instantOf(this.#nowMs + expiresInMs) }),
    };
    this.links.set(linkName(given), after);
    return { after };
  }

  #unlink(given: CommandOf<"unlink">): readonly Delta[] {
    const names = given.isAll
      ? [...this.links.keys()].filter((name) => name.startsWith(`${given.from} `))
      : [linkName(given)];
    return names.flatMap((name) => {
      const before = this.links.get(name);
      this.links.delete(name);
      return before ? [{ before }] : [];
    });
  }

  #wait({ blocked, blocking, source: by, isOver }: CommandOf<"wait">): readonly Delta[] {
    const name = `${blocked} ${blocking} ${by}`;
    if (isOver) {
      const before = this.dependencies.get(name);
      this.dependencies.delete(name);
      return before ? [{ before }] : [];
    }
    const after: Dependency = {
      type: "dependency",
      blockedId: itemId(blocked),
      blockingId: itemId(blocking),
      source: by,
      createdAt: this.now,
    };
    this.dependencies.set(name, after);
    return [{ after }];
  }

  /** One that decides who works where. */
  #replace<T extends Account | Person | OrgUnit>(
    held: Map<string, T>,
    name: string,
    after: T,
  ): Delta {
    const before = held.get(name);
    held.set(name, after);
    this.#org = this.#newOrg();
    return { ...(before && { before }), after };
  }

  #changeLinkRule(after: LinkRule): Delta {
    const before = this.#linkRule;
    this.#linkRule = after;
    return { ...(before && { before }), after };
  }

  #changeSource({ source: which, isStale }: CommandOf<"source">): readonly Delta[] {
    const id = which === "work" ? workConnection : goalConnection;
    const isNew = this.#sources.get(id)?.isStale !== isStale;
    this.#sources = new Map([...this.#sources, [id, source(id, { isStale })]]);
    return isNew ? [{ after: { ...ruleChange, updatedAt: this.now } }] : [];
  }

  #newOrg(): Org {
    const [units, people] = [[...this.#units.values()], [...this.#people.values()]];
    return new Org({ units, people, accounts: this.#accounts.values(), matches: [] });
  }
}

/** Anything upon which every rule looks at everything anew, as when a source answers again. */
const ruleChange = {
  type: "rule-settings",
  rule: "unlinked-work",
  isEnabled: true,
  graceMinutes: 0,
  holdDownMinutes: 0,
  options: {},
  revision: 0,
} as const;

import { LiveGraph } from "#shared/graph/live-graph.ts";
import { Org } from "#shared/graph/org.ts";
import type { SourceStates } from "#shared/graph/sources.ts";
import { MemoryGraph } from "#shared/graph/view.ts";
import { LiveFindings } from "#shared/kit/live-findings.ts";
import type { SetRule } from "#shared/kit/live-findings.ts";
import type { Delta } from "#shared/kit/rule.ts";
import type { Dependency, Link } from "#shared/model/edges.ts";
import type { Goal, OrgUnit, Person, WorkItem } from "#shared/model/facts.ts";
import type { GoalId, WorkItemId } from "#shared/model/ids.ts";
import { CalendarDate, instantOf } from "#shared/model/time.ts";
import type { Instant } from "#shared/model/time.ts";
import { rules } from "#shared/rules/index.ts";
import {
  account,
  goalConnection,
  goalId,
  itemId,
  orgUnit,
  person,
  personId,
  testEpochMs,
  unitId,
  workConnection,
} from "#shared/testing/facts.ts";
import { source, wholeSources } from "#shared/testing/graph.ts";

import { goalNames, peopleNames, unitNames } from "./command.ts";
import type { Command, CommandOf, Course } from "./command.ts";
import { editedGoal, editedItem } from "./edited.ts";
import { deepItems, endsOf, goalOf, itemOf, linkName } from "./records.ts";

const allowances = {
  nothing: [],
  stories: [{ reason: "Stories", kinds: ["story"] }],
  "a team": [{ reason: "Their work", teams: ["Reds", unitId("u0")] }],
} as const;

function optionsOf(rule: string, allowed: Company["allowances"]): unknown {
  if (rule === "unlinked-work") return { allowances: allowed };
  // Of three goals, more than three are never anybody's.
  return rule === "too-many-objectives" ? { most: 1 } : {};
}

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
  readonly #people = new Map(peopleNames.map((name) => [name as string, person(name)]));
  readonly #units = new Map(unitNames.map((name) => [name as string, orgUnit(name)]));

  constructor({ isDeep, allowing }: Pick<Course, "isDeep" | "allowing">) {
    this.allowances = allowances[allowing];
    this.rules = rules.map((rule) => ({
      rule,
      options: rule.options.parse(optionsOf(rule.name, this.allowances)),
    }));
    this.#org = this.#newOrg();
    if (isDeep) for (const item of deepItems()) this.items.set(item.id, item);
    this.live = new LiveGraph(this.fresh());
    this.findings = new LiveFindings(this.live, this.rules, this.now);
  }

  /** The graph that the maps tell of, put together anew. */
  fresh(): MemoryGraph {
    const graph = new MemoryGraph(this.#org, this.#sources);
    for (const id of this.removed) graph.addRemoved(id);
    for (const item of this.items.values()) graph.addItem(item);
    for (const one of this.goals.values()) graph.addGoal(one);
    for (const link of this.links.values()) graph.addLink(link);
    for (const edge of this.dependencies.values()) graph.addDependency(edge);
    return graph;
  }

  take(command: Command): void {
    if (command.kind === "pass") this.#pass(command.ms);
    const deltas = this.#deltasOf(command);
    this.findings.apply(deltas, { now: this.now, org: this.#org, sources: this.#sources });
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
        return [this.#movePerson(command)];
      case "account":
        return [this.#changeAccount(command)];
      case "unit":
        return [this.#changeUnit(command)];
      case "source":
        return this.#changeSource(command);
      default:
        return [];
    }
  }

  #putItem(item: WorkItem): Delta {
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
    const before = this.links.get(linkName(given));
    this.links.delete(linkName(given));
    return before ? [{ before }] : [];
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

  #changeAccount({ account: name, isActive }: CommandOf<"account">): Delta {
    const before = this.#accounts.get(name);
    const after = account(name, { isActive });
    this.#accounts.set(name, after);
    this.#org = this.#newOrg();
    return { ...(before && { before }), after };
  }

  #movePerson({ person: name, unit, manager, hasLeft }: CommandOf<"person">): Delta {
    const before = this.#people.get(name);
    const after: Person = person(name, {
      employmentStatus: hasLeft ? "inactive" : "active",
      ...(unit !== undefined && { unitId: unitId(unit) }),
      ...(manager !== undefined && { managerId: personId(manager) }),
    });
    this.#people.set(name, after);
    this.#org = this.#newOrg();
    return { ...(before && { before }), after };
  }

  #changeUnit({ unit, name, parent, boundTo, endOn }: CommandOf<"unit">): Delta {
    const before = this.#units.get(unit);
    const after: OrgUnit = orgUnit(unit, {
      name,
      ...(endOn !== undefined && { endOn: CalendarDate.parse(endOn) }),
      ...(parent !== undefined && { parentId: unitId(parent) }),
      ...(boundTo !== undefined && { boundToId: unitId(boundTo), isDeliveryTeam: true }),
    });
    this.#units.set(unit, after);
    this.#org = this.#newOrg();
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

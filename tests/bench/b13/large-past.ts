import type { PastParts } from "#shared/graph/graph-as-of.ts";
import { noLinkRules } from "#shared/graph/link-rules.ts";
import type { RememberedRecord } from "#shared/graph/record-as-of.ts";
import type { Dependency, Link } from "#shared/model/edges.ts";
import type { Person, WorkItem } from "#shared/model/facts.ts";
import type { FactId, WorkItemId } from "#shared/model/ids.ts";
import type { PastEdge, PastField, PastRow } from "#shared/model/past.ts";
import type { Instant } from "#shared/model/time.ts";
import { dateOf, dayMs, instantOf } from "#shared/model/time.ts";
import {
  account,
  accountId,
  goal,
  goalConnection,
  goalId,
  itemId,
  orgUnit,
  peopleConnection,
  person,
  testEpochMs,
  unitId,
  workConnection,
  workItem,
} from "#shared/testing/facts.ts";

import { Dice } from "../b11/large-graph.ts";

export const itemCount = 100_000;
export const days = 89;
const goalCount = 500;
const peopleCount = 2_000;
const teamCount = 200;
const movedPeople = 300;
/** Of a hundred items: an initiative, nine epics, forty stories, fifty pieces of them. */
const levelEnds = [1_000, 10_000, 50_000, itemCount];

export const toMs = testEpochMs + 100 * dayMs;
export const fromMs = toMs - days * dayMs;
const connectedAt = instantOf(testEpochMs);

/** A past as records keep it: two changes an item over the days, links, dependencies and people who move. */
export class LargePast {
  readonly #dice = new Dice(13);
  readonly #edges: (Link | Dependency)[] = [];
  rows = 0;

  parts(): PastParts {
    const goals = Array.from({ length: goalCount }, (_, n) => this.#goal(n));
    const items = Array.from({ length: itemCount }, (_, n) => this.#item(n));
    return {
      records: [...goals, ...items],
      edges: this.#edges,
      personLinks: [],
      histories: new Map(),
      org: {
        people: Array.from({ length: peopleCount }, (_, n) => this.#person(n)),
        units: [
          ...Array.from({ length: 20 }, (_, n) => orgUnit(`d${n}`, { level: 2 })),
          ...Array.from({ length: teamCount }, (_, n) =>
            orgUnit(`t${n}`, { parentId: unitId(`d${n % 20}`) }),
          ),
        ],
        accounts: Array.from({ length: peopleCount }, (_, n) => account(`p${n}`)),
        matches: [],
        memberships: [],
        samePeople: [],
      },
      unreadable: new Set(),
      sources: new Map(
        [workConnection, goalConnection, peopleConnection].map((id) => [
          id,
          {
            id,
            name: id,
            providesGoals: id === goalConnection,
            isReady: true,
            isStale: false,
            freshAt: instantOf(toMs),
            readyAt: connectedAt,
            createdAt: connectedAt,
          },
        ]),
      ),
      linkRules: noLinkRules,
    };
  }

  #goal(n: number): RememberedRecord {
    const parentId = n === 0 ? undefined : goalId(`g${Math.floor(n / 8)}`);
    const fact = goal(`g${n}`, {
      createdAt: connectedAt,
      ...(parentId !== undefined && { parentId }),
      ...(this.#dice.roll(10) === 0 && { status: "done" as const }),
    });
    const isClosedSince = fact.status === "done";
    const was = isClosedSince ? [row(this.#moment(), [["status", "in-progress"]])] : [];
    return remembered(fact.id, fact, was);
  }

  #item(n: number): RememberedRecord {
    const id = itemId(`i${n}`);
    const fact: WorkItem = {
      ...workItem(`i${n}`),
      status: this.#status(),
      assigneeId: accountId(`p${this.#dice.roll(peopleCount)}`),
      ...this.#parentOf(n),
    };
    if (n < 50_000 && this.#dice.roll(6) === 0) this.#edges.push(this.#link(id));
    if (this.#dice.roll(20) === 0) this.#edges.push(this.#dependency(id));
    const count = this.#dice.roll(5);
    const rows = Array.from({ length: count }, () => this.#row(fact, n));
    this.rows += count;
    return remembered(
      id,
      fact,
      rows.toSorted((a, b) => (a.at < b.at ? -1 : 1)),
    );
  }

  #parentOf(n: number): { readonly parentId?: WorkItemId } {
    const level = levelEnds.findIndex((end) => n < end);
    const [from, to] = [levelEnds[level - 2] ?? 0, levelEnds[level - 1]];
    if (to === undefined || this.#dice.roll(10) === 0) return {};
    return { parentId: itemId(`i${from + this.#dice.roll(to - from)}`) };
  }

  /** Of ten changes five are of a status, two moves, one of who is assigned, two of a link. */
  #row({ id }: WorkItem, n: number): PastRow {
    const [at, roll] = [this.#moment(), this.#dice.roll(10)];
    if (roll < 5) return row(at, [["status", this.#status()]]);
    if (roll < 7) return row(at, [["parentId", this.#parentOf(n).parentId]]);
    if (roll < 8) return row(at, [["assigneeId", accountId(`p${this.#dice.roll(peopleCount)}`)]]);
    const edge: PastEdge = {
      type: "link",
      fromId: id,
      toId: goalId(`g${this.#dice.roll(goalCount)}`),
      source: "native",
      confidence: 1,
    };
    const isGone = this.#dice.roll(2) === 0;
    return { ...row(at, []), came: isGone ? [] : [edge], went: isGone ? [edge] : [] };
  }

  #person(n: number): Person {
    const unit = unitId(`t${n % teamCount}`);
    const isMoved = n < movedPeople;
    const movedAt = this.#moment();
    const before = unitId(`t${this.#dice.roll(teamCount)}`);
    const firstDay = dateOf(connectedAt);
    const placements = isMoved
      ? [
          {
            validFrom: firstDay,
            validTo: dateOf(movedAt),
            unitId: before,
            knownSince: connectedAt,
          },
          { validFrom: dateOf(movedAt), unitId: unit, knownSince: movedAt },
        ]
      : [{ validFrom: firstDay, unitId: unit, knownSince: connectedAt }];
    return person(`p${n}`, { unitId: unit, placements });
  }

  #link(fromId: WorkItemId): Link {
    const toId = goalId(`g${this.#dice.roll(goalCount)}`);
    const said = { source: "native" as const, confidence: 1, assertedBy: fromId };
    return { type: "link", fromId, toId, ...said, createdAt: connectedAt };
  }

  #dependency(blockedId: WorkItemId): Dependency {
    const blockingId = itemId(`i${this.#dice.roll(itemCount)}`);
    const said = { source: "native" as const, assertedBy: blockedId };
    return { type: "dependency", blockedId, blockingId, ...said, createdAt: connectedAt };
  }

  #status(): WorkItem["status"] {
    const statuses = ["todo", "in-progress", "done", "dropped"] as const;
    return statuses[this.#dice.roll(statuses.length)] ?? "todo";
  }

  #moment(): Instant {
    return instantOf(fromMs + this.#dice.roll(days * 24 * 3600) * 1000 + this.#dice.roll(1000));
  }
}

function row(at: Instant, was: readonly (readonly [PastField, unknown])[]): PastRow {
  return { at, was: new Map(was), came: [], went: [] };
}

function remembered(
  id: FactId,
  fact: NonNullable<RememberedRecord["fact"]>,
  rows: readonly PastRow[],
): RememberedRecord {
  const past = { id, since: connectedAt, isCut: false, hidesOthersEdges: false, rows };
  return { past, fact, sourceVersion: fact.sourceVersion };
}

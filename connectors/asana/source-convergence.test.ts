import { expect, test } from "vitest";

import { isRetryable } from "#shared/errors.ts";
import type { Change } from "#shared/model/change.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { FactId } from "#shared/model/ids.ts";
import { minuteMs } from "#shared/model/time.ts";
import { isOutdatedBy, stateOf } from "#shared/store/precedence.ts";

import { idOf, pullAll } from "./simulator/connected-source.ts";
import { exampleSeed } from "./simulator/example-seed.ts";
import { testSource } from "./simulator/test-source.ts";
import { world } from "./simulator/test-world.ts";

const projects = ["1500000000000001", "1500000000000002"];
const collections = ["projects", "tasks", "goals"] as const;

/** Numbers that look random and are the same in every run (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = Math.trunc(state + 0x6d2b79f5);
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.abs(mixed ^ (mixed >>> 14)) % below;
  };
}

/** What a hub that stores every change would hold: the later state of each record. */
class Held {
  readonly #changes = new Map<string, Change>();

  store(changes: readonly Change[]): void {
    for (const change of changes) {
      const before = this.#changes.get(idOf(change));
      if (before && isOutdatedBy(stateOf(change), stateOf(before))) continue;
      this.#changes.set(idOf(change), change);
    }
  }

  /** Records and their edges, without when and in which version they were read. */
  shown(present: ReadonlySet<FactId>): Record<string, unknown> {
    const upserted = [...this.#changes.values()].flatMap((change) =>
      change.kind === "upserted" ? [change] : [],
    );
    const told = upserted.map(({ record, edges }) => {
      const { readAt: _readAt, sourceVersion: _version, ...rest } = record;
      const standing = edges.filter(
        (edge) => edge.type !== "dependency" || present.has(edge.blockingId),
      );
      return [record.id, { ...rest, edges: standing }] as const;
    });
    return Object.fromEntries(told.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  ids(isOf: (fact: Fact) => boolean): FactId[] {
    return [...this.#changes.values()].flatMap((change) =>
      change.kind === "upserted" && isOf(change.record) ? [change.record.id] : [],
    );
  }
}

type World = Awaited<ReturnType<typeof world>>;

/** Something that people do; what cannot be done at that moment is left undone. */
function act({ simulator }: World, pick: (below: number) => number): void {
  const { state } = simulator;
  const tasks = state.list("task").map(({ gid }) => gid);
  const task = tasks[pick(tasks.length)] ?? "";
  // Subtasks of what was completed long ago are looked at no more.
  const open = state.list("task").filter(({ completed }) => !completed);
  const other = open[pick(open.length)]?.gid ?? "";
  const project = projects[pick(projects.length)] ?? "";
  const operations = [
    { kind: "updateTask", gid: task, name: `Renamed ${pick(1000)}` },
    { kind: "updateTask", gid: task, completed: pick(2) === 0 },
    { kind: "updateTask", gid: task, assignee: "1200000000000002" },
    { kind: "addToProject", task, project },
    { kind: "removeFromProject", task, project },
    { kind: "setParent", task, parent: other },
    { kind: "setParent", task, parent: null },
    { kind: "addDependency", task, dependsOn: other },
    { kind: "deleteTask", gid: task },
    {
      kind: "createTask",
      name: `New ${pick(1000)}`,
      assignee: "1200000000000003",
      memberships: [{ project, section: null }],
    },
    { kind: "updateProject", gid: project, name: `Project ${pick(1000)}` },
    { kind: "forgetEvents" },
    { kind: "expireOffsets" },
  ];
  try {
    simulator.perform(operations[pick(operations.length)]);
  } catch (error) {
    if (error instanceof TypeError) throw error;
  }
}

/** Pulls each collection on from where it stood, however often it is cut off on the way. */
async function pullOn(
  { source }: World,
  held: Held,
  positions: Map<string, string>,
): Promise<void> {
  for (const collection of collections) {
    for (let attempts = 0; attempts < 20; attempts += 1) {
      try {
        for await (const page of source.pull(collection, positions.get(collection))) {
          held.store(page.changes);
          positions.set(collection, page.position);
        }
        break;
      } catch (error) {
        if (!isRetryable(error)) throw error;
      }
    }
  }
}

async function reconcile({ source, clock }: World, held: Held): Promise<void> {
  for (const collection of collections) {
    const seen = new Set<FactId>();
    for await (const batch of source.enumerate(collection)) for (const id of batch) seen.add(id);
    const ids = held.ids((fact) => source.isOf(collection, fact));
    const lacking = [...seen].filter((one) => !ids.includes(one));
    held.store((await source.readByIds(collection, lacking)).changes);
    const missing = ids.filter((one) => !seen.has(one));
    for (const [id, presence] of await source.confirm(collection, missing)) {
      if (presence !== "gone") continue;
      const readAt = clock.now();
      held.store([{ kind: "removed", id, sourceVersion: clock.nowMs(), readAt }]);
    }
  }
}

test.each(Array.from({ length: 25 }, (_, seed) => seed))(
  "pulls and a reconcile come to what a clean read shows, history %i",
  async (seed) => {
    const all = await world();
    const pick = numbers(seed + 1);
    const held = new Held();
    const positions = new Map<string, string>();
    await pullOn(all, held, positions);
    for (let rounds = 0; rounds < 8; rounds += 1) {
      const hides = pick(3) === 0;
      const gid = projects[pick(2)] ?? "";
      const as = pick(2) === 0 ? "forbidden" : "absent";
      if (hides) all.simulator.perform({ kind: "setHidden", gid, hidden: true, as });
      for (let acts = pick(6); acts > 0; acts -= 1) act(all, pick);
      all.clock.advance((5 + pick(40)) * minuteMs);
      const fault = { on: "request", kind: "status", times: 2 } as const;
      all.simulator.faults.arm({ ...fault, status: 429, retryAfterSeconds: 9, skip: pick(12) });
      all.simulator.faults.arm({ ...fault, status: 503, skip: pick(12) });
      await pullOn(all, held, positions);
      if (hides) all.simulator.perform({ kind: "setHidden", gid, hidden: false });
    }
    // Past the next sweep, and past the time in which a deletion is believed more than a reading.
    for (const minutes of [20, 70, 20]) {
      all.clock.advance(minutes * minuteMs);
      await pullOn(all, held, positions);
    }
    await reconcile(all, held);
    const clean = new Held();
    const fresh = testSource({
      settings: { baseUrl: all.simulator.apiUrl, token: exampleSeed.token },
      clock: all.clock,
    });
    for (const collection of collections) {
      for (const { changes } of await pullAll(fresh, collection)) clean.store(changes);
    }
    // A task that waits for a deleted one is not changed by that: nobody blocks it, edge or not.
    const present = new Set(held.ids(() => true));
    const expected = clean.shown(present);
    const found = held.shown(present);
    // What was in a project once and is now in none, with nobody assigned, no list shows any more.
    const unlisted = held.ids(({ id }) => expected[id] === undefined);
    expect([...(await fresh.confirm("tasks", unlisted)).values()]).toEqual(
      unlisted.map(() => "present"),
    );
    for (const id of unlisted) expected[id] = found[id];
    expect(found).toEqual(expected);
  },
);

import * as fc from "fast-check";

/*
 * What can happen to the graph of a small company, as plain data, so that a counterexample can be read.
 * Names come from small sets, so that commands meet each other: cycles, several homes, dangling ends and
 * things that come back are all common.
 */

const itemNames = ["w0", "w1", "w2", "w3", "w4", "w5", "w6"] as const;
export const goalNames = ["g0", "g1", "g2"] as const;
export const peopleNames = ["p0", "p1", "p2"] as const;
export const unitNames = ["u0", "u1", "u2"] as const;
/** Of a deep hierarchy that stands from the beginning in some runs, around the depth that is followed. */
const deepNames = ["d58", "d59", "d60", "d61"] as const;

const one = <T extends string>(names: readonly T[]) => fc.constantFrom(...names);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const word = <K extends string>(kind: K) => fc.constant(kind);

const item = one(itemNames);
const goal = one(goalNames);
const home = fc.oneof(
  { arbitrary: item, weight: 12 },
  { arbitrary: one(deepNames), weight: 2 },
  { arbitrary: fc.constant("nobody" as const), weight: 1 },
);
const status = fc.constantFrom("todo", "in-progress", "done", "dropped");
const source = fc.constantFrom("native", "person", "suggestion");

/** How long ago the source was last told of a change of it. */
const heardDaysAgo = fc.constantFrom(0, 0, 0, 25, 40, 60);
const dueOn = fc.constantFrom(undefined, undefined, "2026-04-01", "2026-04-02", "2026-05-01");
const team = fc.constantFrom(undefined, undefined, "u0", "U1", "Reds");
const put = fc.record({
  kind: word("put"),
  item,
  parent: maybe(home),
  others: fc.array(home, { maxLength: 2 }),
  status,
  workKind: fc.constantFrom("epic", "story", "portfolio"),
  canHoldGoal: fc.constantFrom(true, true, true, false),
  assignee: maybe(one(peopleNames)),
  team,
  heardDaysAgo,
  dueOn,
});
/** One field is another, as most changes in life are: each rule must say for itself what that touches. */
const edit = fc.record({
  kind: word("edit"),
  of: fc.oneof({ arbitrary: item, weight: 3 }, goal),
  fields: fc.oneof(
    fc.record({ title: fc.constantFrom("One name", "Another name") }),
    fc.record({ key: fc.constantFrom(undefined, "KEY-1", "KEY-2") }),
    fc.record({ url: fc.constantFrom("https://tool.example/1", "https://tool.example/2") }),
    fc.record({ status }),
    fc.record({ team }),
    fc.record({ owner: maybe(one(peopleNames)) }),
    fc.record({ dueOn }),
    fc.record({ heardDaysAgo }),
    fc.record({ canHoldGoal: fc.boolean() }),
    fc.record({ workKind: fc.constantFrom("epic", "story", "portfolio") }),
    fc.record({ others: fc.array(home, { maxLength: 2 }) }),
    fc.record({ labels: fc.constantFrom(undefined, ["x"]) }),
  ),
});
const move = fc.record({ kind: word("move"), item, parent: maybe(home) });
const settle = fc.record({ kind: word("settle"), item, status });
const remove = fc.record({
  kind: word("remove"),
  what: fc.oneof({ arbitrary: item, weight: 4 }, goal, fc.constant("nobody" as const)),
});
const putGoal = fc.record({
  kind: word("goal"),
  goal,
  status,
  parent: maybe(goal),
  goalKind: fc.constantFrom("objective", "objective", "objective", "key-result", "theme"),
  /** When rules that wait for a goal's age wait no more. */
  agedInMs: fc.constantFrom(undefined, -1, 3, 10, 40),
  startOn: fc.constantFrom(undefined, undefined, "2026-02-01", "2026-03-03"),
  owner: maybe(one(peopleNames)),
  team,
  heardDaysAgo,
  dueOn,
});
const link = fc.record({
  kind: word("link"),
  from: fc.oneof({ arbitrary: item, weight: 6 }, one(deepNames), goal),
  to: goal,
  source,
  confidence: fc.constantFrom(0.3, 0.8, 1),
  weight: fc.constantFrom(undefined, 0, 0.25, 1),
  expiresInMs: fc.constantFrom(undefined, undefined, 1, 5, 20),
});
const unlink = fc.record({
  kind: word("unlink"),
  from: fc.oneof({ arbitrary: item, weight: 6 }, one(deepNames), goal),
  to: goal,
  source,
  /** All that it is linked to, whoever said so. */
  isAll: fc.boolean(),
});
const wait = fc.record({
  kind: word("wait"),
  blocked: item,
  blocking: item,
  source: fc.constantFrom("native", "person"),
  isOver: fc.boolean(),
});
const person = fc.record({
  kind: word("person"),
  person: one(peopleNames),
  unit: maybe(one(unitNames)),
  manager: maybe(one(peopleNames)),
  hasLeft: fc.constantFrom(false, false, true),
});
const account = fc.record({
  kind: word("account"),
  account: one(peopleNames),
  isActive: fc.boolean(),
});
const unit = fc.record({
  kind: word("unit"),
  unit: one(unitNames),
  name: fc.constantFrom("u0", "u1", "Reds"),
  parent: maybe(one(unitNames)),
  boundTo: fc.constantFrom(undefined, undefined, ...unitNames),
  endOn: fc.constantFrom(undefined, undefined, "2026-02-01", "2026-03-20", "2026-04-15"),
});
const standing = fc.record({
  kind: word("source"),
  source: fc.constantFrom("work", "goals"),
  isStale: fc.constantFrom(false, false, true),
});
/** A link rule, of which there is one. */
const linkRule = fc.record({
  kind: word("link-rule"),
  filter: fc.constantFrom("kind = story", "label = x", "team = Reds", 'title ~ "Another"'),
  goal,
  isEnabled: fc.constantFrom(true, true, false),
  expiresInMs: fc.constantFrom(undefined, undefined, 1, 5, 20),
});
const dayMs = 86_400_000;
const pass = fc.record({
  kind: word("pass"),
  ms: fc.oneof(
    { arbitrary: fc.integer({ min: 1, max: 12 }), weight: 3 },
    { arbitrary: fc.constantFrom(dayMs, 8 * dayMs, 20 * dayMs), weight: 1 },
  ),
});

export const command = fc.oneof(
  { arbitrary: put, weight: 20 },
  { arbitrary: move, weight: 16 },
  { arbitrary: edit, weight: 16 },
  { arbitrary: settle, weight: 8 },
  { arbitrary: remove, weight: 6 },
  { arbitrary: putGoal, weight: 8 },
  { arbitrary: link, weight: 16 },
  { arbitrary: unlink, weight: 10 },
  { arbitrary: wait, weight: 8 },
  { arbitrary: person, weight: 2 },
  { arbitrary: unit, weight: 1 },
  { arbitrary: account, weight: 1 },
  { arbitrary: standing, weight: 1 },
  { arbitrary: linkRule, weight: 1 },
  { arbitrary: pass, weight: 3 },
);
export type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;
export type CommandOf<K extends Command["kind"]> = Extract<Command, { kind: K }>;

export interface Course {
  /** Stands the deep hierarchy there from the beginning? */
  readonly isDeep: boolean;
  /** What may stand outside strategy in this company. */
  readonly allowing: "nothing" | "stories" | "a team";
  /** Without circles of parents, which leave little that has a top. */
  readonly isTidy: boolean;
  /** Whether rules are set otherwise than by default. */
  readonly isTuned: boolean;
  /** So many commands are heard of at once. */
  readonly together: number;
  readonly commands: readonly Command[];
}

const commandsMax = 200;

export const course: fc.Arbitrary<Course> = fc.record({
  isDeep: fc.integer({ min: 0, max: 99 }).map((n) => n === 77),
  allowing: fc.constantFrom(
    "nothing" as const,
    "nothing" as const,
    "stories" as const,
    "a team" as const,
  ),
  isTidy: fc.boolean(),
  isTuned: fc.boolean(),
  together: fc.constantFrom(1, 1, 2, 4, 10),
  commands: fc.array(command, { maxLength: commandsMax, size: "max" }),
});

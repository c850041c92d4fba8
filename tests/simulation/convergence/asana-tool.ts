import { exampleSeed } from "#connectors/asana/simulator/example-seed.ts";
import { paidPlanLimits } from "#connectors/asana/simulator/request-limits.ts";
import { startAsanaSimulator } from "#connectors/asana/simulator/start-asana-simulator.ts";

import {
  pageRows,
  pick,
  type Random,
  type ToolKind,
  type ToolUnderTest,
} from "./tool-under-test.ts";

type Simulator = Awaited<ReturnType<typeof startAsanaSimulator>>;

const workspaces = exampleSeed.workspaces.map(({ gid }) => gid);

/** A small Asana in which people create, multi-home, nest, depend, finish, delete and bring back. */
export const asanaKind: ToolKind = {
  connector: "asana",
  expiries: [
    "offsets expired",
    "event streams forgotten",
    "event streams forgotten with events lost",
  ],
  async start(clock, random) {
    const asana = await startAsanaSimulator({
      seed: exampleSeed,
      clock,
      limits: paidPlanLimits,
      pageRowsMax: pageRows(random),
    });
    return {
      connector: "asana",
      settings: {
        baseUrl: asana.apiUrl,
        token: exampleSeed.token,
        workspaces,
        keptFields: ["Priority"],
      },
      faults: asana.faults,
      apiPrefix: "/api/1.0/",
      change: (random) => change(asana, random),
      annoy: (random) => annoy(asana, random),
      expireCursors: (random) => expireCursors(asana, random),
      cursorsMet: () => ({
        "offsets expired": asana.state.offsets.expiredMet,
        "event streams forgotten": asana.state.log.met.expired,
        "event streams forgotten with events lost": asana.state.log.met.withLoss,
      }),
      settle: () => asana.settle(),
      close: () => asana.close(),
    } satisfies ToolUnderTest;
  },
};

function change({ state, perform }: Simulator, random: Random): void {
  const gids = [...state.all("task")].map(({ gid }) => gid);
  const projects = [...state.all("project")].map(({ gid }) => gid);
  const goals = [...state.all("goal")].map(({ gid }) => gid);
  const gid = pick(random, gids);
  const [other, project, goal] = [pick(random, gids), pick(random, projects), pick(random, goals)];
  if (gid === undefined || other === undefined || project === undefined) return;
  const name = `Work ${Math.floor(random() * 1e9).toString(36)}`;
  const people = ["1200000000000002", "1200000000000003", null] as const;
  const operations = [
    () => ({ kind: "createTask", name, memberships: [{ project, section: null }] }),
    () => ({ kind: "createTask", name, parent: gid }),
    () => ({ kind: "updateTask", gid, name }),
    () => ({ kind: "updateTask", gid, assignee: pick(random, people) }),
    () => ({ kind: "updateTask", gid, completed: random() < 0.6 }),
    () => ({ kind: "addToProject", task: gid, project }),
    () => ({ kind: "addToProject", task: gid, project: checkout, section: pick(random, sections) }),
    () => ({ kind: "updateTask", gid, custom_fields: { [priority]: pick(random, priorities) } }),
    () => ({ kind: "removeFromProject", task: gid, project }),
    () => ({ kind: "setParent", task: gid, parent: random() < 0.4 ? null : other }),
    () => ({ kind: "addDependency", task: gid, dependsOn: other }),
    () => ({ kind: "removeDependency", task: gid, dependsOn: other }),
    () => (random() < 0.4 ? { kind: "deleteTask", gid } : undefined),
    () => ({ kind: "undeleteTask", gid: pick(random, deleted(state)) }),
    () => (goal ? { kind: "updateGoal", gid: goal, name } : undefined),
    () => (goal ? { kind: "addSupport", goal, resource: gid } : undefined),
    () => ({ kind: "updateProject", gid: project, name }),
  ];
  attempt(perform, pick(random, operations)?.());
}

/** The sections of a project, and a field that its tasks may have. */
const checkout = "1500000000000001";
const sections = ["1600000000000001", "1600000000000002"] as const;
const priority = "1700000000000002";
const priorities = ["1710000000000001", "1710000000000002", null] as const;

function deleted(state: Simulator["state"]): readonly string[] {
  return [...state.trash.keys()];
}

/** People try things that Asana refuses; then nothing has happened. */
function attempt(perform: Simulator["perform"], operation: unknown): void {
  if (operation === undefined) return;
  try {
    perform(operation);
  } catch (error) {
    if (!(error instanceof Error) || error.name === "TypeError") throw error;
  }
}

function annoy({ state, perform }: Simulator, random: Random): () => void {
  const gid = pick(random, [...state.all("project")])?.gid;
  const as = random() < 0.5 ? "forbidden" : "absent";
  attempt(perform, { kind: "setHidden", gid, hidden: true, as });
  return () => attempt(perform, { kind: "setHidden", gid, hidden: false });
}

function expireCursors({ faults, perform }: Simulator, random: Random): void {
  const skip = Math.floor(random() * 6);
  const later = { on: "cursor", kind: "expire", times: 1, skip } as const;
  const ways = [
    () => perform({ kind: "expireOffsets" }),
    () => faults.arm({ ...later, of: "page" }),
    () => perform({ kind: "forgetEvents" }),
    () => faults.arm({ ...later, of: "events" }),
  ];
  pick(random, ways)?.();
}

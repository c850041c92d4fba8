import type {
  ContractCase,
  ShortId,
  SourceStage,
} from "#shared/testing/connector-contract/contract-case.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { filePath, startFileServer } from "./start-file-server.ts";

const authorization = "Bearer of-the-private-file";
const goals = [
  { id: "trust", title: "Be the carrier that shippers trust", url: "https://wiki.example/trust" },
  { id: "on-time", title: "Nearly all shipments arrive on time", parent: "trust", status: "open" },
  { id: "notices", title: "Delay notices within minutes", parent: "on-time" },
];

/** A file is read whole, however large it is. */
async function start(): Promise<SourceStage> {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const server = await startFileServer({ clock, goals, authorization });
  let renamed = 0;
  return {
    url: server.url,
    clock,
    faults: server.faults,
    settings: (root) => ({ url: `${root}${filePath}`, authorization }),
    collections: {
      goals: {
        facts: goals.map(({ id }): ShortId => `goal ${id}`),
        unknown: "goal nobody",
        isIncremental: false,
        change: {
          of: "goal on-time",
          perform: () => {
            renamed += 1;
            const goal = server.goals.find(({ id }) => id === "on-time");
            if (goal) goal.title = `Shipments arrive on time, changed ${renamed} times`;
          },
        },
        remove: { of: "goal notices", perform: () => server.goals.pop() },
      },
    },
    close: () => server.close(),
  };
}

export const contractCase: ContractCase = {
  source: {
    start,
    paged: [],
    refused: [
      {
        what: "a wrong authorization",
        settings: { authorization: "Bearer of-somebody-else" },
        codes: ["connector.not-found", "connector.unauthorized"],
      },
      {
        what: "a host where nobody listens",
        settings: { url: "http://127.0.0.1:1/goals.yaml" },
        codes: ["connector.unreachable"],
      },
    ],
    apiPath: "/",
    // A server that forbids a file asks for another credential.
    meanings: { 403: ["connector.unauthorized"] },
    drifts: [
      { collection: "goals", request: filePath, at: ["goals", 2, "title"], says: "title" },
      { collection: "goals", request: filePath, at: ["goals", 2, "id"], says: "id" },
    ],
    // All words of the file are documented; one that is not is a mistake of whoever wrote it.
    openEnums: [],
    overlapMinutes: 0,
    foreignUrls: "A goal's address is the admin's own page about it, which no connection reads",
  },
};

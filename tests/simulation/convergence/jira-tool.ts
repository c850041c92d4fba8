import { startJiraSimulator } from "#connectors/jira/simulator/server.ts";
import { smallSite } from "#connectors/jira/simulator/small-site.ts";

import {
  pageRows,
  pick,
  type Random,
  type ToolKind,
  type ToolUnderTest,
} from "./tool-under-test.ts";

type Simulator = Awaited<ReturnType<typeof startJiraSimulator>>;

const [credential] = smallSite.credentials;

/** A small Jira Cloud site in which people create, move, link, finish and delete. */
export const jiraKind: ToolKind = {
  connector: "jira",
  expiries: ["page tokens expired"],
  async start(clock, random) {
    const pageRowsMax = pageRows(random);
    const jira = await startJiraSimulator({ seed: smallSite, clock, pageRowsMax });
    return {
      connector: "jira",
      settings: {
        baseUrl: jira.url,
        email: credential.email,
        apiToken: credential.apiToken,
        goalTypes: ["level 2=initiative", "level 3=objective"],
        goalLinkFields: ["Goal link"],
        blockedByFields: ["Blocked by link"],
        keptFields: ["Product area", "Component"],
      },
      faults: jira.faults,
      apiPrefix: "/rest/api/",
      change: (random) => change(jira, random),
      annoy: (random) => annoy(jira, random),
      expireCursors: (random) => expireCursors(jira, random),
      cursorsMet: () => ({ "page tokens expired": jira.state.pageTokens.expiredMet }),
      settle: () => jira.sender.settle(),
      close: () => jira.close(),
    } satisfies ToolUnderTest;
  },
};

function change(jira: Simulator, random: Random): void {
  const keys = [...jira.state.issues.values()].map(({ key }) => key);
  const key = pick(random, keys);
  const other = pick(random, keys);
  if (key === undefined || other === undefined) return;
  const people = ["acc-dana", "acc-kim", null] as const;
  const operations = [
    () => ({ kind: "createIssue", ...pick(random, newIssues), summary: word(random) }),
    () => ({
      kind: "createIssue",
      ...pick(random, newIssues),
      summary: word(random),
      parentKey: key,
    }),
    () => ({ kind: "updateIssue", key, summary: word(random) }),
    () => ({ kind: "updateIssue", key, assigneeId: pick(random, people) }),
    () => ({ kind: "updateIssue", key, parentKey: random() < 0.3 ? null : other }),
    () => ({ kind: "updateIssue", key, custom: { customfield_10050: goalAddress(jira, other) } }),
    () => ({ kind: "updateIssue", key, custom: { customfield_10060: pick(random, areas) } }),
    () => ({ kind: "updateIssue", key, components: pick(random, componentLists) }),
    () => ({ kind: "transitionIssue", key, statusId: pick(random, ["1", "3", "5", "6"]) }),
    () => ({ kind: "linkIssues", typeId: "10000", sourceKey: key, destinationKey: other }),
    () => ({ kind: "unlinkIssues", linkId: pick(random, [...jira.state.links.keys()]) ?? "0" }),
    () => ({ kind: "moveIssue", key, projectKey: pick(random, ["PAY", "MOB"]) }),
    () => (random() < 0.5 ? { kind: "deleteIssue", key, deleteSubtasks: true } : undefined),
  ];
  attempt(jira, pick(random, operations)?.());
}

const newIssues = [
  { projectKey: "PAY", typeId: "10010" },
  { projectKey: "PAY", typeId: "10011" },
  { projectKey: "PAY", typeId: "10013" },
  { projectKey: "MOB", typeId: "10021" },
  { projectKey: "STRAT", typeId: "10002" },
];

const areas = [{ id: "10700", value: "Payouts" }, { id: "10701", value: "Refunds" }, null];
const componentLists = [[], ["Ledger"], ["Ledger", "Scheme adapter"]];

function goalAddress(jira: Simulator, key: string): string {
  return `${jira.url}/browse/${key}`;
}

function word(random: Random): string {
  return `Work ${Math.floor(random() * 1e9).toString(36)}`;
}

/** People try things that Jira refuses; then nothing has happened. */
function attempt(jira: Simulator, operation: unknown): void {
  if (operation === undefined) return;
  try {
    // Checked by the simulator's own schema.
    jira.perform(operation as Parameters<Simulator["perform"]>[0]);
  } catch (error) {
    if (!(error instanceof Error) || error.name === "TypeError") throw error;
  }
}

function annoy(jira: Simulator, random: Random): () => void {
  const projectKey = pick(random, ["PAY", "MOB", "STRAT"]) ?? "PAY";
  const accountId = credential.accountId;
  attempt(jira, { kind: "hideProject", projectKey, accountId });
  return () => attempt(jira, { kind: "showProject", projectKey, accountId });
}

function expireCursors(jira: Simulator, random: Random): void {
  if (random() < 0.3) jira.perform({ kind: "expirePageTokens" });
  else {
    const skip = Math.floor(random() * 6);
    jira.faults.arm({ on: "cursor", kind: "expire", of: "page", times: 1, skip });
  }
}

import type {
  ContractCase,
  NotifierStage,
} from "#shared/testing/connector-contract/contract-case.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { startTeamsSimulator } from "./start-teams-simulator.ts";
import type { Card } from "./teams-message.ts";

async function start(): Promise<NotifierStage> {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const teams = await startTeamsSimulator({ clock });
  return {
    settings: { webhookUrl: teams.webhookUrl, channel: "Alignment" },
    faults: teams.faults,
    count: () => teams.cards().length,
    activeParts: () => {
      const last = teams.cards().at(-1);
      return last ? activeIn(last.card) : [];
    },
    close: () => teams.close(),
  };
}

/**
 * What Teams would act on: runs are plain text, so it is their addresses, bindings in the text, and what
 * turns the direction of writing.
 */
function activeIn({ body, actions = [] }: Card): readonly string[] {
  const runs = body.flatMap(({ inlines }) => inlines);
  return [
    ...runs.flatMap(({ text, selectAction }) => [
      ...(selectAction ? [selectAction.url] : []),
      ...(text.match(/\{\{|\$\{|:\/\/|[\u202A-\u202E\u2066-\u2069]/gu) ?? []),
    ]),
    ...actions.map(({ url }) => url),
  ];
}

export const contractCase: ContractCase = {
  notifier: {
    start,
    refused: [
      {
        what: "the address of a workflow that is gone",
        settings: (good) => ({
          ...good,
          webhookUrl: String(good["webhookUrl"]).replace("0123456789abcdef", "fedcba9876543210"),
        }),
        codes: ["connector.not-found"],
      },
      {
        what: "an address that was copied in part",
        settings: (good) => ({
          ...good,
          webhookUrl: String(good["webhookUrl"]).replace(/&sig=.*/u, ""),
        }),
        codes: ["connector.unauthorized"],
      },
      {
        what: "a host where nobody listens",
        settings: (good) => ({ ...good, webhookUrl: "http://127.0.0.1:9/workflows/any" }),
        codes: ["connector.unreachable"],
      },
    ],
    rightfulParts: (message) => [
      ...message.path.flatMap(({ url }) => (url?.startsWith("https:") ? [url] : [])),
      message.url,
    ],
  },
};

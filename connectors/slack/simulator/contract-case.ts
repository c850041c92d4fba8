import type {
  ContractCase,
  NotifierStage,
} from "#shared/testing/connector-contract/contract-case.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import type { Block, SlackMessage } from "./slack-message.ts";
import { startSlackSimulator } from "./start-slack-simulator.ts";

async function start(): Promise<NotifierStage> {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const slack = await startSlackSimulator({ clock });
  return {
    settings: { webhookUrl: slack.webhookUrl, channel: "#alignment" },
    faults: slack.faults,
    count: () => slack.messages().length,
    activeParts: () => {
      const last = slack.messages().at(-1);
      return last ? activeIn(last.message) : [];
    },
    close: () => slack.close(),
  };
}

/**
 * What Slack would act on: everything in angle brackets is a link, a mention or a command, and names
 * after `@` and `#` are found by clients that look for them. Turning the direction of writing makes a
 * text say what it does not. Of a link, its address is given.
 */
function activeIn({ text, blocks = [] }: SlackMessage): readonly string[] {
  return [text, ...blocks.flatMap(markdownOf)].flatMap((markdown) => [
    ...(markdown.match(/<[^>]*>/gu) ?? []).map((part) =>
      part.replace(/^<([^|>]*)\|?[^>]*>$/u, "$1"),
    ),
    ...(markdown.replaceAll(/<[^>]*>/gu, "").match(active) ?? []),
  ]);
}

const active = /[@#][\p{L}\p{N}_]+|[<>]|[\u202A-\u202E\u2066-\u2069]/gu;

function markdownOf(block: Block): readonly string[] {
  const texts =
    block.type === "context" ? block.elements : block.type === "section" ? [block.text] : [];
  return texts.flatMap(({ type, text }) => (type === "mrkdwn" ? [text] : []));
}

export const contractCase: ContractCase = {
  notifier: {
    start,
    refused: [
      {
        what: "the address of a webhook that is gone",
        settings: (good) => ({
          ...good,
          webhookUrl: String(good["webhookUrl"]).replace(/[^/]+$/u, "gone-long-ago"),
        }),
        codes: ["connector.unauthorized"],
      },
      {
        what: "a host where nobody listens",
        settings: (good) => ({ ...good, webhookUrl: "http://127.0.0.1:9/services/any" }),
        codes: ["connector.unreachable"],
      },
    ],
    rightfulParts: (message) => [
      ...message.path.flatMap(({ url }) => (url?.startsWith("https:") ? [url] : [])),
      message.url,
    ],
  },
};

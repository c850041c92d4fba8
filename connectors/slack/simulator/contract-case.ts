import type {
  ContractCase,
  NotifierCase,
  NotifierStage,
  TypedSettings,
} from "#shared/testing/connector-contract/contract-case.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import type { Block, SlackMessage } from "./slack-message.ts";
import { startSlackSimulator } from "./start-slack-simulator.ts";
import type { SlackSimulator } from "./start-slack-simulator.ts";
import { channelId } from "./state.ts";

/** The settings of one of the two ways to connect. */
type Way = (slack: SlackSimulator) => TypedSettings;

const byWebhook: Way = ({ webhookUrl }) => ({ webhookUrl, channel: "#alignment" });

const byBot: Way = ({ botToken, apiUrl, signingSecret }) => ({
  botToken,
  channelId,
  apiUrl,
  webhookSecret: signingSecret,
});

async function start(way: Way): Promise<NotifierStage> {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const slack = await startSlackSimulator({ clock });
  return {
    settings: way(slack),
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

const rightfulParts: NotifierCase["rightfulParts"] = (message) => [
  ...message.path.flatMap(({ url }) => (url?.startsWith("https:") ? [url] : [])),
  message.url,
];

/** The other way, an app's bot, for the same contract. */
export const botCase: NotifierCase = {
  start: () => start(byBot),
  refused: [
    {
      what: "a token that is none",
      settings: (good) => ({ ...good, botToken: "xoxb-of-nobody" }),
      codes: ["connector.unauthorized"],
    },
    {
      what: "a channel that there is not",
      settings: (good) => ({ ...good, channelId: "C0NOSUCHONE" }),
      codes: ["connector.not-found"],
    },
    {
      what: "a host where nobody listens",
      settings: (good) => ({ ...good, apiUrl: "http://127.0.0.1:9/api" }),
      codes: ["connector.unreachable"],
    },
  ],
  rightfulParts,
};

export const contractCase: ContractCase = {
  notifier: {
    start: () => start(byWebhook),
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
    rightfulParts,
  },
};

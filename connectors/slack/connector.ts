import { defineConnector } from "#shared/kit/connector.ts";
import type { NotifierTraits } from "#shared/kit/notifier.ts";

import { SlackSettings } from "./settings.ts";

/**
 * Slack: through an app's bot, or an incoming webhook. The latter serves anything that takes messages as
 * Slack's webhooks do (Mattermost, Rocket.Chat).
 */
export const slack = defineConnector({
  name: "slack",
  title: "Slack",
  summary:
    "Sends alerts to a channel and, with an app of yours, to people; alerts can be answered there.",
  settings: SlackSettings,
  collections: [],
  providesGoals: () => false,
  webhook: async () => (await import("./verify.ts")).slackWebhook,
  notifier: async () => (await import("./notifier.ts")).createSlackNotifier,
  notifierTraits,
  interactions: async () => (await import("./interactions.ts")).slackInteractions,
});

/** Stored settings hold no secrets: it is the channel's ID that tells a bot from a webhook. */
function notifierTraits({ channelId }: Readonly<Record<string, unknown>>): NotifierTraits {
  return channelId === undefined
    ? { reaches: ["channel"], end: "message" }
    : { reaches: ["channel", "person"], end: "update" };
}

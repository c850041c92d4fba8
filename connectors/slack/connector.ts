import { defineConnector } from "#shared/kit/connector.ts";

import { SlackSettings } from "./settings.ts";

/** Slack, or anything that takes messages as Slack's incoming webhooks do (Mattermost, Rocket.Chat). */
export const slack = defineConnector({
  name: "slack",
  title: "Slack",
  summary: "Sends alerts to a channel through an incoming webhook.",
  settings: SlackSettings,
  collections: [],
  providesGoals: () => false,
  notifier: async () => (await import("./notifier.ts")).createSlackNotifier,
});
